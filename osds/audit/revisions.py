"""Whether one year holds several versions of the same budget."""

# ruff: noqa: S608 (all names in the SQL are our own, all texts are literals: see `reading.literal`)

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from osds.audit import checks
from osds.audit.books import Books
from osds.audit.breakdowns import telling
from osds.audit.words import counted, quoted
from osds.fiscal.model import Axis
from osds.report import Finding

MAX_DATES = 4  # a budget is revised a few times a year; months and days are dates of payment
MIN_LINES = 10  # lines in common, below which chance can make two dates alike
SAME_LINES = Decimal("0.8")  # of the smaller version, found again in the other
# Of the lines in common: a revision leaves most of them alone. Payments of two half-years seldom agree to the cent, and
# where all of them do they are instalments.
SAME_AMOUNTS = Decimal("0.5")
FLOWS = {"executed", "paid", "actual"}  # phases of which the dates of one year do add up


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two dates of one year, one after the other, with their lines and totals, and what they have in common."""

    axes: tuple[str, ...]
    dates: tuple[str, str]
    lines: tuple[int, int]
    amounts: tuple[Decimal, Decimal]
    common: int
    same: int


def find_revisions(books: Books) -> Iterator[Finding]:
    """Years with two dates whose lines largely coincide; currencies, phases and directions each on their own."""
    position, measure = books.axis(Axis.YEAR), _measure(books)
    if position is None or books.date is None or books.transactional or measure is None:
        return
    lines = [f"a{code}" for hierarchy in telling(books) for code in hierarchy.codes]
    _make_versions(books, position, measure, lines or ["0"])
    told = set()
    for pair in _pairs(books):
        if _are_versions(pair) and not _flows(books, pair) and pair.axes not in told:
            told.add(pair.axes)
            yield _told(books, position, measure, pair)


def _measure(books: Books) -> int | None:
    """The measure to compare: the leading one, unless it is of money that was paid."""
    order = [books.lead, *(n for n in range(len(books.plan.measures)) if n != books.lead)]
    return next((n for n in order if (books.plan.measures[n].phase or "").casefold() not in FLOWS), None)


def _make_versions(books: Books, position: int, measure: int, lines: list[str]) -> None:
    """Make the tables `lines`, what each line comes to on each date, and `versions`, one row per date."""
    axes = ", ".join(books.axis_names())
    books.engine.run(
        f"CREATE OR REPLACE TABLE lines AS SELECT {axes}, {books.date} AS date, hash({', '.join(lines)}) AS line, "
        f"sum(m{measure}) AS amount FROM facts_text WHERE ({axes}) IN (SELECT {axes} FROM facts_text "
        f"WHERE a{position} <> '' GROUP BY ALL HAVING count(DISTINCT {books.date}) BETWEEN 2 AND {MAX_DATES}) "
        f"GROUP BY ALL HAVING sum(m{measure}) <> 0"
    )
    books.engine.run(
        f"CREATE OR REPLACE TABLE versions AS SELECT *, lead(date) OVER (PARTITION BY {axes} ORDER BY date) AS next "
        f"FROM (SELECT {axes}, date, count(*) AS lines, sum(amount) AS amount FROM lines GROUP BY ALL)"
    )


def _pairs(books: Books) -> Iterator[Pair]:
    axes = books.axis_names()
    rows = books.engine.rows(
        f"SELECT {', '.join(f'v.{a}' for a in axes)}, v.date, v.next, v.lines, w.lines, v.amount, w.amount, "
        "count(*), count(*) FILTER (a.amount = b.amount) FROM versions v "
        f"JOIN versions w ON w.date = v.next AND {_same('v', 'w', axes)} "
        f"JOIN lines a ON a.date = v.date AND {_same('v', 'a', axes)} "
        f"JOIN lines b ON b.date = v.next AND b.line = a.line AND {_same('v', 'b', axes)} "
        f"GROUP BY ALL ORDER BY ALL"
    )
    for row in rows:
        first, second, lines, others, amount, other, common, same = row[len(axes) :]
        yield Pair(
            axes=row[: len(axes)],
            dates=(first, second),
            lines=(lines, others),
            amounts=(amount, other),
            common=common,
            same=same,
        )


def _same(one: str, other: str, columns: list[str]) -> str:
    return " AND ".join(f"{one}.{column} = {other}.{column}" for column in columns)


def _are_versions(pair: Pair) -> bool:
    return (
        pair.common >= MIN_LINES
        and pair.common >= SAME_LINES * min(pair.lines)
        and SAME_AMOUNTS * pair.common <= pair.same < pair.common
    )


def _flows(books: Books, pair: Pair) -> bool:
    position = books.axis(Axis.PHASE)
    return position is not None and pair.axes[position].casefold() in FLOWS


def _told(books: Books, position: int, measure: int, pair: Pair) -> Finding:
    versions = [
        f"{quoted(date)} with {counted(lines, 'line')} and {books.money(amount, pair.axes, measure)}"
        for date, lines, amount in zip(pair.dates, pair.lines, pair.amounts, strict=True)
    ]
    message = (
        f"{' and '.join(versions)} are largely the same{books.where(pair.axes)}: {counted(pair.common, 'line')} are in "
        f"both, {pair.same:,} with the same amount"
    )
    return checks.YEAR_REVISIONS.at(books.at(position), message, value=pair.axes[position])
