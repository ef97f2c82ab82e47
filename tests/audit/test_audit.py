"""The door: what it refuses quietly, that it is deterministic, and that no table makes it fail."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osds.audit.audit import audit
from osds.audit.checks import CHECKS
from osds.dataset.package import read_package
from osds.fiscal.model import Axis
from osds.progress import Silent
from osds.report import Severity
from osds.settings import Settings
from osds.tables.text import TableText
from tests.aggregates.lab import dimension, measure, model
from tests.audit.desk import AMOUNT, YEAR, Desk, table

CODE = dimension("function", "code:label")
DATE = dimension("date", "day", axis=Axis.YEAR)


@pytest.mark.parametrize(
    ("amount", "year"),
    [("NaN", "2014-01-01"), ("abc", "2014-01-01"), ("1e99", "2014-01-01"), ("1", "never")],
)
def test_audit__leaves_to_aggregate_what_cannot_be_added_up(desk: Desk, amount: str, year: str) -> None:
    text = table("day,code,label,amount", [(year, "1", "a", amount), ("2014-01-01", "1", "b", -5)])
    assert desk.audit(text, [AMOUNT], DATE, CODE, types={"day": {"type": "date"}}) == ()


def test_audit__too_many_totals(desk: Desk) -> None:
    text = table("year,amount", [(year, -1 if year % 2 else 1) for year in range(1000, 1020)])
    assert desk.audit(text, [AMOUNT], YEAR, max_cells=19) == ()
    assert desk.audit(text, [AMOUNT], YEAR, max_cells=20) != ()


def test_audit__no_rows_and_no_table(desk: Desk) -> None:
    assert desk.audit("year,amount\n", [AMOUNT], YEAR) == ()
    package = read_package({"resources": [{"name": "facts", "path": "facts.csv"}]})
    assert audit(package, model([AMOUNT], YEAR), {}, Settings(), progress=Silent()) == ()


def test_audit__nothing_in_a_plain_budget(desk: Desk) -> None:
    rows = [(year, f"{n:02}", f"Function {n}", 1000 + 7 * n + year) for year in (2013, 2014) for n in range(20)]
    assert desk.audit(table("year,code,label,amount", rows), [AMOUNT], YEAR, CODE) == ()


def test_audit__without_any_dimension(desk: Desk) -> None:
    assert [f.code for f in desk.audit(table("amount", [(5,), (-3,), (5,)]), [AMOUNT])] == [
        "mixed-signs",
        "repeated-lines",
    ]


def test_audit__several_tables_and_looked_up_labels(tmp_path: Path) -> None:
    """Facts in two tables, of which each finds its labels by a foreign key in a third one."""
    texts = {
        "a": ("year,code,amount", ["2014,1,5", "2014,2,6", "2014,2,6"]),
        "b": ("year,code,spent", ["2014,1,50", "2014,2,-60", "2014,2,-61"]),
        "names": ("key,label", ["1,Schools", "2,Schools"]),
    }
    key = {"fields": "code", "reference": {"resource": "names", "fields": "key"}}
    resources, tables = [], {}
    for name, (header, rows) in texts.items():
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        fields = [{"name": field, "type": "string"} for field in header.split(",")]
        schema = {"fields": fields, "foreignKeys": [] if name == "names" else [key]}
        resources.append({"name": name, "path": f"{name}.csv", "schema": schema})
        tables[name] = TableText(
            resource=name, paths=(path,), fields=tuple(header.split(",")), missing_values=("",), rows=len(rows)
        )
    wanted = model(
        [measure("amount", resource="a"), measure("spent", resource="b")],
        dimension("date", "year", axis=Axis.YEAR, resource="a"),
        dimension("function", "key:label", resource="names"),
    )
    findings = audit(read_package({"resources": resources}), wanted, tables, Settings(), progress=Silent())
    assert [(f.code, f.place.file, f.place.field) for f in findings] == [
        ("mixed-signs", "b.csv", "spent"),
        ("label-several-codes", "names.csv", "key"),
        ("duplicated-lines", "a.csv", None),
    ]
    assert findings[-1].message.endswith("they add 6 EUR in 2014; for instance 6 EUR in 2014 (function '2')")


def test_audit__same_findings_for_any_order_and_number_of_threads(desk: Desk) -> None:
    rows = [(2012 + n % 3, f"{n % 7}", f"L{n % 11}", (n * 37) % 101 - 20) for n in range(400)]
    rows += [row for row in rows[:40] if row[3] > 0] + [(2016, "T", "Total", 99_999), (2017, "T", "Total", 5)]
    first = desk.audit(table("year,code,label,amount", rows), [AMOUNT], YEAR, CODE, threads=1)
    assert {f.code for f in first} >= {"year-gap", "total-jump", "mixed-signs", "code-several-labels", "repeated-lines"}
    for again in (rows, rows[::-1]):
        assert desk.audit(table("year,code,label,amount", again), [AMOUNT], YEAR, CODE, threads=4) == first


def test_checks__none_is_an_error() -> None:
    assert all(check.severity is not Severity.ERROR for check in CHECKS)
    assert all(check.example for check in CHECKS)


TEXTS = st.sampled_from(["", "1", "01", "Total", "a'b", "b,c", 'd"', "é\n", "NULL", "\0", "{}", "%", "x" * 90])
YEARS = st.sampled_from(["2014", "2015", "2019", "2014-15", "", "0000", "9999", "x"])
AMOUNTS = st.one_of(
    st.just(""),
    st.decimals(min_value=-1000, max_value=1000, places=2, allow_nan=False).map(str),
    st.sampled_from(["1e3", "-.5", "0", "-0.00", "9" * 35, "-" + "9" * 35, "nan", "1e-30"]),
)
ROWS = st.lists(st.tuples(YEARS, TEXTS, TEXTS, TEXTS, TEXTS, AMOUNTS, AMOUNTS, AMOUNTS), max_size=8)


@settings(max_examples=20, deadline=None)
@given(
    rows=ROWS,
    copies=st.integers(1, 3),
    granularity=st.sampled_from(["aggregated", "transactional", None, 5, []]),
    period=st.sampled_from([None, {"start": "2014-01-01", "end": "2014-12-31"}, {"start": []}, "x", [1]]),
)
def test_audit__never_fails(rows: list[tuple[str, ...]], copies: int, granularity: object, period: object) -> None:
    text = table("y,p,a,b,l,m,n,o", rows * copies)
    with tempfile.TemporaryDirectory() as folder:
        findings = Desk(root=Path(folder)).audit(
            text,
            [measure("m"), measure("n", factor="1000"), measure("o")],
            dimension("date", "y", axis=Axis.YEAR),
            dimension("direction", "p", axis=Axis.DIRECTION),
            dimension("h", "a", "b:l"),
            granularity=granularity,
            fiscalPeriod=period,
        )
    assert {finding.code for finding in findings} <= {check.code for check in CHECKS}
    assert all(finding.message and len(finding.message) < 2000 for finding in findings)
