"""What the looks at rows that osds adds to frictionless' have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from osds.dataset.package import Json

MAX_TOLD = 100  # findings of one kind in one table
_MAX_TEXT = 200  # characters


def fields_of(schema: Mapping[str, Json]) -> dict[str, Mapping[str, Json]]:
    """The fields of a schema by name; whatever is no field is left to frictionless."""
    fields = schema.get("fields")
    read = [field for field in (fields if isinstance(fields, list) else []) if isinstance(field, dict)]
    return {field["name"]: field for field in read if isinstance(field.get("name"), str)}


def is_wrong(row: Any, name: str) -> bool:  # noqa: ANN401 (frictionless' Row is untyped here)
    """True if frictionless has found something wrong with a cell of the row."""
    return any(getattr(error, "field_name", None) == name for error in row.errors)


def shown(value: object) -> str:
    """The beginning of a value, as a text."""
    text = str(value)
    return text if len(text) <= _MAX_TEXT else text[:_MAX_TEXT] + "…"
