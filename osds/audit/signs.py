"""Whether amounts have the sign that their direction asks for."""

# ruff: noqa: S608 (all names in the SQL are our own, all texts are literals: see `reading.literal`)

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from osds.audit import checks
from osds.audit.books import Books, Cell
from osds.audit.words import EXAMPLES, counted, joined, listed
from osds.fiscal.model import Axis
from osds.report import Finding

DIRECTIONS = {"expenditure", "revenue"}
SMALL = 100  # a year with less than a hundredth of a measure's money is too small to judge: a late refund, say


def find_signs(books: Books) -> Iterator[Finding]:
    """Measures that are mostly negative against their direction, or negative here and there."""
    for measure in range(len(books.plan.measures)):
        against = [cell for cell in books.cells if _contradicts(books, cell, measure)]
        if against:
            yield _contradiction(books, against, measure)
        elif any(c.sums[measure].negatives for c in books.cells) and any(c.sums[measure].positive for c in books.cells):
            yield _mixture(books, measure)


def _contradicts(books: Books, cell: Cell, measure: int) -> bool:
    """More than half of the money, whatever the number of lines: one large correction is seen in every chart."""
    total = cell.sums[measure]
    if _direction(books, cell, measure) not in DIRECTIONS or -total.negative <= total.positive:
        return False
    return -total.negative * SMALL >= sum(c.sums[measure].positive - c.sums[measure].negative for c in books.cells)


def _direction(books: Books, cell: Cell, measure: int) -> str:
    position = books.axis(Axis.DIRECTION)
    stated = books.plan.measures[measure].direction or ""
    return (stated if position is None else cell.axes[position]).casefold()


def _contradiction(books: Books, cells: list[Cell], measure: int) -> Finding:
    cells = sorted(cells, key=lambda cell: (cell.sums[measure].negative, cell.axes))
    told = [
        f"{books.money(cell.sums[measure].negative, cell.axes, measure)} against "
        f"{books.money(cell.sums[measure].positive, cell.axes, measure)}{books.where(cell.axes)}"
        for cell in cells[:EXAMPLES]
    ]
    name = books.plan.measures[measure].name
    direction = _direction(books, cells[0], measure)
    message = f"{name!r} is {direction}, but most of its money is negative: {listed(told, len(cells))}"
    return checks.SIGN_CONTRADICTS.at(books.at_measure(measure), message)


def _mixture(books: Books, measure: int) -> Finding:
    negatives = sum(cell.sums[measure].negatives for cell in books.cells)
    of = sum(cell.sums[measure].count for cell in books.cells)
    columns = [*books.axis_names(), *books.leaves()]
    rows = books.engine.rows(
        f"SELECT {', '.join([*columns, f'm{measure}'])} FROM facts_text WHERE m{measure} < 0 "
        f"ORDER BY {', '.join([f'm{measure}', *columns])} LIMIT 2"
    )
    axes = len(books.plan.axes)
    examples = [
        f"{books.money(row[-1], row[:axes], measure)}{books.where(row[:axes])} ({books.names(row[axes:-1])})"
        for row in rows
    ]
    message = (
        f"{negatives:,} of {counted(of, 'amount')} of {books.plan.measures[measure].name!r} are negative"
        f"{_negative_money(books, measure)}; the largest: {listed(examples)}"
    )
    return checks.MIXED_SIGNS.at(books.at_measure(measure), message)


def _negative_money(books: Books, measure: int) -> str:
    """What the negative amounts add up to, in each currency."""
    sums: dict[str, tuple[Decimal, Cell]] = {}
    position = books.axis(Axis.CURRENCY)
    for cell in books.cells:
        currency = "" if position is None else cell.axes[position]
        amount, _ = sums.get(currency, (Decimal(0), cell))
        sums[currency] = amount + cell.sums[measure].negative, cell
    told = [books.money(amount, cell.axes, measure) for amount, cell in sums.values() if amount]
    return f" ({joined(told[:EXAMPLES], len(told))} in all)"
