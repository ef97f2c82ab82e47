"""From the fiscal model to facts: which columns are read, and what each row of the table says. Values only.

A *fact* is one row of the table seen through one set of amount columns. Columns with the same fixed values
(`Amount.fixed`: "this column is 2015, approved") make facts together; each other set makes facts of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from osds.aggregates.checks import FACTS_IN_SEVERAL_RESOURCES
from osds.aggregates.lattice import Skipped
from osds.aggregates.money import amount_text
from osds.aggregates.reading import Reading, Verbatim
from osds.aggregates.years import year_of_constant, year_reading
from osds.dataset.package import DataPackage, Field
from osds.errors import BugError
from osds.fiscal.model import Amount, Attribute, Axis, Dimension, FiscalModel, Measure
from osds.report import Finding, in_descriptor
from osds.tables.text import TableText


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the fact table. `missing` are the texts that mean "no value"."""

    position: int
    name: str
    missing: tuple[str, ...]
    reading: Reading

    @property
    def is_verbatim(self) -> bool:
        """True for codes and labels, which need no reading."""
        return isinstance(self.reading, Verbatim)


Value = Column | str  # where an attribute comes from: a column, or the same text for all rows


@dataclass(frozen=True, kw_only=True)
class Group:
    """One set of amount columns: what its facts have as attributes, and the column of each measure, if any."""

    attributes: tuple[Value, ...]
    amounts: tuple[Column | None, ...]


@dataclass(frozen=True, kw_only=True)
class Hierarchy:
    """A dimension in terms of facts: for each level the position of its code and of its label among the attributes."""

    dimension: Dimension
    codes: tuple[int, ...]
    labels: tuple[int | None, ...]


@dataclass(frozen=True, kw_only=True)
class FactPlan:
    """How facts are made of one table. The first attributes of every group are the axes, in order.

    `file` is the path of the table in the descriptor, for findings.
    """

    table: TableText
    file: str | None
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    measures: tuple[Measure, ...]
    axes: tuple[Axis, ...]
    hierarchies: tuple[Hierarchy, ...]
    skipped: tuple[Skipped, ...]

    def sql_name(self, column: Column) -> str:
        """What the engine calls a column: `c0`, `c1`…, never a name that somebody else has chosen."""
        return f"c{self.columns.index(column)}"


def plan_facts(
    package: DataPackage, model: FiscalModel, tables: Mapping[str, TableText]
) -> tuple[FactPlan | None, tuple[Finding, ...]]:
    """How to read the facts, or the findings that say why they cannot be read.

    Raises `BugError` if the table is not among `tables`, or the model names a column that it does not have.
    """
    axes = [axis.levels[0].key for axis in model.axes]
    resources = sorted({m.resource for m in model.measures} | {a.resource for a in axes if a.source is not None})
    if len(resources) != 1:
        text = f"the measures and their year, currency, phase and direction are in: {', '.join(resources)}"
        return None, (FACTS_IN_SEVERAL_RESOURCES.at(in_descriptor(), text),)
    table = tables.get(resources[0])
    if table is None:
        raise BugError(f"The table {resources[0]!r} holds the amounts, but was not handed over")
    return _Planner(package, model, table).plan(), ()


def _resources(dimension: Dimension) -> Iterator[str]:
    """The resources whose columns the dimension needs."""
    for level in dimension.levels:
        for attribute in (level.key, level.label):
            if attribute is not None and attribute.source is not None:
                yield attribute.resource


