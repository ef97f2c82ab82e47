from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from osds.fiscal.model import Axis
from tests.aggregates.lab import dimension
from tests.audit.desk import AMOUNT, YEAR, Desk, table

CODE = dimension("function", "code")
Row = tuple[object, ...]


def found(desk: Desk, rows: Sequence[Row], **more: Any) -> list[tuple[str, str]]:
    findings = desk.audit(table("year,code,note,amount", rows), [AMOUNT], YEAR, CODE, **more)
    return [(f.code, f.message) for f in findings if f.code in {"duplicated-lines", "repeated-lines"}]


LINES: list[Row] = [(2014, f"{n:02}", "", f"{n + 1}.50") for n in range(12)]


def test_duplicates__lines_that_are_told_apart_otherwise(desk: Desk) -> None:
    rows = [*LINES, LINES[2], LINES[2], LINES[5]]
    assert found(desk, rows) == [
        (
            "duplicated-lines",
            "3 rows of 15 with money repeat another one exactly: they add 13.50 EUR in 2014; "
            "for instance 6.50 EUR in 2014 (function '05'); 3.50 EUR in 2014 (function '02', 2 times more)",
        )
    ]


def test_duplicates__the_same_where_granularity_says_so(desk: Desk) -> None:
    rows = [*LINES, LINES[2]]
    assert [code for code, _ in found(desk, rows, granularity="aggregated")] == ["duplicated-lines"]
    assert [code for code, _ in found(desk, rows, granularity="transactional")] == ["repeated-lines"]


def test_duplicates__lines_that_differ_in_nothing_but_the_amount(desk: Desk) -> None:
    rows = [(2014, "01", "", n) for n in range(1, 9)] + [(2014, "01", "", 5)]
    assert [code for code, _ in found(desk, rows)] == ["repeated-lines"]


def test_duplicates__two_lines_that_repeat_beside_each_other(desk: Desk) -> None:
    """They differ in the amount alone: each is copied once, and neither is a copy of the other."""
    twice = [(2014, "01", "", 5), (2014, "01", "", 7)]
    ((_, message),) = found(desk, [*LINES, *twice, *twice])
    assert "2 rows of 16 with money repeat another one exactly: they add 12 EUR in 2014" in message


def test_duplicates__an_amount_counts_as_it_is_understood(desk: Desk) -> None:
    ((_, message),) = found(desk, [*LINES, (2014, "01", "x", 5), (2014, "01", "x", " 5 ")])
    assert "1 row of 14 with money repeats another one" in message


def test_duplicates__a_whole_file_appended_to_itself(desk: Desk) -> None:
    assert [code for code, _ in found(desk, LINES * 2, granularity="transactional")] == ["duplicated-lines"]
    few = LINES[:9] * 2
    assert [code for code, _ in found(desk, few, granularity="transactional")] == ["repeated-lines"]


def test_duplicates__many_dates_a_year_are_payments(desk: Desk) -> None:
    rows = [(f"2014-{1 + n // 28:02}-{1 + n % 28:02}", "01", "", n) for n in range(1, 40)]
    date = dimension("date", "year", axis=Axis.YEAR)
    text = table("year,code,note,amount", [*rows, rows[3]])
    codes = [f.code for f in desk.audit(text, [AMOUNT], date, CODE, types={"year": {"type": "date"}})]
    assert codes == ["repeated-lines"]


@pytest.mark.parametrize(
    "rows",
    [
        LINES,
        [*LINES, (2014, "02", "another note", "3.50")],  # a column that no dimension uses
        [*LINES, (2014, "99", "", 0), (2014, "99", "", 0), (2014, "99", "", "")],  # no money
    ],
)
def test_duplicates__none(desk: Desk, rows: list[Row]) -> None:
    assert found(desk, rows) == []


def test_duplicates__dates_are_compared_in_full(desk: Desk) -> None:
    date = dimension("date", "day", axis=Axis.YEAR)
    text = table("day,code,amount", [("2014-01-01", "1", 5), ("2014-01-02", "1", 5), ("2015-01-02", "1", 5)])
    assert desk.audit(text, [AMOUNT], date, CODE, types={"day": {"type": "date"}}) == ()


def test_duplicates__empty_cells_are_equal(desk: Desk) -> None:
    rows = [*LINES, ("", "", "", 7), ("", "", "", 7)]
    assert [code for code, _ in found(desk, rows)] == ["duplicated-lines"]
