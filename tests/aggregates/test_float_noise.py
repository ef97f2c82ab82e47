"""What the first OpenSpending aggregates did wrong, on data of their shape: floats, and so two files with two totals.

The aggregates of a country's spending by department and by function, summed as floats, ended in digits like
`460471000.0699999` and disagreed on the grand total. The same sums here, as floats and by osds, side by side.
"""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from tests.aggregates.lab import Lab, dimension, measure

HEADER = ("dept_code", "cofog1", "amount")


def spending(rows: int) -> list[tuple[str, str, str]]:
    chance = random.Random(2010)
    return [
        (
            f"D{chance.randrange(89):03}",
            f"{chance.randrange(1, 11):02}",
            f"{chance.randrange(-(10**9), 10**11) / 1000:.3f}",
        )
        for _ in range(rows)
    ]


def by_floats(rows: Sequence[tuple[str, str, str]], keys: Sequence[int]) -> dict[tuple[str, ...], float]:
    """As the script of 2015 added up."""
    sums: defaultdict[tuple[str, ...], float] = defaultdict(float)
    for row in rows:
        sums[tuple(row[key] for key in keys)] += float(row[2])
    return sums


def total_of(path: Path) -> Decimal:
    with path.open(encoding="utf-8", newline="") as file:
        return sum((Decimal(row["amount"]) for row in csv.DictReader(file)), Decimal(0))


def test_two_breakdowns__disagree_as_floats_and_agree_here(lab: Lab) -> None:
    rows = spending(20_000)
    exact = sum((Decimal(amount) for *_, amount in rows), Decimal(0))

    by_department = sum(by_floats(rows, [0]).values())
    by_function_then_department = sum(by_floats(rows, [1, 0]).values())
    assert by_department != by_function_then_department
    assert any(len(repr(amount).partition(".")[2]) > 3 for amount in by_floats(rows, [0]).values())

    text = "".join(f"{','.join(row)}\n" for row in [HEADER, *rows])
    department, function = dimension("department", "dept_code"), dimension("function", "cofog1")
    folder = lab.run(text, [measure("amount")], department, function, rows=len(rows)).folder
    names = ("apex", "by-department", "by-function", "by-department-then-function")
    assert {total_of(folder / f"{name}.csv") for name in names} == {exact}
