"""Whether lines stand in the table more than once.

Equal lines are a fault only where lines can be told apart: a table of payments without receipt numbers has lines that
differ in nothing but the amount, and so some that do not differ at all. The table itself says which of the two it is.
"""

# ruff: noqa: S608 (all names in the SQL are our own, all texts are literals: see `reading.literal`)

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from osds.aggregates.amounts import facts_sql
from osds.aggregates.engine import Row
from osds.aggregates.facts import FactTable
from osds.audit import checks
from osds.audit.books import Books
from osds.audit.words import EXAMPLES, counted, joined, listed
from osds.report import Finding, Place

# If of the lines that agree in all but the amount more than half agree in the amount too, the other columns were meant to
# tell lines apart. Slovakia's farm subsidies have 14,325 of the former and 364 of the latter: payments, not copies.
TELLS_APART = 2
# Nine lines in ten stand there again: the whole file was appended, whatever its rows are.
WHOLE_FILE = Decimal("0.9")
MIN_LINES = 10  # below this "nine in ten" means nothing


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Of the rows with money: all, the different ones, those different without their amounts, those that repeat."""

    rows: int
    different: int
    keys: int
    repeated: int

    @property
    def copies(self) -> int:
        """Rows that would not be missed."""
        return self.rows - self.different


def find_duplicates(books: Books) -> Iterator[Finding]:
    """At most one finding per table."""
    counts = [_count(books, table) for table in books.plan.tables]
    if any(count.copies for count in counts):
        _make_copies(books)
    for number, count in enumerate(counts):
        if count.copies:
            check = checks.DUPLICATED_LINES if _are_faults(books, count) else checks.REPEATED_LINES
            message = (
                f"{counted(count.copies, 'row')} of {count.rows:,} with money {_repeat(count.copies)} another one exactly: "
                f"{_money(books, number)}; for instance {listed(_examples(books, number))}"
            )
            yield check.at(Place(file=books.plan.tables[number].extract.file), message)


def _repeat(copies: int) -> str:
    return "repeats" if copies == 1 else "repeat"


def _has_money(table: FactTable) -> str:
    """SQL for rows with any amount that is not zero: empty lines that repeat double nothing."""
    amounts = dict.fromkeys(c for group in table.groups for c in group.amounts if c is not None)
    return " OR ".join(f"{table.extract.sql_name(column)} <> 0" for column in amounts)


def _count(books: Books, table: FactTable) -> Counts:
    counts = books.engine.row(
        "SELECT coalesce(sum(n), 0), count(*), count(DISTINCT rest), count(*) FILTER (n > 1) FROM "
        f"(SELECT line, rest, count(*) AS n FROM {table.extract.name} WHERE {_has_money(table)} GROUP BY line, rest)"
    )
    return Counts(rows=int(counts[0]), different=counts[1], keys=counts[2], repeated=counts[3])


def _are_faults(books: Books, counts: Counts) -> bool:
    if counts.different >= MIN_LINES and counts.repeated >= WHOLE_FILE * counts.different:
        return True
    return not books.transactional and counts.copies * TELLS_APART > counts.rows - counts.keys


def _make_copies(books: Books) -> None:
    """Make the view `copies`: the facts of every row but the first of its kind, of all tables."""
    tables = []
    for number, table in enumerate(books.plan.tables):
        name = table.extract.name
        books.engine.run(
            f"CREATE TABLE copies_{number} AS SELECT * EXCLUDE (copy) FROM (SELECT *, row_number() OVER "
            f"(PARTITION BY line, rest) AS copy FROM {name} WHERE ({_has_money(table)}) AND line IN "
            f"(SELECT line FROM {name} GROUP BY line HAVING count(*) > 1)) WHERE copy > 1"
        )
        tables.append(replace(table, extract=replace(table.extract, name=f"copies_{number}")))
    copies = facts_sql(replace(books.plan, tables=tuple(tables)), [known.raw for known in books.measures])
    books.engine.run(f"CREATE VIEW copies AS {copies}")


def _money(books: Books, number: int) -> str:
    """What the copies add to the largest totals of the leading measure."""
    axes = books.axis_names()
    by = f"GROUP BY {', '.join(axes)} " if axes else ""
    rows = books.engine.rows(
        f"SELECT {', '.join([*axes, f'coalesce(sum(m{books.lead}), 0) AS money'])} FROM copies "
        f"WHERE {books.origin} = '{number}' {by}ORDER BY {', '.join(['abs(money) DESC', *axes])}"
    )
    told = [f"{books.money(row[-1], row[:-1])}{books.where(row[:-1])}" for row in rows]
    return f"they add {joined(told[:EXAMPLES], len(told))}"


def _examples(books: Books, number: int) -> list[str]:
    amount = f"m{books.lead}"
    columns = ", ".join([*books.axis_names(), *books.leaves(), amount])
    rows = books.engine.rows(
        f"SELECT {columns}, count(*) FROM copies WHERE {books.origin} = '{number}' AND {amount} IS NOT NULL "
        f"GROUP BY {columns} ORDER BY abs({amount}) DESC, {columns} LIMIT {EXAMPLES}"
    )
    return [_example(books, row) for row in rows]


def _example(books: Books, row: Row) -> str:
    axes, codes = row[: len(books.plan.axes)], row[len(books.plan.axes) : -2]
    amount, times = row[-2:]
    again = f", {times:,} times more" if times > 1 else ""
    return f"{books.money(amount, axes)}{books.where(axes)} ({books.names(codes)}{again})"
