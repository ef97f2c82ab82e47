from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from osds.fiscal.model import Axis
from tests.aggregates.lab import dimension
from tests.audit.desk import AMOUNT, Desk, table

DATE = dimension("date", "day", axis=Axis.YEAR)
DAY = {"day": {"type": "date"}}
CODE = dimension("function", "code")
PHASE = dimension("phase", "phase", axis=Axis.PHASE)

Row = tuple[str, str, int]


def version(day: str, *, lines: int = 12, changed: int = 0, first: int = 0) -> list[Row]:
    """Lines of 100, 101…, of which the first `changed` are larger by 50."""
    return [(day, f"{n:02}", 100 + n + (50 if n < first + changed else 0)) for n in range(first, first + lines)]


def told(desk: Desk, rows: list[Row], **more: Any) -> list[str]:
    return desk.messages("year-revisions", table("day,code,amount", rows), [AMOUNT], DATE, CODE, types=DAY, **more)


def test_revisions__a_budget_and_its_rebalance(desk: Desk) -> None:
    rows = version("2014-01-01") + version("2014-09-09", lines=13, changed=4) + version("2015-01-01")
    assert told(desk, rows) == [
        "'2014-01-01' with 12 lines and 1,266 EUR and '2014-09-09' with 13 lines and 1,578 EUR are largely the same "
        "in 2014: 12 lines are in both, 8 with the same amount"
    ]


def test_revisions__three_versions_are_told_once(desk: Desk) -> None:
    rows = [row for n, day in enumerate(("2014-01-01", "2014-05-05", "2014-09-09")) for row in version(day, changed=n)]
    assert len(told(desk, rows)) == 1


@pytest.mark.parametrize(
    "rows",
    [
        version("2014-01-01") + version("2014-09-09"),  # all the same: two instalments
        version("2014-01-01") + version("2014-09-09", changed=7),  # most of them differ: two half-years
        version("2014-01-01", lines=9) + version("2014-09-09", lines=9, changed=1),  # too few to say
        version("2014-01-01", lines=20) + version("2014-09-09", lines=20, first=5, changed=1),  # 15 of 20 in both
        version("2014-01-01") + version("2015-01-01", changed=1),  # two years
        [row for month in range(1, 6) for row in version(f"2014-{month:02}-01", changed=month)],  # months
    ],
)
def test_revisions__none(desk: Desk, rows: list[Row]) -> None:
    assert told(desk, rows) == []


def test_revisions__not_of_payments(desk: Desk) -> None:
    rows = version("2014-01-01") + version("2014-09-09", changed=2)
    assert told(desk, rows, granularity="transactional") == []
    for phase, found in (("executed", 0), ("approved", 1)):
        measures = [replace(AMOUNT, phase=phase)]
        text = table("day,code,amount", rows)
        assert len(desk.messages("year-revisions", text, measures, DATE, CODE, types=DAY)) == found


def test_revisions__phases_tell_versions_apart(desk: Desk) -> None:
    first, second = version("2014-01-01"), version("2014-09-09", changed=2)

    def with_phases(one: str, other: str) -> list[str]:
        rows = [(*row, one) for row in first] + [(*row, other) for row in second]
        text = table("day,code,amount,phase", rows)
        return desk.messages("year-revisions", text, [AMOUNT], DATE, CODE, PHASE, types=DAY)

    assert with_phases("approved", "adjusted") == []
    assert with_phases("executed", "executed") == []
    (message,) = with_phases("approved", "approved")
    assert "largely the same in 2014, approved: 12 lines" in message


def test_revisions__dates_in_several_columns(desk: Desk) -> None:
    rows = [(*row[0].split("-"), *row[1:]) for row in version("2014-01-01") + version("2014-09-09", changed=2)]
    text = table("year,month,day,code,amount", rows)
    date = dimension("date", "year", "month", "day", axis=Axis.YEAR)
    (message,) = desk.messages("year-revisions", text, [AMOUNT], date, CODE)
    assert message.startswith("'2014-01-01' with 12 lines and 1,266 EUR and '2014-09-09' with 12 lines")


def test_revisions__only_a_year_has_none(desk: Desk) -> None:
    rows = [("2014", *row[1:]) for row in version("2014-01-01") + version("2014-09-09", changed=2)]
    assert told(desk, rows) == []
