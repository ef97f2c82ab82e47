"""What is to be proven of a table: which column has which field, and which columns are keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from osds.dataset.package import Json
from osds.tables.proof.columns import Column, read_columns
from osds.tables.proof.opening import Opening, read_opening
from osds.tables.proof.unproven import UnprovenError
from osds.tables.unique_keys import unique_keys

_RESOURCE_KEYS = {"name", "path", "encoding", "format", "dialect", "schema"}
_SCHEMA_KEYS = {"fields", "missingValues", "primaryKey", "foreignKeys", "fieldsMatch", "uniqueKeys"}
_BY_NAME = ("equal", "subset", "superset", "partial")


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A foreign key: the values of `columns` must stand in `target_columns` of the table `target` (empty: this one)."""

    columns: tuple[int, ...]
    target: str
    target_names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A table in a UTF-8 file, and what its schema asks of it. Columns are those of the file, in order."""

    path: Path
    opening: Opening
    columns: tuple[Column, ...]
    primary_key: tuple[int, ...]
    references: tuple[Reference, ...]

    unique_keys: tuple[tuple[int, ...], ...] = ()

    @property
    def unique(self) -> tuple[int, ...]:
        """The columns whose values may stand only once."""
        return tuple(place for place, column in enumerate(self.columns) if column.constraints.get("unique"))


def read_plan(resource: Mapping[str, Json], path: Path, *, version: int) -> Plan:
    """The plan for a rewritten resource that lies in `path`; `version` is that of Data Package, 1 or 2.

    Raises `UnprovenError` where anything is not certain.
    """
    if unknown := resource.keys() - _RESOURCE_KEYS:
        raise UnprovenError(f"the resource states {min(unknown)!r}")
    schema = resource["schema"]
    if unknown := schema.keys() - _SCHEMA_KEYS:
        raise UnprovenError(f"the schema states {min(unknown)!r}")
    fields = read_columns(schema, version=version)
    dialect = resource.get("dialect", {})
    opening = read_opening(path, dialect=dialect, tsv=resource["format"] == "tsv")
    columns = _match(opening.labels, fields, schema.get("fieldsMatch", "exact"))
    places = {column.name: place for place, column in enumerate(columns)}
    key = _names(schema.get("primaryKey", []))
    if not set(key) <= places.keys():
        raise UnprovenError("the primary key names a column that the file does not have")
    return Plan(
        path=path,
        opening=opening,
        columns=columns,
        primary_key=tuple(places[name] for name in key),
        unique_keys=tuple(
            tuple(places[name] for name in each) for each in unique_keys(schema) if set(each) <= places.keys()
        ),
        references=tuple(_references(schema.get("foreignKeys", []), places, resource["name"])),
    )


def _match(labels: tuple[str, ...], fields: tuple[Column, ...], mode: Json) -> tuple[Column, ...]:
    """The field of each label, as `frictionless.table.Header.get_expected_fields`. The header must have no error."""
    if mode == "exact":
        if labels != tuple(field.name for field in fields):
            raise UnprovenError("its header is not that of the schema")
        return fields
    by_name = {field.name: field for field in fields}
    if mode not in _BY_NAME or len(set(labels)) < len(labels) or "" in labels:
        raise UnprovenError("its header cannot be matched with certainty")
    extra, missing = set(labels) - by_name.keys(), by_name.keys() - set(labels)
    if (extra and mode not in {"subset", "partial"}) or (missing and mode not in {"superset", "partial"}):
        raise UnprovenError("its header is not that of the schema")
    if any(by_name[name].required for name in missing) or extra == set(labels):
        raise UnprovenError("its header is not that of the schema")
    return tuple(by_name.get(label) or _unknown(label) for label in labels)


def _unknown(label: str) -> Column:
    """frictionless reads a label without a field as a field of type `any`."""
    return Column(name=label, type="any", format="default", missing=("",), constraints={}, raw={})


def _references(keys: Json, places: Mapping[str, int], own: str) -> list[Reference]:
    if not isinstance(keys, list):
        raise UnprovenError("the foreign keys are no list")
    found = []
    for key in keys:
        reference = key.get("reference", {}) if isinstance(key, dict) else {}
        names = _names(key.get("fields", []) if isinstance(key, dict) else [])
        targets, target = _names(reference.get("fields", [])), reference.get("resource", "")
        if not names or len(names) != len(targets) or not isinstance(target, str) or not set(names) <= places.keys():
            raise UnprovenError("a foreign key is not certain")
        target = "" if target == own else target
        found.append(Reference(columns=tuple(places[name] for name in names), target=target, target_names=targets))
    return found


def _names(value: Any) -> tuple[str, ...]:  # noqa: ANN401 (any JSON value)
    names = value if isinstance(value, list) else [value]
    if not all(isinstance(name, str) for name in names):
        raise UnprovenError("a key is not of names")
    return tuple(names)
