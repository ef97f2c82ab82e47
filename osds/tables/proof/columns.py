"""The columns of a table as its schema states them, where it is certain what frictionless makes of the statement.

frictionless checks a schema before it reads a row. What it certainly accepts is read here; anything beyond it (a
constraint that the type does not know, `missingValues` with labels, an `example`) is left to frictionless itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from osds.dataset.package import Json
from osds.tables.categories import categories_of
from osds.tables.proof.unproven import UnprovenError

_BOUNDS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
_SINCE_2 = frozenset({"exclusiveMinimum", "exclusiveMaximum"})
_LENGTHS = frozenset({"minLength", "maxLength"})
# The constraints that frictionless 5.21 knows for each type, beside `required` and `unique` (frictionless/fields).
CONSTRAINTS: Mapping[str, frozenset[str]] = {
    "any": frozenset({"enum"}),
    "array": _LENGTHS | {"enum"},
    "boolean": frozenset({"enum"}),
    "date": _BOUNDS | {"enum"},
    "datetime": _BOUNDS | {"enum"},
    "duration": frozenset({"enum"}),
    "geojson": frozenset({"enum"}),
    "geopoint": frozenset({"enum"}),
    "integer": _BOUNDS | {"enum"},
    "list": _LENGTHS,
    "number": _BOUNDS | {"enum"},
    "object": _LENGTHS | {"enum"},
    "string": _LENGTHS | {"pattern", "enum"},
    "time": _BOUNDS | {"enum"},
    "year": _BOUNDS | {"enum"},
    "yearmonth": _BOUNDS | {"enum"},
}
_FORMATS = {
    "string": frozenset({"default", "email", "uri", "binary", "uuid", "wkt"}),
    "geojson": frozenset({"default", "topojson"}),
}
_OPTIONS: Mapping[str, Mapping[str, type]] = {
    "integer": {"bareNumber": bool},
    "number": {"bareNumber": bool, "floatNumber": bool, "decimalChar": str, "groupChar": str},
    "list": {"delimiter": str},
}
_TEXTS = ("title", "description", "rdfType")
_CONSTRAINT_TYPES: Mapping[str, type] = {
    "required": bool,
    "unique": bool,
    "pattern": str,
    "enum": list,
    "minLength": int,
    "maxLength": int,
}
# Keys of a field that frictionless reads; all others are custom, and kept without a look.
_NOT_CERTAIN = ("example", "required", "arrayItem", "itemType")


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: a field of the schema. `raw` is the field as written, `missing` the texts that mean no value."""

    name: str
    type: str
    format: str
    missing: tuple[str, ...]
    constraints: Mapping[str, Any]
    raw: Mapping[str, Json]

    @property
    def categories(self) -> frozenset[str | int] | None:
        """The values that the column may have, if that is stated."""
        return categories_of(self.raw)

    @property
    def required(self) -> bool:
        """True if the column must have a value in every row."""
        return bool(self.constraints.get("required"))


def read_columns(schema: Mapping[str, Json], *, version: int) -> tuple[Column, ...]:
    """The columns of a Table Schema in order, by the rules of a version (1 or 2) of Data Package.

    Raises `UnprovenError` unless frictionless certainly accepts the schema.
    """
    fields = schema.get("fields")
    if not isinstance(fields, list) or not fields:
        raise UnprovenError("the schema has no fields")
    missing = _missing(schema.get("missingValues", [""]), version)
    columns = tuple(_read_column(field, missing, version) for field in fields)
    if len({column.name for column in columns}) < len(columns):
        raise UnprovenError("two fields have one name")
    return columns


def _read_column(field: Json, missing: tuple[str, ...], version: int) -> Column:
    if not isinstance(field, dict) or not all(isinstance(key, str) for key in field):
        raise UnprovenError("a field is no object")
    name, kind, form = field.get("name"), field.get("type"), field.get("format", "default")
    if not isinstance(name, str) or not isinstance(kind, str) or kind not in CONSTRAINTS or not isinstance(form, str):
        raise UnprovenError("a field has no name, or a type that is not known")
    if form not in _FORMATS.get(kind, {form}) or any(key in field for key in _NOT_CERTAIN):
        raise UnprovenError(f"the field {name!r} has a format or a key whose meaning is not certain")
    if any(not isinstance(field.get(key, ""), str) for key in _TEXTS):
        raise UnprovenError(f"the field {name!r} has a title that is no text")
    _check_options(name, kind, field)
    return Column(
        name=name,
        type=kind,
        format=form.replace("fmt:", "") if form.startswith("fmt:") else form,
        missing=_missing(field["missingValues"], version) if "missingValues" in field else missing,
        constraints=_read_constraints(name, kind, field.get("constraints", {}), version),
        raw=field,
    )


def _check_options(name: str, kind: str, field: Mapping[str, Json]) -> None:
    for key, wanted in _OPTIONS.get(kind, {}).items():
        if key in field and type(field[key]) is not wanted:
            raise UnprovenError(f"the field {name!r} has a {key} of another type")
    if kind == "boolean":
        for key in ("trueValues", "falseValues"):
            _texts(field.get(key, []), name)


def _read_constraints(name: str, kind: str, value: Json, version: int) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UnprovenError(f"the constraints of {name!r} are no object")
    for key, constraint in value.items():
        if key not in CONSTRAINTS[kind] | {"required", "unique"} or (version < 2 and key in _SINCE_2):
            raise UnprovenError(f"the constraint {key!r} of {name!r} is not known for its type")
        if key in _CONSTRAINT_TYPES and type(constraint) is not _CONSTRAINT_TYPES[key]:
            raise UnprovenError(f"the constraint {key!r} of {name!r} has another type")
        if constraint is None or isinstance(constraint, dict):
            raise UnprovenError(f"the constraint {key!r} of {name!r} has no value")
    return value


def _missing(value: Json, version: int) -> tuple[str, ...]:
    """Data Package 2 allows `{"value": "-", "label": "…"}` in place of texts."""
    if version < 2 or not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        return _texts(value, "missingValues")
    values = _texts([entry.get("value") for entry in value], "missingValues")
    labels = _texts([entry["label"] for entry in value if "label" in entry], "missingValues")
    if len(set(values)) < len(values) or len(set(labels)) < len(labels):
        raise UnprovenError("a missing value or its label stands twice")
    return values


def _texts(value: Json, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise UnprovenError(f"{name!r} has a list that is not of texts")
    return tuple(value)
