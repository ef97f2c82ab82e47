"""Compiling the notation of Fiscal Data Package 0.3: `model` with `measures` and `dimensions` (`mapping` in its drafts).

Hierarchy is stated in two ways that mean the same: an ordered `primaryKey`, or a chain of `parent`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from osds.dataset.package import DataPackage, Json
from osds.dataset.schema_errors import read_schema, schema_findings
from osds.fiscal import checks
from osds.fiscal.axes import mark_axes
from osds.fiscal.joins import check_joins
from osds.fiscal.model import Amount, Attribute, Dimension, FiscalModel, Form, Level, Measure
from osds.fiscal.references import check_money, check_source, escape, read_factor
from osds.report import Finding, in_descriptor


@dataclass(frozen=True, kw_only=True)
class _Stated:
    """A model as the descriptor states it, with what its parts refer to."""

    package: DataPackage
    raw: Mapping[str, Json]
    pointer: str
    home: str  # the resource that is meant where none is named: the first, or the one that holds the model


def compile_notation(
    package: DataPackage, raw: Json, *, form: Form, pointer: str
) -> tuple[FiscalModel | None, tuple[Finding, ...]]:
    """The model stated at `pointer` of the descriptor, and the findings on it; None if it has errors."""
    findings = schema_findings(
        raw, read_schema("osds.dataset", "schemas/fiscal-model.json"), checks.MODEL_SCHEMA, below=pointer
    )
    if findings:
        return None, findings
    stated = _Stated(package=package, raw=raw, pointer=pointer, home=_home(package, form))
    findings = (*_check_measures(stated), *_check_dimensions(stated))
    if findings:
        return None, findings
    measures = tuple(_measure(stated, name, value) for name, value in raw["measures"].items())
    dimensions = tuple(_dimension(stated, name, value) for name, value in raw["dimensions"].items())
    model = FiscalModel(form=form, measures=measures, dimensions=mark_axes(dimensions))
    return model, tuple(check_joins(package, model, pointer))


def _home(package: DataPackage, form: Form) -> str:
    if form is Form.RESOURCE_MODEL:
        return next(r.name for r in package.resources if "model" in r.raw)
    return package.resources[0].name if package.resources else ""


def _check_measures(stated: _Stated) -> Iterator[Finding]:
    for name, raw in stated.raw["measures"].items():
        pointer = f"{stated.pointer}/measures/{escape(name)}"
        resource = raw.get("resource", stated.home)
        yield from check_source(stated.package, resource, raw["source"], pointer)
        found = stated.package.resource(resource)
        yield from check_money(found.field(raw["source"]) if found else None, pointer)
        if read_factor(raw.get("factor", 1)) is None:
            message = f"the factor of measure {name!r} is {raw['factor']}"
            yield checks.FACTOR_RANGE.at(in_descriptor(f"{pointer}/factor"), message)


def _check_dimensions(stated: _Stated) -> Iterator[Finding]:
    for name, raw in stated.raw["dimensions"].items():
        pointer = f"{stated.pointer}/dimensions/{escape(name)}"
        for key in _keys(raw):
            if key not in raw["attributes"]:
                message = f"the primary key of dimension {name!r} names {key!r}, which is no attribute of it"
                yield checks.DANGLING_KEY.at(in_descriptor(f"{pointer}/primaryKey"), message, value=key)
        for attribute in raw["attributes"]:
            yield from _check_attribute(
                stated, raw["attributes"], attribute, f"{pointer}/attributes/{escape(attribute)}"
            )


def _check_attribute(stated: _Stated, attributes: Mapping[str, Json], name: str, pointer: str) -> Iterator[Finding]:
    raw = attributes[name]
    if "source" in raw:
        yield from check_source(stated.package, raw.get("resource", stated.home), raw["source"], pointer)
    for relation in ("parent", "labelfor"):
        other = raw.get(relation)
        if other is not None and other not in attributes:
            message = f"`{relation}` of attribute {name!r} names {other!r}, which is no attribute of this dimension"
            yield checks.DANGLING_PARENT.at(in_descriptor(f"{pointer}/{relation}"), message, value=other)
        elif _is_circular(attributes, name, relation):
            yield checks.CYCLE.at(
                in_descriptor(f"{pointer}/{relation}"), f"following `{relation}` of {name!r} leads back to it"
            )


def _is_circular(attributes: Mapping[str, Json], name: str, relation: str) -> bool:
    seen = set()
    step: str | None = name
    while step is not None and step in attributes:
        if step in seen:
            return step == name
        seen.add(step)
        step = attributes[step].get(relation)
    return False


def _measure(stated: _Stated, name: str, raw: Mapping[str, Json]) -> Measure:
    return Measure(
        name=name,
        title=raw.get("title", name),
        resource=raw.get("resource", stated.home),
        amounts=(Amount(field=raw["source"], fixed={}),),
        currency=raw.get("currency"),
        factor=read_factor(raw.get("factor", 1)) or Decimal(1),
        direction=raw.get("direction"),
        phase=raw.get("phase"),
    )


def _dimension(stated: _Stated, name: str, raw: Mapping[str, Json]) -> Dimension:
    attributes = {key: _attribute(stated, key, value) for key, value in raw["attributes"].items()}
    labels = {value["labelfor"]: key for key, value in raw["attributes"].items() if "labelfor" in value}
    return Dimension(
        name=name,
        title=raw.get("title", name),
        kind=raw.get("dimensionType", "other"),
        levels=tuple(
            Level(key=attributes[key], label=attributes.get(labels.get(key, "")))
            for key in _from_root(raw["attributes"], _keys(raw))
        ),
        axis=None,
    )


def _attribute(stated: _Stated, name: str, raw: Mapping[str, Json]) -> Attribute:
    constant = raw.get("constant")
    return Attribute(
        name=name,
        resource=raw.get("resource", stated.home),
        source=raw.get("source"),
        constant=None if "source" in raw or constant is None else str(constant),
    )


def _keys(raw: Mapping[str, Json]) -> list[str]:
    keys = raw["primaryKey"]
    return keys if isinstance(keys, list) else [keys]


def _from_root(attributes: Mapping[str, Json], keys: list[str]) -> list[str]:
    """The key attributes from the root to the leaf: every parent before its children, also where no key names it."""
    ordered: list[str] = []
    for key in keys:
        chain = [key]
        while (parent := attributes[chain[-1]].get("parent")) is not None:
            chain.append(parent)
        ordered.extend(step for step in reversed(chain) if step not in ordered)
    return ordered
