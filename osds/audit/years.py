"""Whether the years are complete, lie in the fiscal period, and are of one size."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from osds.audit import checks
from osds.audit.books import Books, Cell
from osds.audit.words import EXAMPLES, counted, joined, listed
from osds.fiscal.model import Axis
from osds.report import Finding, in_descriptor

JUMP = 10  # no budget grows tenfold in a year; thousands against units are a factor of 1000
_YEAR = re.compile(r"(?<![0-9])([0-9]{4})(?![0-9])")
_SPAN = re.compile(r"[0-9]{4}[-/–][0-9]{2}([0-9]{2})?")  # 2014-15, 2014/2015


def find_gaps(books: Books) -> Iterator[Finding]:
    """Years without a row between years with rows."""
    position = books.axis(Axis.YEAR)
    years = _years(books)
    present = sorted(set(years.values()))
    if position is None or not present:
        return
    missing = sorted(set(range(present[0], present[-1])) - set(present)) if present[-1] - present[0] < 1000 else []
    steps = {after - before for before, after in pairwise(present)}
    # Equal steps are meant, and two years are one step. More holes than years is a choice of years (1990 for comparison).
    if not missing or len(steps) == 1 or len(missing) >= len(present):
        return
    before = max(year for year in present if year < missing[0])
    after = min(year for year in present if year > missing[0])
    told = joined([str(year) for year in missing[:EXAMPLES]], len(missing))
    message = (
        f"there is no row for {told}, between {present[0]} and {present[-1]}; "
        f"{_largest(books, before)} and {_largest(books, after)} stand beside"
    )
    yield checks.YEAR_GAP.at(books.at(position), message)


def find_outside(books: Books) -> Iterator[Finding]:
    """Years that `fiscalPeriod` does not cover."""
    period = _period(books)
    if period is None:
        return
    late = 1 if books.transactional else 0
    first, last = period[0] - late, period[1] + late
    outside = [cell for cell in books.cells if _is_outside(books, cell, first, last)]
    if outside:
        facts = sum(cell.facts for cell in outside)
        told = [_largest_of(books, cell) for cell in _by_money(books, outside)[:EXAMPLES]]
        message = (
            f"{counted(facts, 'line')} lie outside the fiscal period ({period[0]} to {period[1]}): "
            f"{joined(told, len(outside))}"
        )
        yield checks.YEAR_OUTSIDE.at(in_descriptor("/fiscalPeriod"), message)


def find_jumps(books: Books) -> Iterator[Finding]:
    """Totals that are more than `JUMP` times those of the year before or after."""
    years = _years(books)
    if len(set(years.values())) < len(years):  # days as plain text are no years
        return
    for number, measure in enumerate(books.plan.measures):
        pairs = [
            pair for pair in _neighbours(books, years) if _jumps(*pair, measure=number, by_line=books.transactional)
        ]
        if pairs:
            told = [f"{_total(books, before, number)} and {_total(books, after, number)}" for before, after in pairs]
            message = f"the totals of {measure.name!r} jump: {listed(told[:EXAMPLES], len(told))}"
            yield checks.TOTAL_JUMP.at(books.at_measure(number), message)


def _years(books: Books) -> dict[str, int]:
    """The year of each text on the year axis; nothing if one of them names no year."""
    position = books.axis(Axis.YEAR)
    if position is None:
        return {}
    texts = dict.fromkeys(cell.axes[position] for cell in books.cells if cell.axes[position])
    found = {text: int(match[1]) for text in texts if (match := _YEAR.search(text))}
    return found if len(found) == len(texts) else {}


def _period(books: Books) -> tuple[int, int] | None:
    stated = books.package.raw.get("fiscalPeriod")
    try:
        start, end = (datetime.date.fromisoformat(stated[key]).year for key in ("start", "end"))  # type: ignore[index]
    except (TypeError, KeyError, ValueError):  # the lint of the model says so
        return None
    return (start, end) if start <= end else None


def _is_outside(books: Books, cell: Cell, first: int, last: int) -> bool:
    position = books.axis(Axis.YEAR)
    text = "" if position is None else cell.axes[position]
    match = _YEAR.search(text)
    if match is None:
        return False
    year = int(match[1])
    end = year + 1 if _SPAN.fullmatch(text) else year
    return end < first or year > last


def _neighbours(books: Books, years: dict[str, int]) -> Iterator[tuple[Cell, Cell]]:
    """Cells of one year and the next that are otherwise alike."""
    position = books.axis(Axis.YEAR)
    if position is None:
        return
    known = {(years.get(c.axes[position]), *_others(c, position)): c for c in books.cells}
    for cell in sorted(books.cells, key=lambda c: (_others(c, position), c.axes)):
        year = years.get(cell.axes[position])
        after = None if year is None else known.get((year + 1, *_others(cell, position)))
        if after is not None:
            yield cell, after


def _others(cell: Cell, position: int) -> tuple[str, ...]:
    return cell.axes[:position] + cell.axes[position + 1 :]


def _jumps(before: Cell, after: Cell, *, measure: int, by_line: bool) -> bool:
    small, large = sorted((before.sums[measure], after.sums[measure]), key=lambda total: abs(total.amount))
    if not small.amount or abs(large.amount) <= JUMP * abs(small.amount):
        return False
    # A year that has begun has few payments; then it is the size of a payment that must not jump.
    return not by_line or abs(large.amount) * small.count > JUMP * abs(small.amount) * large.count


def _total(books: Books, cell: Cell, measure: int) -> str:
    return f"{books.money(cell.sums[measure].amount, cell.axes, measure)}{books.where(cell.axes)}"


def _by_money(books: Books, cells: list[Cell]) -> list[Cell]:
    return sorted(cells, key=lambda cell: (-abs(cell.sums[books.lead].amount), cell.axes))


def _largest(books: Books, year: int) -> str:
    """A year with the largest of its totals."""
    years = _years(books)
    position = books.axis(Axis.YEAR)
    cells = [c for c in books.cells if position is not None and years.get(c.axes[position]) == year]
    return _largest_of(books, _by_money(books, cells)[0])


def _largest_of(books: Books, cell: Cell) -> str:
    amount: Decimal = cell.sums[books.lead].amount
    return f"{books.where(cell.axes).removeprefix(' in ')} ({books.money(amount, cell.axes)})"
