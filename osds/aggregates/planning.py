"""From the fiscal model to facts: which tables are read and looked up, and where each attribute and amount stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from osds.aggregates.checks import FACTS_IN_SEVERAL_RESOURCES
from osds.aggregates.facts import Column, Extract, FactPlan, FactTable, Group, Hierarchy, Lookup, Value
from osds.aggregates.keys import key_readings
from osds.aggregates.lattice import Skipped
from osds.aggregates.money import amount_text
from osds.aggregates.reading import Reading, Verbatim
from osds.aggregates.years import year_of_constant, year_reading
from osds.dataset.package import DataPackage, Field
from osds.errors import BugError
from osds.fiscal.joins import Join, check_joins, fact_resources, find_route
from osds.fiscal.model import Amount, Attribute, Axis, Dimension, FiscalModel, Measure
from osds.report import Finding, in_descriptor
from osds.tables.text import TableText

Needed = tuple[Attribute, bool]  # an attribute of facts, and whether only its year is wanted


def plan_facts(
    package: DataPackage, model: FiscalModel, tables: Mapping[str, TableText]
) -> tuple[FactPlan | None, tuple[Finding, ...]]:
    """How to read the facts, or the findings that say why they cannot be read.

    Facts of a table that has no such attribute (see `osds.fiscal.joins`) have an empty code there and keep their money;
    but their year, currency, phase and direction must be known. Raises `BugError` if a table that the model names is
    not among `tables`, or the model names a column that it does not have.
    """
    findings = tuple(check_joins(package, model, "/model")) or tuple(_unknown_axes(package, model))
    if findings:
        return None, findings
    axes = model.axes
    needed = [(axis.levels[0].key, axis.axis is Axis.YEAR) for axis in axes]
    hierarchies = tuple(_hierarchy(dimension, needed) for dimension in model.dimensions if dimension not in axes)
    facts = tuple(
        _TablePlanner(package, model, tables, number, resource).plan(needed)
        for number, resource in enumerate(fact_resources(model))
    )
    plan = FactPlan(
        tables=facts,
        measures=model.measures,
        axes=tuple(axis.axis for axis in axes if axis.axis is not None),
        hierarchies=hierarchies,
        skipped=tuple(_deeper(axis) for axis in axes if len(axis.levels) > 1),
    )
    return plan, ()


def _unknown_axes(package: DataPackage, model: FiscalModel) -> Iterator[Finding]:
    """Findings on tables whose money has no year, currency, phase or direction: it could be added to anything."""
    for axis in model.axes:
        key = axis.levels[0].key
        for resource in fact_resources(model) if key.source is not None else ():
            if find_route(package, model, resource, key) is None:
                message = (
                    f"the {axis.axis} of the money in {resource!r} is unknown: {key.source!r} is a column of "
                    f"{key.resource!r}, and {resource!r} has neither a column of that name nor a foreign key to it"
                )
                yield FACTS_IN_SEVERAL_RESOURCES.at(in_descriptor("/model/dimensions"), message, value=resource)


def _hierarchy(dimension: Dimension, needed: list[Needed]) -> Hierarchy:
    """Append the dimension's codes and labels to `needed`, and say where they are."""
    codes: list[int] = []
    labels: list[int | None] = []
    for level in dimension.levels:
        codes.append(len(needed))
        needed.append((level.key, False))
        labels.append(len(needed) if level.label else None)
        if level.label:
            needed.append((level.label, False))
    return Hierarchy(dimension=dimension, codes=tuple(codes), labels=tuple(labels))


def _deeper(axis: Dimension) -> Skipped:
    levels = tuple(level.key.name for level in axis.levels)
    return Skipped(
        dimensions=((axis.name, levels),), reason=f"below the {axis.axis}, which is the axis of every cuboid"
    )


