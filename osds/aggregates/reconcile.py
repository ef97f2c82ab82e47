"""The proof that a bundle adds up, before it is put in place.

Every written file is read again as its readers will read it, and must add up to `apex.csv` for each year, currency,
phase and direction. `apex.csv` itself is compared with a second sum over the table, see `second_sum`.
"""

# ruff: noqa: S608 (all names in the SQL are our own, all texts are literals: see `reading.literal`)

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from decimal import Decimal, localcontext
from pathlib import Path

from osds.aggregates.amounts import MeasureFacts
from osds.aggregates.engine import Engine, open_engine
from osds.aggregates.facts import FactPlan
from osds.aggregates.money import MAX_DIGITS
from osds.aggregates.reading import literal
from osds.aggregates.records import read_records
from osds.aggregates.second_sum import EXACT, MAX_ROWS, SAMPLE, Total, Totals, find_total
from osds.errors import BugError

MAX_BYTES = 1_000_000  # of a written file that Python adds up; the engine reads a larger one a hundred times as fast
MAX_LINE = 2_000_000  # bytes of a written line that the engine has room for


def rule(rows: int) -> str:
    """What is proved for a table of so many rows, in one sentence for the bundle."""
    second = "in plain Python decimals"
    if rows > MAX_ROWS:
        second = (
            f"by SQL, because it has more than {MAX_ROWS} rows; for the first {SAMPLE} of each table "
            "SQL and plain Python decimals come to the same"
        )
    return (
        "In every file the cells of each combination of axis values add up to apex.csv, amounts and counts; "
        f"apex.csv equals a second sum over the table, {second}"
    )


def prove(
    folder: Path, names: Sequence[str], measures: Sequence[MeasureFacts], plan: FactPlan, table: Totals, *, memory: int
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
            total = find_total(totals, tuple(cells[:axes]), measures)
            total.facts += int(cells[-1])
            for number, amount in enumerate(cells[-1 - measures : -1]):
                if amount:
                    total.sums[number] += Decimal(amount)
    return totals


def sum_large(paths: Sequence[Path], axes: int, measures: Sequence[MeasureFacts], memory: int) -> Iterator[Totals]:
    """The totals of each of these written files, added up by an engine that has never seen the table."""
    with open_engine(paths, memory=memory) as engine:

        def add_up(engine: Engine, file: tuple[Path, Path]) -> Totals:
            return _sum_by_engine(engine, file[0], file[1], axes, measures)

        yield from engine.side_by_side(add_up, list(zip(paths, engine.sources, strict=True)))


def _sum_by_engine(engine: Engine, path: Path, source: Path, axes: int, measures: Sequence[MeasureFacts]) -> Totals:
    """The totals of one written file, which the engine calls `source`."""
    width = _count_columns(path)
    first = width - 1 - len(measures)
    keys = [f"coalesce(c{number}, '')" for number in range(axes)]
    sums = [part for n, known in enumerate(measures) for part in _sum_sql(f"c{first + n}", known)]
    names = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(width))
    if not engine.reads(
        f"CREATE OR REPLACE TEMP TABLE found AS SELECT {', '.join([*keys, *sums])}, "
        f"CAST(sum(CAST(c{width - 1} AS BIGINT)) AS BIGINT) FROM "
        f"read_csv({literal(str(source))}, columns = {{{names}}}, auto_detect = false, header = true, delim = ',', "
        f"quote = '\"', escape = '\"', strict_mode = true, max_line_size = {MAX_LINE}, buffer_size = {2 * MAX_LINE}) "
        + (f"GROUP BY {', '.join(keys)}" if keys else "HAVING count(*) > 0")
    ):
        return _sum_file(path, axes, len(measures))  # a line is longer than any that the engine has room for
    rows = engine.rows("SELECT * FROM found")
    if any(odd for row in rows for odd in row[axes + 1 : -1 : 2]):
        raise BugError(f"{path.name} holds an amount that is not a plain decimal")
    return {tuple(row[:axes]): Total(sums=[Decimal(text) for text in row[axes:-1:2]], facts=row[-1]) for row in rows}


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
