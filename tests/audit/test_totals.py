from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from osds.fiscal.model import Axis
from tests.aggregates.lab import dimension, measure
from tests.audit.desk import AMOUNT, SPENT, YEAR, Desk, table

CODE = dimension("function", "code:label")
CHECK = "total-among-members"

Members = Sequence[tuple[str, str, object]]  # code, label, amount

CLOTHED = [("1", "Schools", 3_141_592), ("2", "Roads", 2_718_281), ("3", "Parks", 1_414_213)]
SUM = 3_141_592 + 2_718_281 + 1_414_213


def of(*years: Members) -> str:
    return table("year,code,label,amount", [(2014 + n, *member) for n, year in enumerate(years) for member in year])


@pytest.mark.parametrize("name", ["Total", "Gesamt", "Suma", "Итого", "Grand total (€)"])
def test_total__by_its_name(desk: Desk, name: str) -> None:
    (finding,) = desk.audit(of([*CLOTHED, ("T", name, SUM)]), [AMOUNT], YEAR, CODE)
    assert finding.code == CHECK
    assert finding.message == (
        f"1 member of 'function' is a total: 'T' ('{name}') is 7,274,086 EUR in 2014, "
        "where 3 other members add up to 7,274,086 EUR"
    )
    assert finding.place.field == "code"


def test_total__the_code_is_the_name(desk: Desk) -> None:
    text = table("fund,amount", [("Cohesion", 200), ("Youth", 100), ("Total (€)", 301)])
    (message,) = desk.messages(CHECK, text, [AMOUNT], dimension("fund", "fund"))
    assert message.endswith("'Total (€)' is 301 EUR, where 2 other members add up to 300 EUR")


@pytest.mark.parametrize(
    "member",
    [
        ("T", "Total", 500_000),  # an oil company among the payees
        ("T", "Total works", 5_000_000),  # large, but no sum
        ("T", "Other", SUM + 1),
    ],
)
def test_total__not_by_its_name_alone(desk: Desk, member: tuple[str, str, int]) -> None:
    assert desk.messages(CHECK, of([*CLOTHED, member]), [SPENT], YEAR, CODE) == []


def test_total__a_name_with_a_total_in_it_and_a_rounded_sum(desk: Desk) -> None:
    assert len(desk.messages(CHECK, of([*CLOTHED, ("T", "Gastos totales", SUM)]), [AMOUNT], YEAR, CODE)) == 0
    for name in ("Total gastos", "Suma kapitálu"):
        assert len(desk.messages(CHECK, of([*CLOTHED, ("T", name, SUM + 30_000)]), [AMOUNT], YEAR, CODE)) == 1
        assert len(desk.messages(CHECK, of([*CLOTHED, ("T", name, SUM + 40_000)]), [AMOUNT], YEAR, CODE)) == 0


def test_total__by_the_figures(desk: Desk) -> None:
    year = [*CLOTHED, ("9", "All of it", SUM)]
    other = [("1", "Schools", 5), ("2", "Roads", 6), ("3", "Parks", 7), ("9", "All of it", 18)]
    assert len(desk.messages(CHECK, of(year), [SPENT], YEAR, CODE)) == 0  # seven digits may be chance
    assert len(desk.messages(CHECK, of(year, other), [SPENT], YEAR, CODE)) == 1  # nine are none
    assert desk.messages(CHECK, of(year, other), [AMOUNT], YEAR, CODE) == []  # revenue in a balanced budget?
    other[3] = ("9", "All of it", 19)
    large = [(code, label, 100 * amount + 1) for code, label, amount in year]
    large[3] = ("9", "All of it", 100 * SUM + 3)
    assert len(desk.messages(CHECK, of(large), [SPENT], YEAR, CODE)) == 1
    assert desk.messages(CHECK, of(large, other), [SPENT], YEAR, CODE) == []  # not in all years