class _TablePlanner:
    """The steps of `plan_facts` for one table with money."""

    def __init__(
        self, package: DataPackage, model: FiscalModel, tables: Mapping[str, TableText], number: int, resource: str
    ) -> None:
        self.package = package
        self.model = model
        self.tables = tables
        self.number = number
        self.table = self._table(resource)
        self.sets = _amount_sets(model.measures, resource)
        self.fixed = {source for fixed, _ in self.sets for source in fixed}
        self.joins: list[Join] = []

    def plan(self, needed: Sequence[Needed]) -> FactTable:
        groups = tuple(
            Group(
                attributes=tuple(self._value(attribute, is_year, fixed) for attribute, is_year in needed),
                amounts=tuple(self._amount(field) for field in fields),
            )
            for fixed, fields in self.sets
        )
        used = [v for group in groups for v in (*group.attributes, *group.amounts) if isinstance(v, Column)]
        lookups = tuple(self._lookup(number, used) for number in range(len(self.joins)))
        own = [own for lookup in lookups for own, _ in lookup.keys] + [c for c in used if c.lookup is None]
        return FactTable(
            extract=self._extract(f"records_{self.number}", self.table, own), lookups=lookups, groups=groups
        )

    def _value(self, attribute: Attribute, is_year: bool, fixed: Mapping[str, str]) -> Value:
        source = attribute.source
        constant = attribute.constant if source is None else fixed.get(source)
        if constant is not None or source is None:
            return year_of_constant(constant or "") if is_year else constant or ""
        route = find_route(self.package, self.model, self.table.resource, attribute)
        if route is None:
            return ""
        if route.join is None and source not in self.table.fields and source in self.fixed:
            return ""  # another column of amounts says what it is, this one does not
        table, lookup = self.table, None
        if route.join is not None:
            table, lookup = self._table(route.join.target), self._join_number(route.join)
        reading = year_reading(self._field(table, source)) if is_year else Verbatim()
        return self._column(table, source, reading, lookup)

    def _amount(self, name: str | None) -> Column | None:
        return None if name is None else self._column(self.table, name, amount_text(self._field(self.table, name)))

    def _join_number(self, join: Join) -> int:
        if join not in self.joins:
            self.joins.append(join)
        return self.joins.index(join)

    def _lookup(self, number: int, used: Sequence[Column]) -> Lookup:
        join = self.joins[number]
        table = self._table(join.target)
        keys = []
        for own, theirs in zip(join.fields, join.target_fields, strict=True):
            readings = key_readings(self._field(self.table, own), self._field(table, theirs))
            keys.append(
                (self._column(self.table, own, readings[0]), self._column(table, theirs, readings[1], lookup=number))
            )
        columns = [theirs for _, theirs in keys] + [column for column in used if column.lookup == number]
        return Lookup(extract=self._extract(f"lookup_{self.number}_{number}", table, columns), keys=tuple(keys))

    def _extract(self, name: str, table: TableText, columns: Sequence[Column]) -> Extract:
        resource = self.package.resource(table.resource)
        file = resource.paths[0] if resource and resource.paths else None
        return Extract(name=name, table=table, file=file, columns=tuple(dict.fromkeys(columns)))

    def _table(self, resource: str) -> TableText:
        table = self.tables.get(resource)
        if table is None:
            raise BugError(f"The model needs the table {resource!r}, but it was not handed over")
        return table

    def _column(self, table: TableText, name: str, reading: Reading, lookup: int | None = None) -> Column:
        if name not in table.fields:
            raise BugError(f"The model reads {name!r}, which {table.resource!r} does not have")
        field = self._field(table, name)
        missing = _own_missing_values(field) if field and "missingValues" in field.raw else table.missing_values
        return Column(position=table.fields.index(name), name=name, missing=missing, reading=reading, lookup=lookup)

    def _field(self, table: TableText, name: str) -> Field | None:
        resource = self.package.resource(table.resource)
        return resource.field(name) if resource else None


def _own_missing_values(field: Field) -> tuple[str, ...]:
    """A field may override its schema (Data Package 2), as text or as `{"value": …}`."""
    own = field.raw["missingValues"]
    texts = (v.get("value") if isinstance(v, dict) else v for v in (own if isinstance(own, list) else []))
    return tuple(text for text in texts if isinstance(text, str))


def _amount_sets(measures: Sequence[Measure], resource: str) -> list[tuple[Mapping[str, str], list[str | None]]]:
    """Each distinct `fixed` with the column of each measure; a second column of one measure starts a set of its own.

    Measures of other tables than `resource` have no column.
    """
    sets: list[tuple[Mapping[str, str], list[str | None]]] = []
    for position, measure in enumerate(measures):
        for amount in measure.amounts if measure.resource == resource else ():
            _place(sets, amount, position, len(measures))
    return sets


def _place(sets: list[tuple[Mapping[str, str], list[str | None]]], amount: Amount, position: int, width: int) -> None:
    for fixed, fields in sets:
        if dict(fixed) == dict(amount.fixed) and fields[position] is None:
            fields[position] = amount.field
            return
    sets.append((amount.fixed, [None] * width))
    sets[-1][1][position] = amount.field
