from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest

from osds.aggregates.amounts import MeasureFacts
from osds.aggregates.build import add_up
from osds.aggregates.choice import read_wish
from osds.aggregates.facts import FactPlan
from osds.aggregates.ledger import Extend, Ledger, Unreadable, open_ledger
from osds.aggregates.money import AmountText, Width
from osds.aggregates.planning import plan_facts
from osds.aggregates.reconcile import MAX_LINE, prove, rule, sum_large
from osds.aggregates.second_sum import Total, Totals, sum_table
from osds.errors import EXIT_BUG, BugError
from osds.fiscal.model import FiscalModel
from osds.progress import Silent
from osds.settings import Settings
from tests.aggregates.lab import SOURCE, YEAR, Lab, dimension, measure, model, package

TABLE: Totals = {("2014",): Total(sums=[Decimal("3.50")], facts=2), ("",): Total(sums=[Decimal(0)], facts=1)}
APEX = "year,amount,_count\n2014,3.50,2\n,,1\n"
BY_D = "year,d,amount,_count\n2014,a,1.25,1\n2014,b,2.25,1\n,a,,1\n"

KNOWN = MeasureFacts(
    measure=measure("amount"),
    raw=Width(whole=1, fraction=2),
    width=Width(whole=1, fraction=2),
    largest="2.25",
    facts=3,
    empty=1,
    negative=False,
)


def plan(lab: Lab) -> FactPlan:
    table = lab.table("year,d,amount\n2014,a,1.25\n2014,b,2.25\n,a,\n", rows=3)
    described = package(table.fields, {})
    found, _ = plan_facts(described, model([measure("amount")], YEAR, dimension("d", "d")), {"facts": table})
    assert found is not None
    return found


def check(lab: Lab, apex: str, by_d: str) -> None:
    (lab.root / "apex.csv").write_text(apex)
    (lab.root / "by-d.csv").write_text(by_d)
    # A large file is added up by the engine; it must come to the same.
    (engines,) = sum_large([lab.root / "by-d.csv"], 1, [KNOWN], 10**9)
    assert (engines == TABLE) == (by_d == BY_D)
    prove(lab.root, ["apex.csv", "by-d.csv"], [KNOWN], plan(lab), TABLE, memory=10**9)


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


ODD = "year,d,amount\n2014-01-01,a,1e1\n2014-02-01,b,2.25\n,a,\n2015-02-01,b, 7 \n"


def opened(lab: Lab, text: str, extend: Extend | None = None) -> AbstractContextManager[Ledger | Unreadable]:
    """The facts of a table by year and `d`, with a factor."""
    table = lab.table(text, rows=len(text.splitlines()) - 1)
    described = package(table.fields, {"year": {"type": "date"}})
    wanted = model([measure("amount", factor="1000")], YEAR, dimension("d", "d"))
    return open_ledger(described, wanted, {"facts": table}, Settings(), progress=Silent(), extend=extend)


@dataclass(frozen=True, kw_only=True)
class Careless(AmountText):
    """A wrong rule for the engine: it loses the cents. Python's own rule is the right one."""

    def plain_sql(self, text: str) -> str:
        return f"regexp_replace(trim({text}), '[.][0-9]+$', '')"


def careless(plan: FactPlan, _: FiscalModel) -> FactPlan:
    """The plan with the wrong rule."""
    (table,) = plan.tables
    wrong = {c: replace(c, reading=Careless()) for c in table.extract.columns if isinstance(c.reading, AmountText)}
    columns = tuple(wrong.get(column, column) for column in table.extract.columns)
    groups = tuple(
        replace(group, amounts=tuple(wrong.get(c, c) if c else None for c in group.amounts)) for group in table.groups
    )
    return replace(plan, tables=(replace(table, extract=replace(table.extract, columns=columns), groups=groups),))


