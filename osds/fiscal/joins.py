"""How facts in one table get at a column of another: by a foreign key, one step, or by a column of the same name.

Fiscal Data Package 0.3 lets every measure and every attribute name its `resource`. Facts of several resources are one
table of facts; an attribute that stands elsewhere is looked up by the `foreignKeys` of the facts' Table Schema
(https://specs.frictionlessdata.io/table-schema/#foreign-keys). An attribute of one table of facts also holds for
another one that has a column of the same name. Decided by the descriptor alone; nothing here reads a table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from osds.dataset.package import DataPackage, Json, Resource
from osds.fiscal import checks
from osds.fiscal.model import Attribute, Dimension, FiscalModel
from osds.fiscal.references import escape
from osds.report import Finding, in_descriptor


@dataclass(frozen=True, kw_only=True)
class Join:
    """A foreign key: a row belongs to the row of `target` whose `target_fields` equal its own `fields`, in order."""

    target: str
    fields: tuple[str, ...]
    target_fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Route:
    """Where facts find an attribute: in the column of that name in their own table, or behind a foreign key."""

    column: str
    join: Join | None


def fact_resources(model: FiscalModel) -> tuple[str, ...]:
    """The tables with money, in the order of the measures."""
    return tuple(dict.fromkeys(measure.resource for measure in model.measures))


def named_resources(model: FiscalModel) -> tuple[str, ...]:
    """Every table that a measure or an attribute names: all that is needed to add up the money."""
    others = (attribute.resource for dimension in model.dimensions for attribute in column_attributes(dimension))
    return tuple(dict.fromkeys((*fact_resources(model), *others)))


def column_attributes(dimension: Dimension) -> Iterator[Attribute]:
    """The codes and labels of a dimension that are columns of a table, root first."""
    for level in dimension.levels:
        for attribute in (level.key, level.label):
            if attribute is not None and attribute.source is not None:
                yield attribute


def find_joins(package: DataPackage, start: str, target: str) -> tuple[Join, ...]:
    """The foreign keys from one table to another, each once, well formed or not."""
    resource = package.resource(start)
    stated = resource.schema.get("foreignKeys") if resource else None
    joins = (_read_join(raw) for raw in (stated if isinstance(stated, list) else []))
    return tuple(dict.fromkeys(join for join in joins if join is not None and join.target == target))


def find_route(package: DataPackage, model: FiscalModel, start: str, attribute: Attribute) -> Route | None:
    """How the facts in `start` get at the column of an attribute, or None if they have no such attribute."""
    source = attribute.source or ""
    if attribute.resource == start:
        return Route(column=source, join=None)
    joins = find_joins(package, start, attribute.resource)
    if joins:
        return Route(column=source, join=joins[0])
    resource = package.resource(start)
    if attribute.resource in fact_resources(model) and resource is not None and resource.field(source):
        return Route(column=source, join=None)
    return None


def check_joins(package: DataPackage, model: FiscalModel, pointer: str) -> Iterator[Finding]:
    """Findings on attributes that stand in another table than the money. `pointer` is that of the model."""
    for dimension in model.dimensions:
        by_resource: dict[str, list[Attribute]] = {}
        for attribute in column_attributes(dimension):
            by_resource.setdefault(attribute.resource, []).append(attribute)
        place = f"{pointer}/dimensions/{escape(dimension.name)}"
        for resource, attributes in by_resource.items():
            yield from _check_elsewhere(package, model, attributes, resource, place)


def _check_elsewhere(
    package: DataPackage, model: FiscalModel, attributes: list[Attribute], resource: str, place: str
) -> Iterator[Finding]:
    """Findings on the attributes of one dimension that stand in one table."""
    facts = [start for start in fact_resources(model) if start != resource]
    for start in facts:
        joins = find_joins(package, start, resource)
        for join in joins:
            problem = _problem(package, start, join)
            if problem:
                yield checks.NOT_JOINED.at(in_descriptor(place), problem, value=resource)
        if len(joins) > 1:
            columns = " and ".join(f"({', '.join(join.fields)})" for join in joins)
            message = f"{start!r} has several foreign keys to {resource!r}: by {columns}"
            yield checks.LOOKUP_AMBIGUOUS.at(in_descriptor(place), message, value=resource)
    if facts and not any(find_route(package, model, start, attributes[0]) for start in fact_resources(model)):
        yield checks.NOT_JOINED.at(
            in_descriptor(place), _not_joined(package, facts[0], resource, attributes), value=resource
        )


def _problem(package: DataPackage, start: str, join: Join) -> str:
    """What is wrong with the columns of a foreign key, or an empty text. That both tables exist is checked before."""
    head = f"the foreign key of {start!r} to {join.target!r}"
    if not join.fields or len(join.fields) != len(join.target_fields):
        return f"{head} has {len(join.fields)} columns, but refers to {len(join.target_fields)}"
    for name, fields in ((start, join.fields), (join.target, join.target_fields)):
        resource = package.resource(name)
        missing = [field for field in fields if resource is None or resource.field(field) is None]
        if missing:
            return f"{head} names {missing[0]!r}, which is no column of {name!r}"
    return ""


def _not_joined(package: DataPackage, start: str, resource: str, attributes: list[Attribute]) -> str:
    names = ", ".join(repr(attribute.name) for attribute in attributes)
    facts = package.resource(start)
    message = f"{names} must be looked up in {resource!r}, but {start!r} has no foreign key to it"
    between = [r.name for r in package.resources if _leads_by(package, start, r, resource)]
    if between:
        return f"{message}: it leads there only by way of {between[0]!r}, and one step is followed"
    if facts is not None and all(facts.field(attribute.source or "") for attribute in attributes):
        return f"{message}; {start!r} itself has such columns"
    if facts is not None and "foreignKeys" in facts.raw:
        return f"{message}; its `foreignKeys` stands beside its `schema`, not in it"
    return message


def _leads_by(package: DataPackage, start: str, between: Resource, target: str) -> bool:
    return bool(find_joins(package, start, between.name) and find_joins(package, between.name, target))


def _read_join(raw: Json) -> Join | None:
    """A foreign key as stated; None if it refers to no other table."""
    reference = raw.get("reference") if isinstance(raw, dict) else None
    if not isinstance(reference, dict):
        return None
    target = reference.get("resource")
    if not isinstance(target, str) or not target:
        return None
    return Join(target=target, fields=_names(raw.get("fields")), target_fields=_names(reference.get("fields")))


def _names(raw: Json) -> tuple[str, ...]:
    """Column names: a list of them, or one as text."""
    return tuple(name for name in (raw if isinstance(raw, list) else [raw]) if isinstance(name, str))