class _Planner:
    """The steps of `plan_facts` for one table."""

    def __init__(self, package: DataPackage, model: FiscalModel, table: TableText) -> None:
        self.model = model
        self.table = table
        self.resource = package.resource(table.resource)
        self.sets = _amount_sets(model.measures)
        self.fixed = {source for fixed, _ in self.sets for source in fixed}

    def plan(self) -> FactPlan:
        axes = self.model.axes
        here, skipped = self._split([d for d in self.model.dimensions if d not in axes])
        skipped = [_deeper(axis) for axis in axes if len(axis.levels) > 1] + skipped
        attributes = [(axis.levels[0].key, axis.axis is Axis.YEAR) for axis in axes]
        hierarchies = tuple(self._hierarchy(dimension, attributes) for dimension in here)
        groups = tuple(
            Group(
                attributes=tuple(self._value(attribute, is_year, fixed) for attribute, is_year in attributes),
                amounts=tuple(self._amount(field) for field in fields),
            )
            for fixed, fields in self.sets
        )
        used = (v for group in groups for v in (*group.attributes, *group.amounts) if isinstance(v, Column))
        return FactPlan(
            table=self.table,
            file=self.resource.paths[0] if self.resource and self.resource.paths else None,
            columns=tuple(dict.fromkeys(used)),
            groups=groups,
            measures=self.model.measures,
            axes=tuple(axis.axis for axis in axes if axis.axis is not None),
            hierarchies=hierarchies,
            skipped=tuple(skipped),
        )

    def _split(self, dimensions: list[Dimension]) -> tuple[list[Dimension], list[Skipped]]:
        """The dimensions whose columns stand with the facts, and the others."""
        here, skipped = [], []
        for dimension in dimensions:
            elsewhere = sorted(set(_resources(dimension)) - {self.table.resource})
            if elsewhere:
                levels = tuple(level.key.name for level in dimension.levels)
                reason = f"its columns are not with the facts but in: {', '.join(elsewhere)}"
                skipped.append(Skipped(dimensions=((dimension.name, levels),), reason=reason))
            else:
                here.append(dimension)
        return here, skipped

    def _hierarchy(self, dimension: Dimension, attributes: list[tuple[Attribute, bool]]) -> Hierarchy:
        """Append the dimension's codes and labels to `attributes`, and say where they are."""
        codes: list[int] = []
        labels: list[int | None] = []
        for level in dimension.levels:
            codes.append(len(attributes))
            attributes.append((level.key, False))
            labels.append(len(attributes) if level.label else None)
            if level.label:
                attributes.append((level.label, False))
        return Hierarchy(dimension=dimension, codes=tuple(codes), labels=tuple(labels))

    def _value(self, attribute: Attribute, is_year: bool, fixed: Mapping[str, str]) -> Value:
        source = attribute.source
        constant = attribute.constant if source is None else fixed.get(source)
        if constant is not None or source is None:
            return year_of_constant(constant or "") if is_year else constant or ""
        if source in self.table.fields:
            return self._column(source, year_reading(self._field(source)) if is_year else Verbatim())
        if source in self.fixed:
            return ""  # another column of amounts says what it is, this one does not
        raise BugError(
            f"The model takes {attribute.name!r} from {source!r}, which {self.table.resource!r} does not have"
        )

    def _amount(self, name: str | None) -> Column | None:
        if name is None:
            return None
        if name not in self.table.fields:
            raise BugError(f"The model takes an amount from {name!r}, which {self.table.resource!r} does not have")
        return self._column(name, amount_text(self._field(name)))

    def _column(self, name: str, reading: Reading) -> Column:
        field = self._field(name)
        missing = _own_missing_values(field) if field and "missingValues" in field.raw else self.table.missing_values
        return Column(position=self.table.fields.index(name), name=name, missing=missing, reading=reading)

    def _field(self, name: str) -> Field | None:
        return self.resource.field(name) if self.resource else None


def _own_missing_values(field: Field) -> tuple[str, ...]:
    """A field may override its schema (Data Package 2), as text or as `{"value": …}`."""
    own = field.raw["missingValues"]
    texts = (v.get("value") if isinstance(v, dict) else v for v in (own if isinstance(own, list) else []))
    return tuple(text for text in texts if isinstance(text, str))


def _deeper(axis: Dimension) -> Skipped:
    levels = tuple(level.key.name for level in axis.levels)
    return Skipped(
        dimensions=((axis.name, levels),), reason=f"below the {axis.axis}, which is the axis of every cuboid"
    )


def _amount_sets(measures: tuple[Measure, ...]) -> list[tuple[Mapping[str, str], list[str | None]]]:
    """Each distinct `fixed` with the column of each measure; a second column of one measure starts a set of its own."""
    sets: list[tuple[Mapping[str, str], list[str | None]]] = []
    for position, measure in enumerate(measures):
        for amount in measure.amounts:
            _place(sets, amount, position, len(measures))
    return sets


def _place(sets: list[tuple[Mapping[str, str], list[str | None]]], amount: Amount, position: int, width: int) -> None:
    for fixed, fields in sets:
        if dict(fixed) == dict(amount.fixed) and fields[position] is None:
            fields[position] = amount.field
            return
    sets.append((amount.fixed, [None] * width))
    sets[-1][1][position] = amount.field
