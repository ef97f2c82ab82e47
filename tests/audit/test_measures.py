from __future__ import annotations

from dataclasses import replace

import pytest

from tests.aggregates.lab import dimension, measure
from tests.audit.desk import YEAR, Desk, table

CODE = dimension("function", "code")
PARTS = [measure("staff"), measure("goods"), measure("works")]
TOTAL = measure("total")


def budget(rows: int, *, wrong: int = 0, cents: str = "0") -> str:
    """Lines of which `total` is the sum, except in the last `wrong` ones; staff 10, 11…, goods 7, works 3, 6, 9…."""
    lines = []
    for n in range(rows):
        total = f"{10 + n + 7 + 3 * n + (1 if n >= rows - wrong else 0)}.{cents}"
        lines.append((2014, f"{n:03}", 10 + n, 7, 3 * n, total))
    return table("year,code,staff,goods,works,total", lines)


def test_sum__of_all_others(desk: Desk) -> None:
    (finding,) = [f for f in desk.audit(budget(12), [*PARTS, TOTAL], YEAR, CODE) if f.code == "measure-is-sum"]
    assert finding.message == (
        "'total' is the sum of 'staff', 'goods' and 'works' in 12 of 12 lines; "
        "for instance 61 EUR = 21 EUR + 7 EUR + 33 EUR in 2014 (function '011')"
    )
    assert finding.place.field == "total"


def test_sum__one_line_in_twenty_may_differ(desk: Desk) -> None:
    def told(rows: int, wrong: int) -> int:
        return len(desk.messages("measure-is-sum", budget(rows, wrong=wrong), [*PARTS, TOTAL], YEAR, CODE))

    assert told(40, 2) == 1
    assert told(40, 3) == 0


def test_sum__needs_ten_lines(desk: Desk) -> None:
    assert desk.messages("measure-is-sum", budget(9), [*PARTS, TOTAL], CODE) == []
    assert len(desk.messages("measure-is-sum", budget(10), [*PARTS, TOTAL], CODE)) == 1


def test_sum__is_exact(desk: Desk) -> None:
    assert desk.messages("measure-is-sum", budget(20, cents="01"), [*PARTS, TOTAL], CODE) == []


@pytest.mark.parametrize("other", [{"currency": "USD"}, {"direction": "revenue"}, {"phase": "adjusted"}])
def test_sum__only_of_what_may_be_added(desk: Desk, other: dict[str, str]) -> None:
    measures = [*PARTS, replace(TOTAL, **other)]  # type: ignore[arg-type]
    assert desk.messages("measure-is-sum", budget(12), measures, CODE) == []


def test_sum__sub_totals_and_a_total_of_many_measures(desk: Desk) -> None:
    first, second = [f"m{n:02}" for n in range(8)], [f"m{n:02}" for n in range(8, 20)]
    lines = []
    for n in range(15):
        parts = [n * 7 + k * k for k in range(20)]
        lines.append((f"{n:02}", *parts[:8], sum(parts[:8]), *parts[8:], sum(parts[8:]), sum(parts)))
    names = [*first, "first", *second, "second", "total"]
    found = desk.audit(table(",".join(["code", *names]), lines), [measure(name) for name in names], CODE)
    assert [f.message.split(" in 15 of")[0] for f in found if f.code == "measure-is-sum"] == [
        "'total' is the sum of 'first' and 'second'",
        "'second' is the sum of 'm08', 'm09', 'm10', 'm11', 'm12', 'm13' and 6 more",
        "'first' is the sum of 'm00', 'm01', 'm02', 'm03', 'm04', 'm05' and 2 more",
    ]


def test_sum__empty_amounts_are_nothing(desk: Desk) -> None:
    lines = [(n, n + 1, "" if n % 2 else 5, 8, n + (9 if n % 2 else 14)) for n in range(20)]
    text = table("code,staff,goods,works,total", lines)
    (message,) = desk.messages("measure-is-sum", text, [*PARTS, TOTAL], CODE)
    assert message.startswith("'total' is the sum of 'staff', 'goods' and 'works' in 20 of 20 lines")


def test_sum__not_where_only_one_part_is_there(desk: Desk) -> None:
    lines = [(n, 100 + n, 1 if n == 0 else 0, 0, 100 + n + (1 if n == 0 else 0)) for n in range(30)]
    assert desk.messages("measure-is-sum", table("code,staff,goods,works,total", lines), [*PARTS, TOTAL], CODE) == []


def test_sum__years_as_measures_are_no_sums(desk: Desk) -> None:
    lines = [(n, 100 + 3 * n, 101 + n, 99 + 7 * n) for n in range(30)]
    names = ["2014", "2015", "2016"]
    text = table(",".join(["code", *names]), lines)
    assert desk.messages("measure-is-sum", text, [measure(name) for name in names], CODE) == []


def test_sum__amounts_too_wide_to_be_added_are_left_alone(desk: Desk) -> None:
    lines = [(n, "1" * 25, f"0.{n + 1:020}", "1" * 25) for n in range(12)]
    names = ["a", "b", "c"]
    assert desk.messages("measure-is-sum", table("code,a,b,c", lines), [measure(name) for name in names], CODE) == []
