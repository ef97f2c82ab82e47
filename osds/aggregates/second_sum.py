"""A second sum over the table, which shares no step with the cuboids: plain Python over the CSV text.

Beyond `MAX_ROWS` rows that would take minutes. Then the second sum is one SQL query over all facts, and Python adds up the
first `SAMPLE` rows of each table, which the engine reads once more: that the two agree there is checked as well.
"""

# ruff: noqa: S608 (all names in the SQL are our own, all texts are literals: see `reading.literal`)

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext
from itertools import islice

from osds.aggregates.amounts import MeasureFacts, facts_sql
from osds.aggregates.engine import Engine
from osds.aggregates.facts import Column, FactPlan, FactTable, Group, Lookup, Value
from osds.aggregates.load import load_copy
from osds.aggregates.money import AmountText
from osds.aggregates.records import read_records, rewrite_records
from osds.errors import BugError

MAX_ROWS = 1_000_000
SAMPLE = 50_000  # rows of each table
EXACT = Context(prec=200, traps=[Inexact, InvalidOperation])  # more digits than a table can need

Key = tuple[str, ...]  # the axis values of a cell


@dataclass(kw_only=True)
class Total:
    """What the cells of one combination of axis values add up to: one sum per measure, and the number of facts."""

    sums: list[Decimal]
    facts: int = 0


Totals = dict[Key, Total]


def sum_table(
    engine: Engine, plan: FactPlan, measures: Sequence[MeasureFacts], *, most: int = MAX_ROWS, sample: int = SAMPLE
) -> Totals:
    """The totals of all facts. Raises `BugError` if the engine and Python disagree over the sample of a large table."""
    if plan.rows <= most:
        return sum_by_python(plan)
    _check_sample(engine, plan, measures, sample)
    return _sum_by_engine(engine, plan, "facts_text")


def _check_sample(engine: Engine, plan: FactPlan, measures: Sequence[MeasureFacts], sample: int) -> None:
    tables = []
    for number, table in enumerate(plan.tables):
        text = table.extract.table
        longest = rewrite_records(text.paths, len(text.fields), engine.spare, first=sample)
        first = replace(text, rows=min(sample, text.rows))
        extract = replace(table.extract, name=f"sample_{number}", table=first, lines=False)
        load_copy(engine, extract, longest)
        tables.append(replace(table, extract=extract))
    sampled = replace(plan, tables=tuple(tables))
    facts = facts_sql(sampled, [known.raw for known in measures])
    found, wanted = _sum_by_engine(engine, sampled, f"({facts})"), sum_by_python(plan, sample)
    for table in tables:
        engine.run(f"DROP TABLE {table.extract.name}")
    if found != wanted:
        raise BugError(
            f"The first {sample} rows of a table come to {found} in SQL, but to {wanted} in Python",
            next_step="Nothing was written. Please report this with the dataset",
        )


def sum_by_python(plan: FactPlan, first: int | None = None) -> Totals:
    """In plain Python decimals, over the text of the tables; `first` for as many rows of each table only."""
    totals: Totals = {}
    with localcontext(EXACT):
        for table in plan.tables:
            counters = [_Counter(table, group, plan, totals) for group in table.groups]
            for cells in islice(read_records(table.extract.table.paths), first):
                for counter in counters:
                    counter.add(cells)
        for total in totals.values():
            total.sums = [s * measure.factor for s, measure in zip(total.sums, plan.measures, strict=True)]
    return totals


class _Counter:
    """Adds the facts of one group to the totals, a record at a time."""

    def __init__(self, table: FactTable, group: Group, plan: FactPlan, totals: Totals) -> None:
        self.axes = [_axis(value, table) for value in group.attributes[: len(plan.axes)]]
        self.positions = sorted({position for axis in self.axes for position in axis.positions})
        self.amounts = [_amount(number, column) for number, column in enumerate(group.amounts) if column is not None]
        self.measures = len(plan.measures)
        self.totals = totals
        self.known: dict[Key, Total] = {}  # by the text of the cells, so that each date is read once

    def add(self, cells: list[str]) -> None:
        written = tuple([cells[position] for position in self.positions])
        total = self.known.get(written)
        if total is None:
            key = tuple(axis.value(cells) for axis in self.axes)
            total = self.known[written] = find_total(self.totals, key, self.measures)
        total.facts += 1
        for number, position, missing, read in self.amounts:
            text = cells[position]
            if text not in missing:
                total.sums[number] += read(text)


def _amount(number: int, column: Column) -> tuple[int, int, tuple[str, ...], Callable[[str], Decimal]]:
    reading = column.reading
    if not isinstance(reading, AmountText):
        raise BugError(f"{column.name!r} is a measure, but is not read as amounts")
    # Python reads the usual spelling by itself, blanks around it included, and much faster.
    return number, column.position, column.missing, Decimal if reading == AmountText() else reading.number


@dataclass(frozen=True, kw_only=True)
class _AxisOfRow:
    """How one axis value follows from the cells of a record. `positions` are the cells that it depends on."""

    positions: tuple[int, ...]
    value: Callable[[Sequence[str]], str]


def _axis(value: Value, table: FactTable) -> _AxisOfRow:
    if isinstance(value, str):
        return _AxisOfRow(positions=(), value=lambda _: value)
    if value.lookup is None:
        return _AxisOfRow(positions=(value.position,), value=lambda cells: _read(value, cells) or "")
    lookup = table.lookups[value.lookup]
    own = [column for column, _ in lookup.keys]
    found = _by_key(lookup, value)
    return _AxisOfRow(
        positions=tuple(column.position for column in own),
        value=lambda cells: found.get(tuple(_read(column, cells) for column in own), ""),
    )


def _by_key(lookup: Lookup, value: Column) -> dict[tuple[str | None, ...], str]:
    """The value of one column by the key of its row; a key without any value finds nothing."""
    found = {}
    for cells in read_records(lookup.extract.table.paths):
        key = tuple(_read(column, cells) for _, column in lookup.keys)
        if any(part is not None for part in key):
            found[key] = _read(value, cells) or ""
    return found


def _read(column: Column, cells: Sequence[str]) -> str | None:
    text = cells[column.position]
    return None if text in column.missing else str(column.reading.read(text))


def _sum_by_engine(engine: Engine, plan: FactPlan, facts: str) -> Totals:
    """In SQL, over the facts in the view or query `facts`."""
    axes = [f"a{number}" for number in range(len(plan.axes))]
    sums = [f"CAST(coalesce(sum(m{number}), 0) AS VARCHAR)" for number in range(len(plan.measures))]
    by = f" GROUP BY {', '.join(axes)}" if axes else " HAVING count(*) > 0"
    rows = engine.rows(f"SELECT {', '.join([*axes, *sums])}, count(*) FROM {facts}{by}")
    if sum(row[-1] for row in rows) != plan.facts:
        raise BugError(f"{plan.facts} facts became {sum(row[-1] for row in rows)} where other tables were looked up")
    return {
        tuple(row[: len(axes)]): Total(sums=[Decimal(text) for text in row[len(axes) : -1]], facts=row[-1])
        for row in rows
    }


def find_total(totals: Totals, key: Key, measures: int) -> Total:
    """The total of a key, zero if it is new."""
    if key not in totals:
        totals[key] = Total(sums=[Decimal(0)] * measures)
    return totals[key]
