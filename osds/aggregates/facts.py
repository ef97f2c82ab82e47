"""What facts are made of: the tables and columns that are read, and what each row says. Values only; see `planning`.

A *fact* is one row of a table seen through one set of amount columns. Columns with the same fixed values
(`Amount.fixed`: "this column is 2015, approved") make facts together; each other set makes facts of its own. The facts
of all tables with money are one table of facts; a measure that a table lacks is empty there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from osds.aggregates.lattice import Skipped
from osds.aggregates.reading import Reading, Verbatim
from osds.fiscal.model import Axis, Dimension, Measure
from osds.tables.text import TableText


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table with facts or, if `lookup` is its number, of a table that is looked up from there.

    `missing` are the texts that mean "no value".
    """

    position: int
    name: str
    missing: tuple[str, ...]
    reading: Reading
    lookup: int | None = None

    @property
    def is_verbatim(self) -> bool:
        """True for codes and labels, which need no reading."""
        return isinstance(self.reading, Verbatim)


Value = Column | str  # where an attribute comes from: a column, or the same text for all rows


@dataclass(frozen=True, kw_only=True)
class Extract:
    """The columns that are read of one table. `name` is what the engine calls it; `file` is its path, for findings.

    With `lines`, two more columns tell rows apart: `line`, a hash of the whole row, and `rest`, of all but its amounts.
    """

    name: str
    table: TableText
    file: str | None
    columns: tuple[Column, ...]
    lines: bool = False

    def sql_name(self, column: Column) -> str:
        """What the engine calls a column: `c0`, `c1`…, never a name that somebody else has chosen."""
        return f"c{self.columns.index(column)}"


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """A table that is looked up. `keys` are pairs of columns that must be equal: of the facts, and of this table."""

    extract: Extract
    keys: tuple[tuple[Column, Column], ...]


@dataclass(frozen=True, kw_only=True)
class Group:
    """One set of amount columns: what its facts have as attributes, and the column of each measure, if any."""

    attributes: tuple[Value, ...]
    amounts: tuple[Column | None, ...]


@dataclass(frozen=True, kw_only=True)
class FactTable:
    """One table with money, and the tables that are looked up from it."""

    extract: Extract
    lookups: tuple[Lookup, ...]
    groups: tuple[Group, ...]

    def sql(self, column: Column) -> str:
        """A column in the joined tables: `r.c0` of the facts, `l0.c0` of the first lookup."""
        if column.lookup is None:
            return f"r.{self.extract.sql_name(column)}"
        return f"l{column.lookup}.{self.lookups[column.lookup].extract.sql_name(column)}"


@dataclass(frozen=True, kw_only=True)
class Hierarchy:
    """A dimension in terms of facts: for each level the position of its code and of its label among the attributes."""

    dimension: Dimension
    codes: tuple[int, ...]
    labels: tuple[int | None, ...]


@dataclass(frozen=True, kw_only=True)
class FactPlan:
    """How facts are made. The first attributes of every group are the axes, in order."""

    tables: tuple[FactTable, ...]
    measures: tuple[Measure, ...]
    axes: tuple[Axis, ...]
    hierarchies: tuple[Hierarchy, ...]
    skipped: tuple[Skipped, ...]

    @property
    def file(self) -> str | None:
        """The path of the first table with money, for findings."""
        return self.tables[0].extract.file

    @property
    def rows(self) -> int:
        """The rows of all tables with money."""
        return sum(table.extract.table.rows for table in self.tables)

    @property
    def facts(self) -> int:
        """How many facts there are: each row makes one per set of amount columns, whatever is looked up."""
        return sum(table.extract.table.rows * len(table.groups) for table in self.tables)

    @property
    def extracts(self) -> tuple[Extract, ...]:
        """All that is read, the tables with money first."""
        lookups = (lookup.extract for table in self.tables for lookup in table.lookups)
        return (*(table.extract for table in self.tables), *lookups)

    @property
    def sources(self) -> tuple[TableText, ...]:
        """The tables that are read, each once, those with money first."""
        return tuple(dict.fromkeys(extract.table for extract in self.extracts))

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files of all `sources` in their order."""
        return tuple(path for table in self.sources for path in table.paths)

    def amounts(self, measure: int) -> Iterator[tuple[FactTable, Column]]:
        """The columns of the measure with this number, each with its table."""
        for table in self.tables:
            for group in table.groups:
                column = group.amounts[measure]
                if column is not None:
                    yield table, column
