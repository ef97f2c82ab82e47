"""The drafts of Fiscal Data Package 0.3: `mapping` in place of `model`, and in some of them lists and other words.

- August 2015: dimensions stand beside `measures`; they have `fields`, of which some have `primaryKey`.
- alpha 3 to 5: `measures`, `dimensions` and `fields` are lists of objects with a `name`.
- alpha 6 to 8: as in 0.3.
Source: the history of `spec/index.md` in openspending/fiscal-data-package and of OSEP-04 in openspending/osep.
"""

from __future__ import annotations

from collections.abc import Mapping

from osds.dataset.package import DataPackage, Json
from osds.fiscal.migration.parts import Raw, Written, elsewhere, entries, stated_currency

_KEYS = ("id", "code", "name")


def write_draft(package: DataPackage, mapping: Mapping[str, Json]) -> Written:
    """The model that a draft's `mapping` states; the same object wherever the draft was like 0.3."""
    notes: list[str] = []
    model: Raw = dict(mapping)
    if "dimensions" not in mapping:
        beside = {key: value for key, value in mapping.items() if key != "measures"}
        model = {"measures": mapping["measures"], "dimensions": beside}
    if "measures" in model:
        model["measures"] = _named(model["measures"])
    dimensions = _named(model["dimensions"])
    if isinstance(dimensions, dict):
        dimensions = {name: _dimension(name, raw, notes) for name, raw in dimensions.items()}
    model["dimensions"] = dimensions
    home = package.resources[0].name if package.resources else ""
    return Written(model=with_currency(package, model, home), notes=tuple(notes))


def write_resource_model(package: DataPackage, home: str, model: Mapping[str, Json]) -> Written:
    """The model of the resource `home` as it must read at the top, where another resource may be the first."""
    moved = _copy(model)
    for entry in entries(moved):
        if "source" in entry and "resource" not in entry:
            entry.update(elsewhere(package, home))
    return Written(model=with_currency(package, moved, home))


def with_currency(package: DataPackage, model: Raw, home: str) -> Raw:
    """The model with the currency of the resource or of the package on each measure that has none."""
    measures = model.get("measures")
    if not isinstance(measures, dict):
        return model
    filled = {}
    for name, measure in measures.items():
        filled[name] = measure
        if isinstance(measure, dict) and "currency" not in measure:
            currency = stated_currency(package, str(measure.get("resource", home)))
            if isinstance(currency, str):
                filled[name] = {**measure, "currency": currency}
    return {**model, "measures": filled}


def _named(value: Json) -> Json:
    """A list of objects with a `name` as one object; whatever has no name is called by its number."""
    if not isinstance(value, list):
        return value
    named: Raw = {}
    for number, item in enumerate(value, start=1):
        rest = dict(item) if isinstance(item, dict) else {}
        name = rest.pop("name", None)
        named[name if isinstance(name, str) and name not in named else str(number)] = rest
    return named


def _dimension(name: str, raw: Json, notes: list[str]) -> Json:
    if not isinstance(raw, dict):
        return raw
    dimension = {("attributes" if key == "fields" else key): value for key, value in raw.items()}
    attributes = _named(dimension.get("attributes"))
    if not isinstance(attributes, dict):
        return raw
    dimension["attributes"] = attributes
    if dimension.get("dimensionType") == "project":
        dimension["dimensionType"] = "activity"
    if "primaryKey" not in dimension and attributes:
        dimension["attributes"] = {key: _without_key(part) for key, part in attributes.items()}
        dimension["primaryKey"] = _key(name, attributes, notes)
    return dimension


def _key(name: str, attributes: Raw, notes: list[str]) -> Json:
    """What the draft of August 2015 marks as key, or the likeliest attribute."""
    keys = [key for key, part in attributes.items() if isinstance(part, dict) and "primaryKey" in part]
    if not keys:
        keys = [next((key for key in _KEYS if key in attributes), next(iter(attributes)))]
        if len(attributes) > 1:
            notes.append(f"Nothing says which attribute of {name!r} is its key: {keys[0]!r} is a guess")
    return keys[0] if len(keys) == 1 else keys


def _without_key(attribute: Json) -> Json:
    return {k: v for k, v in attribute.items() if k != "primaryKey"} if isinstance(attribute, dict) else attribute


def _copy(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _copy(part) for key, part in value.items()}
    return [_copy(part) for part in value] if isinstance(value, list) else value
