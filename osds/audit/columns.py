"""What the audit reads beyond the columns of the sums: every column of a table, and dates in full. Values only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from osds.aggregates.facts import Column, Extract, FactTable, Group, Value
from osds.aggregates.money import AmountText
from osds.aggregates.reading import Verbatim
from osds.fiscal.model import Level


def whole_line(table: FactTable) -> Iterator[Column]:
    """A column for each field of a table with money: the one of the sums, unless that reads only a part of the cell."""
    columns = (column for column in table.extract.columns if column.lookup is None)
    known = {c.position: c for c in columns if isinstance(c.reading, Verbatim | AmountText)}
    for position, name in enumerate(table.extract.table.fields):
        yield known.get(position) or _verbatim(table, position, name)


def with_columns(table: FactTable, line: Sequence[Column], levels: Sequence[Level], origin: str) -> FactTable:
    """The table with all its columns, whose facts have more attributes: `origin`, then the date level by level."""
    groups = tuple(_dated(table, group, levels, origin) for group in table.groups)
    values = [value for group in groups for value in group.attributes if isinstance(value, Column)]
    lookups = tuple(
        replace(lookup, extract=_extended(lookup.extract, (c for c in values if c.lookup == number)))
        for number, lookup in enumerate(table.lookups)
    )
    own = [*line, *(column for column in values if column.lookup is None)]
    return replace(table, extract=_extended(table.extract, own), lookups=lookups, groups=groups)


def _dated(table: FactTable, group: Group, levels: Sequence[Level], origin: str) -> Group:
    dates = [_date_part(table, group, level, number) for number, level in enumerate(levels)]
    return replace(group, attributes=(*group.attributes, origin, *dates))


def _date_part(table: FactTable, group: Group, level: Level, number: int) -> Value:
    """The first level stands where the year is read from; months and days only count in the table itself."""
    if number == 0:
        year = group.attributes[0]
        return replace(year, reading=Verbatim()) if isinstance(year, Column) else year
    fields, source = table.extract.table.fields, level.key.source
    if source is None or source not in fields:
        return level.key.constant or ""
    return _verbatim(table, fields.index(source), source)


def _verbatim(table: FactTable, position: int, name: str) -> Column:
    return Column(position=position, name=name, missing=table.extract.table.missing_values, reading=Verbatim())


def _extended(extract: Extract, columns: Iterable[Column]) -> Extract:
    return replace(extract, columns=tuple(dict.fromkeys((*extract.columns, *columns))))