def test_total__a_balanced_budget_is_none(desk: Desk) -> None:
    year = [("1", "Gasto corriente", 12_345_678), ("2", "Inversiones", 9_876_543), ("3", "Deuda", 1_000_001)]
    revenue = ("9", "Ingresos", 12_345_678 + 9_876_543 + 1_000_001)
    assert desk.messages(CHECK, of([*year, revenue]), [SPENT], YEAR, CODE) == []
    assert len(desk.messages(CHECK, of([*year, ("9", "Gastos", revenue[2])]), [SPENT], YEAR, CODE)) == 1


def test_total__of_two_members_a_third_may_be_the_sum(desk: Desk) -> None:
    year = [("1", "a", 123_456_789), ("2", "b", 200_000_001), ("3", "c", 323_456_790)]
    assert desk.messages(CHECK, of(year), [SPENT], YEAR, CODE) == []
    year[2] = ("3", "Total", 323_456_790)
    assert len(desk.messages(CHECK, of(year), [SPENT], YEAR, CODE)) == 1
    assert desk.messages(CHECK, of(year[1:]), [SPENT], YEAR, CODE) == []  # one other member says nothing


def test_total__a_name_must_lead_in_half_of_the_years(desk: Desk) -> None:
    year, total = [("1", "a", 500), ("2", "b", 400)], [("T", "Total", 900)]
    small = [("T", "Total", 300)]
    assert len(desk.messages(CHECK, of(year + total, year + small), [AMOUNT], YEAR, CODE)) == 1
    assert desk.messages(CHECK, of(year + total, year + small, year + small), [AMOUNT], YEAR, CODE) == []


def test_total__two_members_of_one_size_are_none(desk: Desk) -> None:
    text = of([("1", "a", 123_456_789), ("2", "b", 123_456_789)], [("1", "a", 987_654_321), ("2", "b", 987_654_321)])
    assert desk.messages(CHECK, text, [SPENT], YEAR, CODE) == []


def test_total__the_member_without_a_code(desk: Desk) -> None:
    year = [("1", "a", 123_456_789), ("2", "b", 23_456_789), ("3", "c", 3_456_789), ("", "", 150_370_367)]
    (message,) = desk.messages(CHECK, of(year), [SPENT], YEAR, CODE)
    assert (
        "the member without a code is 150,370,367 EUR in 2014, where 3 other members add up to 150,370,367" in message
    )


def test_total__below_a_parent_in_all_measures(desk: Desk) -> None:
    rows = []
    for group, base in (("A", 10), ("B", 7)):
        lines = [(f"{group}{n}", base * n, base * n * n) for n in range(1, 6)]
        rows += [(group, *line) for line in lines]
        rows.append((group, "Total", sum(line[1] for line in lines), sum(line[2] for line in lines)))
    function = dimension("function", "group", "code")
    (message,) = desk.messages(CHECK, table("group,code,a,b", rows), [measure("a"), measure("b")], function)
    assert message == (
        "1 member of 'function' (level 'code') is a total: 'Total' is 150 EUR, below 'A', "
        "where 5 other members add up to 150 EUR"
    )
    spoiled = [(*row[:3], row[3] - 400 if row[1] == "Total" else row[3]) for row in rows]
    assert desk.messages(CHECK, table("group,code,a,b", spoiled), [measure("a"), measure("b")], function) == []


def test_total__currencies_are_apart(desk: Desk) -> None:
    rows = [("EUR", "1", 50), ("EUR", "2", 20), ("USD", "1", 30), ("USD", "Total", 80), ("USD", "2", 50)]
    currency = dimension("currency", "currency", axis=Axis.CURRENCY)
    (message,) = desk.messages(CHECK, table("currency,code,amount", rows), [AMOUNT], currency, dimension("f", "code"))
    assert "'Total' is 80 USD, where 2 other members add up to 80 USD" in message


def test_total__not_among_single_facts(desk: Desk) -> None:
    lines = [(f"{n:03}", n) for n in range(100)] + [("Total", 4950)]
    text = table("line,amount", lines)
    assert len(desk.messages(CHECK, text, [AMOUNT], dimension("function", "line"))) == 0  # nearly unique
    fact = replace(dimension("line", "line"), kind="fact")
    assert desk.messages(CHECK, table("line,amount", [("a", 1), ("b", 2), ("Total", 3)]), [AMOUNT], fact) == []
