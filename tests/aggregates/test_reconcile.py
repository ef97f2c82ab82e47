from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from osds.aggregates import reconcile
from osds.aggregates.amounts import MeasureFacts
from osds.aggregates.engine import open_engine
from osds.aggregates.facts import FactPlan
from osds.aggregates.money import Width
from osds.aggregates.planning import plan_facts
from osds.aggregates.reconcile import Total, Totals, prove, rule, sum_large
from osds.errors import BugError
from tests.aggregates.lab import YEAR, Lab, dimension, measure, model, package

TABLE: Totals = {("2014",): Total(sums=[Decimal("3.50")], facts=2), ("",): Total(sums=[Decimal(0)], facts=1)}
APEX = "year,amount,_count\n2014,3.50,2\n,,1\n"
BY_D = "year,d,amount,_count\n2014,a,1.25,1\n2014,b,2.25,1\n,a,,1\n"


def plan(lab: Lab) -> FactPlan:
    table = lab.table("year,d,amount\n2014,a,1.25\n2014,b,2.25\n,a,\n", rows=3)
    described = package(table.fields, {})
    found, _ = plan_facts(described, model([measure("amount")], YEAR, dimension("d", "d")), {"facts": table})
    assert found is not None
    return found


def check(lab: Lab, apex: str, by_d: str) -> None:
    (lab.root / "apex.csv").write_text(apex)
    (lab.root / "by-d.csv").write_text(by_d)
    known = MeasureFacts(
        measure=measure("amount"),
        raw=Width(whole=1, fraction=2),
        width=Width(whole=1, fraction=2),
        largest="2.25",
        facts=3,
        empty=1,
        negative=False,
    )
    # A large file is added up by the engine; it must come to the same.
    (engines,) = sum_large([lab.root / "by-d.csv"], 1, [known], "1GB")
    assert (engines == TABLE) == (by_d == BY_D)
    prove(lab.root, ["apex.csv", "by-d.csv"], [known], plan(lab), TABLE, memory="1GB")


def test_prove__files_that_add_up(lab: Lab) -> None:
    check(lab, APEX, BY_D)


@pytest.mark.parametrize(
    ("apex", "by_d", "where"),
    [
        (APEX, BY_D.replace("1.25", "1.26"), "by-d.csv"),
        (APEX, BY_D.replace("a,1.25,1", "a,1.25,2"), "by-d.csv"),
        (APEX, BY_D.replace("2014,b,2.25,1\n", ""), "by-d.csv"),
        (APEX, BY_D + "2015,a,0.00,1\n", "by-d.csv"),
        (APEX, BY_D.replace("2014,b", "2015,b"), "by-d.csv"),
        (APEX.replace("3.50", "3.51"), BY_D, "the table"),
        (APEX.replace(",,1\n", ",,2\n"), BY_D.replace(",a,,1", ",a,,2"), "the table"),
    ],
)
def test_prove__a_wrong_cell_is_a_bug(lab: Lab, apex: str, by_d: str, where: str) -> None:
    with pytest.raises(BugError, match=f"do not add up: .* {where}"):
        check(lab, apex, by_d)


def test_sum_table__by_python_and_by_sql_agree(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    done = lab.run(
        "year,d,amount\n2014-01-01,a,1e1\n2014-02-01,b,2.25\n,a,\n",
        [measure("amount", factor="1000")],
        YEAR,
        dimension("d", "d"),
        rows=3,
        types={"year": {"type": "date"}},
    )
    assert "in plain Python decimals" in done.osds["reconciliation"]["rule"]
    monkeypatch.setattr(reconcile, "MAX_ROWS", 2)
    monkeypatch.setattr(reconcile, "_sum_by_python", None)
    again = lab.run(
        "year,d,amount\n2014-01-01,a,1e1\n2014-02-01,b,2.25\n,a,\n",
        [measure("amount", factor="1000")],
        YEAR,
        dimension("d", "d"),
        rows=3,
        types={"year": {"type": "date"}},
    )
    assert "by SQL only" in again.osds["reconciliation"]["rule"]
    assert again.lines("apex.csv") == done.lines("apex.csv") == ["year,amount,_count", "2014,12250,2", ",,1"]


def test_sum_table__more_digits_than_python_keeps_by_itself(lab: Lab) -> None:
    """Python's own 28 digits would round here."""
    done = lab.run(f"d,amount\na,1{'0' * 34}\na,0.01\n", [measure("amount")], dimension("d", "d"), rows=2)
    assert done.lines("apex.csv")[1] == f"1{'0' * 34}.01,2"


def test_aggregate__an_engine_that_loses_money_is_found_out(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second sum shares no step with the first: here every amount is read wrongly by the SQL."""
    monkeypatch.setattr("osds.aggregates.amounts.amount_sql", lambda text, *_: f"CAST({text} AS DECIMAL(10, 0))")
    with pytest.raises(BugError, match="do not add up"):
        lab.run("amount\n1.5\n2.25\n", [measure("amount")], rows=2)
    assert sorted(path.name for path in lab.root.iterdir()) == ["facts.csv"]


def test_aggregate__an_engine_that_loses_rows_is_found_out(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "osds.aggregates.cube._join_sql", lambda name, _: f"JOIN paths_{name} x{name} ON x{name}.r1 = 99"
    )
    with pytest.raises(BugError, match="do not add up"):
        lab.run("d,e,amount\na,1,1\nb,2,2\n", [measure("amount")], dimension("d", "d", "e"), rows=2)


def test_rule__says_how_the_second_sum_was_made() -> None:
    assert rule(1_000_000).endswith("in plain Python decimals")
    assert rule(1_000_001).endswith("by SQL only, because it has more than 1000000 rows")


def test_records__a_table_that_python_cannot_read(tmp_path: Path) -> None:
    from osds.aggregates.records import read_records

    path = tmp_path / "bad.csv"
    for content in (b'a\n"1"x\n', b"a\n\xff\n"):
        path.write_bytes(content)
        with pytest.raises(BugError, match=r"cannot read bad\.csv"):
            list(read_records([path]))


def test_open_engine__is_not_needed_to_prove(lab: Lab) -> None:
    """Up to MAX_ROWS rows the second sum never asks the engine."""
    with open_engine([], memory="1GB") as engine:
        totals = reconcile.sum_table(engine, plan(lab))
    assert totals == TABLE
