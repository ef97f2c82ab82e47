"""Whether one measure is the sum of others: a sub-total, or a total, among the columns of amounts.

Subsets of `n` measures are too many to try. Candidates are the sets that real tables are made of (all others, a run of
neighbouring columns, any two or three), kept if their grand totals agree; only those are compared row by row.
"""

# ruff: noqa: S608 (all names in the SQL are our own, all texts are literals: see `reading.literal`)

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import reduce
from itertools import combinations

from osds.aggregates.money import MAX_DIGITS, Width
from osds.audit import checks
from osds.audit.books import Books
from osds.audit.words import EXAMPLES, counted, joined, quoted
from osds.report import Finding

MIN_ROWS = 10  # rows with two or more parts: fewer may agree by accident
NEARLY = 20  # one row in twenty may differ: a slip of the pen, or cents
CLOSE = 1000  # grand totals may differ by a thousandth, as those rows make them
MAX_PAIRED = 100  # measures whose pairs are tried; triples up to the fourth part
MAX_TRIED = 60  # sets compared row by row for one measure
MAX_NAMED = 6  # parts named in the message

Parts = tuple[int, ...]


def find_sums(books: Books) -> Iterator[Finding]:
    """Measures that are the sum of two or more others, each told once."""
    totals = [sum((cell.sums[n].amount for cell in books.cells), Decimal(0)) for n in range(len(books.plan.measures))]
    for measure in sorted(range(len(totals)), key=lambda n: (-abs(totals[n]), n)):
        found = _first_sum(books, measure, _candidates(books, totals, measure))
        if found is not None:
            yield _told(books, measure, *found)


def _candidates(books: Books, totals: list[Decimal], whole: int) -> list[Parts]:
    """Sets of measures whose grand totals add up to that of `whole`, the smallest sets first."""
    if not totals[whole]:
        return []
    others = [n for n in range(len(totals)) if n != whole and totals[n] and _alike(books, whole, n)]
    close = {
        p for p in _sets(others, whole) if abs(totals[whole] - sum(totals[n] for n in p)) * CLOSE <= abs(totals[whole])
    }
    return sorted(close, key=lambda parts: (len(parts), parts))[:MAX_TRIED]


def _alike(books: Books, one: int, other: int) -> bool:
    """Measures that may be added up at all; between phases a sum is a relation (approved + changes), not a total."""
    a, b = books.plan.measures[one], books.plan.measures[other]
    return (a.currency, a.direction, a.phase) == (b.currency, b.direction, b.phase)


def _sets(others: list[int], whole: int) -> Iterator[Parts]:
    before, after = [n for n in others if n < whole], [n for n in others if n > whole]
    yield from (tuple(others),) if len(others) > 1 else ()
    yield from (tuple(before[-count:]) for count in range(2, len(before) + 1))
    yield from (tuple(after[:count]) for count in range(2, len(after) + 1))
    if len(others) <= MAX_PAIRED:
        yield from combinations(others, 2)
    if len(others) <= MAX_PAIRED // 4:
        yield from combinations(others, 3)


def _first_sum(books: Books, whole: int, candidates: list[Parts]) -> tuple[Parts, int, int] | None:
    """The first set that adds up in nearly all rows, with the number of rows that agree and of all compared."""
    candidates = [parts for parts in candidates if _fits(books, whole, parts)]
    if not candidates:
        return None
    found = books.engine.row(f"SELECT {', '.join(_count_sql(books, whole, p) for p in candidates)} FROM facts_text")
    for number, parts in enumerate(candidates):
        rows, agreeing, several = found[3 * number : 3 * number + 3]
        if several >= MIN_ROWS and (rows - agreeing) * NEARLY <= rows:
            return parts, agreeing, rows
    return None


def _fits(books: Books, whole: int, parts: Parts) -> bool:
    return _width(books, (whole, *parts)).digits <= MAX_DIGITS


def _width(books: Books, measures: Parts) -> Width:
    """Wide enough for the sum of one amount of each."""
    widest = reduce(Width.joined, (books.measures[n].width for n in measures))
    return Width(whole=widest.whole + len(str(len(measures))), fraction=widest.fraction)


def _conditions(books: Books, whole: int, parts: Parts) -> tuple[str, str, str]:
    """SQL for: a row can be compared; its parts add up; several of them are not zero."""
    kind = _width(books, (whole, *parts)).sql  # with room for the sum, so that nothing overflows
    amounts = " + ".join(f"coalesce(CAST(m{n} AS {kind}), 0)" for n in parts)
    used = f"m{whole} IS NOT NULL AND ({' OR '.join(f'm{n} <> 0' for n in (whole, *parts))})"
    several = " + ".join(f"CAST(coalesce(m{n} <> 0, false) AS INTEGER)" for n in parts)
    return used, f"{amounts} = CAST(m{whole} AS {kind})", f"{several} >= 2"


def _count_sql(books: Books, whole: int, parts: Parts) -> str:
    used, agrees, several = _conditions(books, whole, parts)
    return (
        f"count(*) FILTER ({used}), count(*) FILTER ({used} AND {agrees}), "
        f"count(*) FILTER ({used} AND {agrees} AND {several})"
    )


def _told(books: Books, whole: int, parts: Parts, agreeing: int, rows: int) -> Finding:
    names = [quoted(books.plan.measures[n].name) for n in parts]
    message = (
        f"{books.plan.measures[whole].name!r} is the sum of {joined(names[:MAX_NAMED], len(names))} in {agreeing:,} of "
        f"{counted(rows, 'line')}; for instance {_example(books, whole, parts)}"
    )
    return checks.MEASURE_IS_SUM.at(books.at_measure(whole), message)


def _example(books: Books, whole: int, parts: Parts) -> str:
    """The line with the largest sum."""
    columns = [*books.axis_names(), *books.leaves()]
    amounts = [f"m{n}" for n in (whole, *parts)]
    row = books.engine.row(
        f"SELECT {', '.join(columns + amounts)} FROM facts_text WHERE {' AND '.join(_conditions(books, whole, parts))} "
        f"ORDER BY {', '.join([f'abs(m{whole}) DESC', *columns, *amounts])} LIMIT 1"
    )
    axes = row[: len(books.plan.axes)]
    total, *figures = (books.money(figure or Decimal(0), axes, whole) for figure in row[len(columns) :])
    told = " + ".join(figures[:EXAMPLES]) + (" + …" if len(figures) > EXAMPLES else "")
    return f"{total} = {told}{books.where(axes)} ({books.names(row[len(axes) : len(columns)])})"
