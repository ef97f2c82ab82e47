"""What the audit reads beyond the columns of the sums: what tells lines apart, and dates in full. Values only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from osds.aggregates.facts import Column, Extract, FactPlan, FactTable, Group, Value
from osds.aggregates.reading import Verbatim
from osds.fiscal.model import Axis, FiscalModel, Level


def with_lines_and_dates(plan: FactPlan, model: FiscalModel) -> FactPlan:
    """The plan of facts with two attributes more, and one per level of the date: see `origin_sql`, `date_sql`.

    The first of them is the number of the table that a fact comes from.
    """
    levels = model.axes[0].levels if Axis.YEAR in plan.axes else ()
    tables = (_extended_table(table, levels, str(number)) for number, table in enumerate(plan.tables))
    return replace(plan, tables=tuple(tables))


def origin_sql(plan: FactPlan, model: FiscalModel) -> str:
    """The SQL expression of the number of a fact's table."""
    return f"a{_known(plan, model)}"


def date_sql(plan: FactPlan, model: FiscalModel) -> str | None:
    """The SQL expression of a fact's full date, if there is one."""
    first, last = _known(plan, model) + 1, len(plan.tables[0].groups[0].attributes)
    parts = [f"nullif(a{number}, '')" for number in range(first, last)]
    return f"concat_ws('-', {', '.join(parts)})" if parts else None


def _known(plan: FactPlan, model: FiscalModel) -> int:
    """How many attributes facts have without those of this module."""
    levels = len(model.axes[0].levels) if Axis.YEAR in plan.axes else 0
    return len(plan.tables[0].groups[0].attributes) - levels - 1


def _extended_table(table: FactTable, levels: Sequence[Level], origin: str) -> FactTable:
    groups = tuple(_dated(table, group, levels, origin) for group in table.groups)
    values = [value for group in groups for value in group.attributes if isinstance(value, Column)]
    lookups = tuple(
        replace(lookup, extract=_extended(lookup.extract, (c for c in values if c.lookup == number)))
        for number, lookup in enumerate(table.lookups)
    )
    extract = replace(_extended(table.extract, (c for c in values if c.lookup is None)), lines=True)
    return replace(table, extract=extract, lookups=lookups, groups=groups)


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
