from __future__ import annotations

from dataclasses import replace

import pytest

from osds.fiscal.model import Axis
from tests.aggregates.lab import dimension
from tests.audit.desk import AMOUNT, SPENT, YEAR, Desk, table

CODE = dimension("function", "code")
DIRECTION = dimension("direction", "direction", axis=Axis.DIRECTION)


def test_contradiction__most_of_the_money(desk: Desk) -> None:
    text = table("year,code,amount", [(2014, "a", -500), (2014, "b", -80), (2014, "c", 20), (2014, "d", 30)])
    (finding,) = desk.audit(text, [SPENT], YEAR, CODE)
    assert finding.code == "sign-contradicts-direction"
    assert (
        finding.message == "'amount' is expenditure, but most of its money is negative: -580 EUR against 50 EUR in 2014"
    )
    assert finding.place.field == "amount"


def test_contradiction__by_the_column_of_directions(desk: Desk) -> None:
    rows = [("Revenue", "a", -7), ("Revenue", "b", 5), ("expenditure", "a", 9)]
    (message,) = desk.messages(
        "sign-contradicts-direction", table("direction,code,amount", rows), [AMOUNT], DIRECTION, CODE
    )
    assert message == "'amount' is revenue, but most of its money is negative: -7 EUR against 5 EUR in Revenue"


@pytest.mark.parametrize(
    ("amounts", "direction"),
    [
        ((-50, 50), "expenditure"),  # half, not more
        ((-50, 10), None),
        ((-50, 10), "balance"),
        ((0, 0), "revenue"),
    ],
)
def test_contradiction__none(desk: Desk, amounts: tuple[int, ...], direction: str | None) -> None:
    text = table("code,amount", list(enumerate(amounts)))
    assert desk.messages("sign-contradicts-direction", text, [replace(AMOUNT, direction=direction)], CODE) == []


def test_contradiction__not_for_one_late_refund(desk: Desk) -> None:
    text = table("year,code,amount", [(2014, "a", 5000), (2015, "a", -20)])
    assert [f.code for f in desk.audit(text, [SPENT], YEAR, CODE)] == ["total-jump", "mixed-signs"]


def test_mixture__count_sum_and_the_largest(desk: Desk) -> None:
    rows = [(2014, "a", 500), (2014, "b", "-20.25"), (2015, "a", -3), (2015, "b", 80), (2015, "c", -3)]
    (message,) = desk.messages("mixed-signs", table("year,code,amount", rows), [AMOUNT], YEAR, CODE)
    assert message == (
        "3 of 5 amounts of 'amount' are negative (-26.25 EUR in all); the largest: "
        "-20.25 EUR in 2014 (function 'b'); -3 EUR in 2015 (function 'a')"
    )


@pytest.mark.parametrize("amounts", [(5, 0, ""), (-5, -6, 0)])
def test_mixture__not_where_all_signs_are_one(desk: Desk, amounts: tuple[object, ...]) -> None:
    text = table("code,amount", list(enumerate(amounts)))
    assert desk.messages("mixed-signs", text, [AMOUNT], CODE) == []
