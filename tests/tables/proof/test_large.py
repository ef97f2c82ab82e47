"""Tables large enough to be read by several threads: the errors are frictionless' own, row for row."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from osds.dataset.package import read_package
from scripts.benches.spending import write_spending
from scripts.fuzzes.tables import compare

ROWS = 120_000  # 20 MB: DuckDB hands out pieces of a few megabytes to its threads


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize(
    ("keyed", "damaged", "how"),
    [
        (False, 0, "proven"),
        (True, 0, "proven"),
        (False, 300, "proven, doubtful rows judged"),
        (False, 5000, "proven, doubtful rows judged"),
        (True, 300, "proven, doubtful rows judged"),  # some of them ragged
    ],
)
def test_large__same_errors(tmp_path: Path, *, keyed: bool, damaged: int, how: str) -> None:
    folder = write_spending(tmp_path / "a", rows=ROWS, keyed=keyed, damaged=damaged)
    package = read_package(json.loads((folder / "datapackage.json").read_text("utf-8")))
    assert compare(folder, package, limit=10**6) == how


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_large__same_errors_with_keys(tmp_path: Path) -> None:
    folder = write_spending(tmp_path / "a", rows=ROWS, keyed=True)
    table = folder / "spending.csv"
    lines = table.read_text("utf-8").split("\n")
    for number in range(10, 100_000, 997):
        if lines[number][:1].isdigit() and lines[number].count('"') % 2 == 0:
            first, *rest = lines[number].split(",")
            wrong = (str(int(first) - 7), "", first + "x", first, f" {int(first) + 3}")[number % 5]
            lines[number] = ",".join([wrong, *rest])
            lines[number + 1] = lines[number + 1].replace("GOV-0", "GOV-9")
    table.write_text("\n".join(lines), "utf-8", newline="")
    package = read_package(json.loads((folder / "datapackage.json").read_text("utf-8")))
    assert compare(folder, package, limit=10**6) == "proven, doubtful rows judged"
