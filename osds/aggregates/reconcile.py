"""The proof that a bundle adds up, before it is put in place.

Every written file is read again as its readers will read it, and must add up to `apex.csv` for each year, currency,
phase and direction. `apex.csv` itself is compared with a second sum over the table that shares no step with the first:
plain Python over the CSV text. Beyond `MAX_ROWS` rows that would take minutes, so the second sum is one SQL query.
"""

# ruff: noqa: S608 (all names in the SQL are our own, all texts are literals: see `reading.literal`)

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext
from pathlib import Path

from osds.aggregates.engine import Engine
from osds.aggregates.facts import Column, FactPlan, FactTable, Group, Lookup, Value
from osds.aggregates.money import AmountText
from osds.aggregates.records import read_records
from osds.errors import BugError

MAX_ROWS = 1_000_000
EXACT = Context(prec=200, traps=[Inexact, InvalidOperation])  # more digits than a table can need

Key = tuple[str, ...]  # the axis values of a cell


@dataclass(kw_only=True)
class Total:
    """What the cells of one combination of axis values add up to: one sum per measure, and the number of facts."""

    sums: list[Decimal]
    facts: int = 0


Totals = dict[Key, Total]


def rule(rows: int) -> str:
    """What is proved for a table of so many rows, in one sentence for the bundle."""
    second = (
        "in plain Python decimals" if rows <= MAX_ROWS else f"by SQL only, because it has more than {MAX_ROWS} rows"
    )
    return (
        "In every file the cells of each combination of axis values add up to apex.csv, amounts and counts; "
        f"apex.csv equals a second sum over the table, {second}"
    )


def sum_table(engine: Engine, plan: FactPlan) -> Totals:
    """The second sum over the table, which shares no step with the cuboids up to `MAX_ROWS` rows."""
    return _sum_by_python(plan) if plan.rows <= MAX_ROWS else _sum_by_engine(engine, plan)


def prove(folder: Path, names: Sequence[str], plan: FactPlan, table: Totals) -> None:
    """Add up the written files; the first of `names` is the apex. Raises `BugError` if any does not add up."""
    axes, measures = len(plan.axes), len(plan.measures)
    apex = _sum_file(folder / names[0], axes, measures)
    _compare("the table", apex, table)
    for name in names[1:]:
        _compare(name, apex, _sum_file(folder / name, axes, measures))


def _compare(name: str, apex: Totals, found: Totals) -> None:
    if apex == found:
        return
    key = min(key for key in apex.keys() | found.keys() if apex.get(key) != found.get(key))
    raise BugError(
        f"The aggregates do not add up: {apex.get(key)} in apex.csv, {found.get(key)} in {name}, for {key}",
        next_step="Nothing was written. Please report this with the dataset",
    )


def _sum_file(path: Path, axes: int, measures: int) -> Totals:
    """The totals of one written file, read with nothing but Python's csv module."""
    totals: Totals = {}
    with localcontext(EXACT):
        for cells in read_records((path,)):
            total = _total(totals, tuple(cells[:axes]), measures)
            total.facts += int(cells[-1])
            for number, amount in enumerate(cells[-1 - measures : -1]):
                if amount:
                    total.sums[number] += Decimal(amount)
    return totals


def _total(totals: Totals, key: Key, measures: int) -> Total:
    if key not in totals:
        totals[key] = Total(sums=[Decimal(0)] * measures)
    return totals[key]


def _sum_by_python(plan: FactPlan) -> Totals:
    totals: Totals = {}
    with localcontext(EXACT):
        for table in plan.tables:
            counters = [_Counter(table, group, plan, totals) for group in table.groups]
            for cells in read_records(table.extract.table.paths):
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
            total = self.known[written] = _total(self.totals, key, self.measures)
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


def _sum_by_engine(engine: Engine, plan: FactPlan) -> Totals:
    axes = [f"a{number}" for number in range(len(plan.axes))]
    sums = [f"CAST(coalesce(sum(m{number}), 0) AS VARCHAR)" for number in range(len(plan.measures))]
    by = f" GROUP BY {', '.join(axes)}" if axes else " HAVING count(*) > 0"
    rows = engine.rows(f"SELECT {', '.join([*axes, *sums])}, count(*) FROM facts_text{by}")
    if sum(row[-1] for row in rows) != plan.facts:
        raise BugError(f"{plan.facts} facts became {sum(row[-1] for row in rows)} where other tables were looked up")
    return {
        tuple(row[: len(axes)]): Total(sums=[Decimal(text) for text in row[len(axes) : -1]], facts=row[-1])
        for row in rows
    }
