"""A table as inference sees it: facts of every column from all rows, and an even sample of the rows.

One pass, bounded memory: distinct values and *shapes* (a value with every digit as 9) are kept up to a limit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from osds.errors import UsageError

MAX_DISTINCT = 50_000
MAX_SHAPES = 200
SAMPLE_ROWS = 20_000
_CHUNK = 2_000
_LONGEST_SHAPE = 40
_DIGITS = str.maketrans("0123456789", "9999999999")
TEXT_SHAPE = "text"


@dataclass(frozen=True, kw_only=True)
class Column:
    """What is known of one column. `values` are distinct and not empty, in the order met, at most `MAX_DISTINCT`.

    `shapes` maps each shape to its first value; a leading zero stays visible (`007` is `099`). It is empty where there
    are too many shapes to be anything but text.
    """

    name: str
    position: int
    rows: int
    filled: int
    values: tuple[str, ...]
    shapes: Mapping[str, str]

    @property
    def distinct(self) -> int:
        """How many different values there are; `MAX_DISTINCT` means that or more."""
        return len(self.values)

    @property
    def uniqueness(self) -> float:
        """Distinct values per filled cell, 0 to 1; 1 where there are too many to count."""
        if self.distinct >= MAX_DISTINCT:
            return 1.0
        return self.distinct / self.filled if self.filled else 0.0


@dataclass(frozen=True, kw_only=True)
class Table:
    """A header with its columns. `odd_rows` are the first few (row, cells) of the wrong width; the header is row 1."""

    columns: tuple[Column, ...]
    rows: int
    sample: tuple[tuple[str, ...], ...]
    odd_rows: tuple[tuple[int, int], ...] = ()
    odd_count: int = 0


def read_table(rows: Iterable[Sequence[str]]) -> Table:
    """The facts of a table whose first row is the header. Raises `UsageError` if there is no usable header."""
    lines = iter(rows)
    header = tuple(cell.strip() for cell in next(lines, ()))
    check_header(header)
    reader = _Reader(header)
    while chunk := list(islice(lines, _CHUNK)):
        reader.read(chunk)
    return reader.table()


def join_tables(tables: Sequence[Table]) -> Table:
    """The facts of tables with the same header as if they were one; their odd rows stay with the parts."""
    sample = [row for table in tables for row in table.sample]
    step = -(-len(sample) // SAMPLE_ROWS) or 1
    columns = (_join_columns(parts) for parts in zip(*(table.columns for table in tables), strict=True))
    return Table(columns=tuple(columns), rows=sum(table.rows for table in tables), sample=tuple(sample[::step]))


def _join_columns(parts: Sequence[Column]) -> Column:
    values = dict.fromkeys(value for part in parts for value in part.values)
    is_text = any(part.values and not part.shapes for part in parts)
    shapes = {shape: part.shapes[shape] for part in reversed(parts) for shape in part.shapes}
    return Column(
        name=parts[0].name,
        position=parts[0].position,
        rows=sum(part.rows for part in parts),
        filled=sum(part.filled for part in parts),
        values=tuple(islice(values, MAX_DISTINCT)),
        shapes={} if is_text else shapes,
    )


def check_header(header: Sequence[str]) -> None:
    """Raises `UsageError` if the header is missing, has empty names, or has one name twice."""
    if not any(header):
        raise UsageError("The file has no header", next_step="Put the names of the columns into the first row")
    empty = [str(position) for position, name in enumerate(header, start=1) if not name]
    if empty:
        raise UsageError(
            f"The header has no name for column {', '.join(empty[:10])}",
            next_step="Name every column in the first row, and remove titles above it and empty columns",
        )
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise UsageError(f"The header names two columns {twice[0]!r}", next_step="Give every column a name of its own")


def shape_of(value: str) -> str:
    """`value` with digits as 9, except a leading 0: `-1.250,00` is `-9.999,99`, `011` is `099`."""
    text = value.strip()
    if len(text) > _LONGEST_SHAPE:
        return TEXT_SHAPE
    shape = text.translate(_DIGITS)
    first = shape.find("9")
    return shape[:first] + "0" + shape[first + 1 :] if first >= 0 and text[first] == "0" else shape


class _ColumnReader:
    """Gathers one column, a chunk at a time. Only values not met before are looked at."""

    def __init__(self) -> None:
        self.values: dict[str, None] = {}
        self.shapes: dict[str, str] = {}
        self.is_text = False
        self.filled = 0

    def read(self, cells: Sequence[str]) -> None:
        self.filled += len(cells) - cells.count("")
        for value in dict.fromkeys(cells):
            if not value or value in self.values:
                continue
            if len(self.values) < MAX_DISTINCT:
                self.values[value] = None
            if not self.is_text:
                self.shapes.setdefault(shape_of(value), value)
                self.is_text = len(self.shapes) > MAX_SHAPES


class _Reader:
    """Gathers a table. The sample holds every n-th row; n doubles whenever the sample is full."""

    def __init__(self, header: tuple[str, ...]) -> None:
        self.header = header
        self.columns = [_ColumnReader() for _ in header]
        self.rows = 0
        self.step = 1
        self.sample: list[tuple[str, ...]] = []
        self.odd: list[tuple[int, int]] = []
        self.odd_count = 0

    def read(self, chunk: Sequence[Sequence[str]]) -> None:
        rows = list(self._even(chunk))
        for column, cells in zip(self.columns, zip(*rows, strict=True), strict=True):
            column.read(cells)
        self.sample.extend(row for number, row in enumerate(rows, start=self.rows) if number % self.step == 0)
        self.rows += len(rows)
        if len(self.sample) > SAMPLE_ROWS:
            self.sample = self.sample[::2]
            self.step *= 2

    def _even(self, chunk: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
        """The rows of the right width; others are noted and cut or filled up, as every reader of CSV does."""
        width = len(self.header)
        for number, row in enumerate(chunk, start=self.rows + 2):
            if len(row) != width:
                self.odd_count += 1
                self.odd.extend([(number, len(row))] if len(self.odd) < 3 else [])
            yield tuple(row[:width]) + ("",) * (width - len(row))

    def table(self) -> Table:
        columns = (
            Column(
                name=name,
                position=position,
                rows=self.rows,
                filled=column.filled,
                values=tuple(column.values),
                shapes={} if column.is_text else column.shapes,
            )
            for position, (name, column) in enumerate(zip(self.header, self.columns, strict=True))
        )
        return Table(
            columns=tuple(columns),
            rows=self.rows,
            sample=tuple(self.sample),
            odd_rows=tuple(self.odd),
            odd_count=self.odd_count,
        )
