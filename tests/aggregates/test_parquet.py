from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from osds.aggregates import parquet
from osds.aggregates.bundle import CuboidFile
from osds.aggregates.header import Header
from osds.errors import BugError
from tests.aggregates.lab import YEAR, Lab, Outcome, dimension, measure

FORMATS = "csv,parquet"


def rows(path: Path) -> list[tuple[object, ...]]:
    import duckdb

    with duckdb.connect() as connection:
        return connection.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()


def made(lab: Lab, formats: str = FORMATS, output: str = "aggregates", threads: int | None = None) -> Outcome:
    text = (
        'year,d,label,amount,n\n2014,01,"A, ""b""",1.50,7\n2015,02,"two\nlines",99999999999999999999.25,\n2015,,,-3,8\n'
    )
    return lab.run(
        text,
        [measure("amount"), measure("n")],
        YEAR,
        dimension("d", "d:label"),
        rows=3,
        formats=formats,
        output=output,
        threads=threads,
    )


def test_write_parquet__the_rows_of_the_csv_with_exact_types(lab: Lab) -> None:
    done = made(lab)
    assert rows(done.folder / "by-d.parquet") == [
        ("2014", "01", 'A, "b"', Decimal("1.50"), Decimal(7), 1),
        ("2015", "02", "two\nlines", Decimal("99999999999999999999.25"), None, 1),
        ("2015", None, None, Decimal("-3.00"), Decimal(8), 1),
    ]
    assert done.aggregation.bundle is not None
    found = [one for one in done.aggregation.bundle.descriptor["resources"] if one["format"] == "parquet"]
    assert [(one["name"], one["path"], one["osds"]) for one in found] == [
        ("apex.parquet", "apex.parquet", {"copy": "apex.csv"}),
        ("by-d.parquet", "by-d.parquet", {"copy": "by-d.csv"}),
    ]
    assert [field["name"] for field in found[1]["schema"]["fields"]] == done.lines("by-d.csv")[0].split(",")


def test_write_parquet__only_when_asked_for(lab: Lab) -> None:
    assert not [name for name in made(lab, formats="csv").files() if name.endswith(".parquet")]


def test_write_parquet__same_bytes_whatever_the_threads(lab: Lab) -> None:
    assert made(lab, output="one", threads=1).files() == made(lab, output="four", threads=4).files()


def test_write_parquet__a_copy_that_differs_is_a_bug(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_decimals(measures: Sequence[object], header: Header, file: CuboidFile) -> list[str]:
        texts = len(header.columns(file.cuboid)) - len(measures) - 1
        return ["VARCHAR"] * texts + ["DECIMAL(38, 0)"] * len(measures) + ["BIGINT"]

    monkeypatch.setattr(parquet, "_types", without_decimals)
    with pytest.raises(BugError, match=r"apex\.csv as Parquet"):
        made(lab)
    assert [path.name for path in lab.root.iterdir()] == ["facts.csv"]
