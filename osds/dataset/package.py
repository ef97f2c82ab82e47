"""The descriptor as typed values. Unknown keys are kept in `raw`; nothing here judges or reads files.

Words are those of the Data Package standard (https://datapackage.org): resource, Table Schema, field, dialect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = Any  # a value that `json.loads` can return


@dataclass(frozen=True, kw_only=True)
class Field:
    """One column of a table as its Table Schema states it."""

    name: str
    type: str
    title: str
    column_type: str | None  # Fiscal Data Package 1.0 `columnType`, or the older `osType`
    raw: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One table. `paths` are as written in the descriptor; empty for inline data."""

    name: str
    index: int
    title: str
    paths: tuple[str, ...]
    fields: tuple[Field, ...]
    missing_values: tuple[str, ...]
    raw: Mapping[str, Json]

    @property
    def pointer(self) -> str:
        """The JSON Pointer of this resource in the descriptor."""
        return f"/resources/{self.index}"

    @property
    def schema(self) -> Mapping[str, Json]:
        """The Table Schema as written, or an empty one."""
        schema = self.raw.get("schema")
        return schema if isinstance(schema, dict) else {}

    def field(self, name: str) -> Field | None:
        """The field called `name`, if there is one."""
        return next((f for f in self.fields if f.name == name), None)


@dataclass(frozen=True, kw_only=True)
class DataPackage:
    """The whole descriptor. `name` is empty where the descriptor has none."""

    name: str
    title: str
    resources: tuple[Resource, ...]
    raw: Mapping[str, Json]

    def resource(self, name: str) -> Resource | None:
        """The resource called `name`, if there is one."""
        return next((r for r in self.resources if r.name == name), None)

    @property
    def is_registry(self) -> bool:
        """True if the descriptor says that it is a registry's: tables about datasets, without money of their own."""
        ours = self.raw.get("osds")
        return isinstance(ours, dict) and "registry" in ours


def read_package(raw: Mapping[str, Json]) -> DataPackage:
    """The typed view of a descriptor. What has the wrong type is left out: `descriptor` is where that is reported."""
    resources = raw.get("resources")
    return DataPackage(
        name=_text(raw.get("name")),
        title=_text(raw.get("title")),
        resources=tuple(
            _read_resource(index, item)
            for index, item in enumerate(resources if isinstance(resources, list) else [])
            if isinstance(item, dict)
        ),
        raw=raw,
    )


def _read_resource(index: int, raw: Mapping[str, Json]) -> Resource:
    schema = raw.get("schema")
    schema = schema if isinstance(schema, dict) else {}
    fields = schema.get("fields")
    missing = schema.get("missingValues", [""])
    path = raw.get("path")
    paths = path if isinstance(path, list) else [path]
    return Resource(
        name=_text(raw.get("name")),
        index=index,
        title=_text(raw.get("title")),
        paths=tuple(p for p in paths if isinstance(p, str)),
        fields=tuple(_read_field(f) for f in (fields if isinstance(fields, list) else []) if isinstance(f, dict)),
        missing_values=tuple(_missing(missing if isinstance(missing, list) else [""])),
        raw=raw,
    )


def _missing(values: list[Json]) -> list[str]:
    """Data Package 2 allows `{"value": "-", "label": "…"}` beside plain text."""
    return [_text(v.get("value") if isinstance(v, dict) else v) for v in values]


def _read_field(raw: Mapping[str, Json]) -> Field:
    column_type = raw.get("columnType", raw.get("osType"))
    return Field(
        name=_text(raw.get("name")),
        type=_text(raw.get("type")) or "any",
        title=_text(raw.get("title")) or _text(raw.get("name")),
        column_type=column_type if isinstance(column_type, str) else None,
        raw=raw,
    )


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