@pytest.mark.parametrize("sample", [1, 3, 100])
def test_sum_table__by_python_and_by_sql_agree(lab: Lab, sample: int) -> None:
    with opened(lab, ODD) as ledger:
        assert isinstance(ledger, Ledger)
        by_python = sum_table(ledger.engine, ledger.plan, ledger.measures)
        by_sql = sum_table(ledger.engine, ledger.plan, ledger.measures, most=3, sample=sample)
    assert by_python == by_sql
    assert by_python["2014",] == Total(sums=[Decimal(12250)], facts=2)


def test_sum_table__a_sample_finds_a_wrong_rule(lab: Lab) -> None:
    with opened(lab, ODD, careless) as ledger:
        assert isinstance(ledger, Ledger)
        # The first row alone has no cents to lose.
        sum_table(ledger.engine, ledger.plan, ledger.measures, most=3, sample=1)
        with pytest.raises(BugError, match="The first 2 rows of a table come to"):
            sum_table(ledger.engine, ledger.plan, ledger.measures, most=3, sample=2)


@pytest.mark.parametrize("before", ["", "an older bundle"])
def test_add_up__a_wrong_rule_is_found_out(lab: Lab, before: str) -> None:
    """Exit 5, and nothing is written: no bundle, no half of one; a bundle that was there stays."""
    output = lab.root / "aggregates"
    if before:
        lab.run(ODD, [measure("amount")], rows=4)
    left = {path.name: path.read_bytes() for path in output.iterdir()} if before else {}
    with opened(lab, ODD, careless) as ledger:
        assert isinstance(ledger, Ledger)
        wish = read_wish(ledger.model, Settings())
        with pytest.raises(BugError, match="do not add up") as caught:
            add_up(ledger, wish, Settings(), output, source=SOURCE, progress=Silent())
    assert caught.value.exit_code == EXIT_BUG == 5
    assert "Nothing was written" in caught.value.next_step
    assert sorted(p.name for p in lab.root.iterdir()) == (["aggregates", "facts.csv"] if before else ["facts.csv"])
    assert left == ({path.name: path.read_bytes() for path in output.iterdir()} if before else {})


def test_add_up__facts_that_are_lost_are_found_out(lab: Lab) -> None:
    """As if a join had found nothing for a code."""
    with opened(lab, ODD) as ledger:
        assert isinstance(ledger, Ledger)
        facts = ledger.engine.row("SELECT sql FROM duckdb_views() WHERE view_name = 'facts_text'")[0]
        ledger.engine.run(facts.replace("CREATE VIEW", "CREATE OR REPLACE VIEW").rstrip(";") + " WHERE r.c1 <> 'b'")
        with pytest.raises(BugError, match="do not add up"):
            add_up(
                ledger,
                read_wish(ledger.model, Settings()),
                Settings(),
                lab.root / "aggregates",
                source=SOURCE,
                progress=Silent(),
            )
    assert not (lab.root / "aggregates").exists()


def test_sum_table__more_digits_than_python_keeps_by_itself(lab: Lab) -> None:
    """Python's own 28 digits would round here."""
    done = lab.run(f"d,amount\na,1{'0' * 34}\na,0.01\n", [measure("amount")], dimension("d", "d"), rows=2)
    assert done.lines("apex.csv")[1] == f"1{'0' * 34}.01,2"


def test_rule__says_how_the_second_sum_was_made() -> None:
    assert rule(1_000_000).endswith("in plain Python decimals")
    assert "by SQL, because it has more than 1000000 rows; for the first 50000 of each table" in rule(1_000_001)


def test_records__a_table_that_python_cannot_read(tmp_path: Path) -> None:
    from osds.aggregates.records import read_records

    path = tmp_path / "bad.csv"
    for content in (b'a\n"1"x\n', b"a\n\xff\n"):
        path.write_bytes(content)
        with pytest.raises(BugError, match=r"cannot read bad\.csv"):
            list(read_records([path]))


def test_sum_large__a_line_that_is_too_long_for_the_engine(lab: Lab) -> None:
    label = "x" * (MAX_LINE + 1)
    path = lab.root / "by-d.csv"
    path.write_text(BY_D.replace(",a,", f",{label},"))
    (found,) = sum_large([path], 1, [KNOWN], 10**9)
    assert found == TABLE
