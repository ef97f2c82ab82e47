"""The proof that a bundle adds up, before it is put in place.

Every written file is read again as its readers will read it, and must add up to `apex.csv` for each year, currency,
phase and direction. `apex.csv` itself is compared with a second sum over the table that shares no step with the first:
plain Python over the CSV text. Beyond `MAX_ROWS` rows that would take minutes, so the second sum is one SQL query.
"""

# ruff: noqa: S608 (all names in the SQL are our own, all texts are literals: see `reading.literal`)

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext
from pathlib import Path

from osds.aggregates.amounts import MeasureFacts
from osds.aggregates.engine import Engine, open_engine
from osds.aggregates.facts import Column, FactPlan, FactTable, Group, Lookup, Value
from osds.aggregates.money import MAX_DIGITS, AmountText
from osds.aggregates.reading import literal
from osds.aggregates.records import read_records
from osds.errors import BugError

MAX_ROWS = 1_000_000
MAX_BYTES = 1_000_000  # of a written file that Python adds up; the engine reads a larger one a hundred times as fast
MAX_LINE = 16_000_000  # bytes of a written line; three dimensions of long labels are far from it
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


def prove(
    folder: Path, names: Sequence[str], measures: Sequence[MeasureFacts], plan: FactPlan, table: Totals, *, memory: str
) -> None:
    """Add up the written files; the first of `names` is the apex. Raises `BugError` if any does not add up."""
    axes = len(plan.axes)
    apex = _sum_file(folder / names[0], axes, len(measures))
    _compare("the table", apex, table)
    large = [name for name in names[1:] if (folder / name).stat().st_size > MAX_BYTES]
    for name in names[1:]:
        if name not in large:
            _compare(name, apex, _sum_file(folder / name, axes, len(measures)))
    if large:
        for name, found in zip(
            large, sum_large([folder / name for name in large], axes, measures, memory), strict=True
        ):
            _compare(name, apex, found)


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


def sum_large(paths: Sequence[Path], axes: int, measures: Sequence[MeasureFacts], memory: str) -> Iterator[Totals]:
    """The totals of each of these written files, added up by an engine that has never seen the table."""
    with open_engine(paths, memory=memory) as engine:
        for path, source in zip(paths, engine.sources, strict=True):
            width = _count_columns(path)
            first = width - 1 - len(measures)
            keys = [f"coalesce(c{number}, '')" for number in range(axes)]
            sums = [part for n, known in enumerate(measures) for part in _sum_sql(f"c{first + n}", known)]
            names = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(width))
            rows = engine.rows(
                f"SELECT {', '.join([*keys, *sums])}, CAST(sum(CAST(c{width - 1} AS BIGINT)) AS BIGINT) FROM "
                f"read_csv({literal(str(source))}, columns = {{{names}}}, auto_detect = false, header = true, "
                f"delim = ',', quote = '\"', escape = '\"', strict_mode = true, max_line_size = {MAX_LINE}) "
                + (f"GROUP BY {', '.join(keys)}" if keys else "HAVING count(*) > 0")
            )
            if any(odd for row in rows for odd in row[axes + 1 : -1 : 2]):
                raise BugError(f"{path.name} holds an amount that is not a plain decimal")
            yield {
                tuple(row[:axes]): Total(sums=[Decimal(text) for text in row[axes:-1:2]], facts=row[-1]) for row in rows
            }


def _sum_sql(text: str, known: MeasureFacts) -> tuple[str, str]:
    """SQL for the sum of amounts, and for the number of those that are no plain decimals of the measure's scale."""
    scale = known.width.fraction
    plain = f"-?[0-9]+[.][0-9]{{{scale}}}" if scale else "-?[0-9]+"
    return (
        f"coalesce(CAST(sum(CAST({text} AS DECIMAL({MAX_DIGITS}, {scale}))) AS VARCHAR), '0')",
        f"count(*) FILTER (NOT regexp_full_match({text}, '{plain}'))",
    )


def _count_columns(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return len(next(csv.reader(file, strict=True)))


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
