"""The descriptor that frictionless gets to see: what it needs to judge one table, and nothing it could be lured with.

frictionless opens any URL or database that a descriptor names (path, schema, dialect, profile); the rewritten one names
only files that preflight has found to be ordinary files of the dataset. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from typing import Any

from osds.dataset.package import DataPackage, Json, Resource

FORMATS = ("csv", "tsv")
VERSION_2 = "https://datapackage.org/profiles/2.0/datapackage.json"
_VERSION_2 = re.compile(r"https://datapackage\.org/profiles/2\.[0-9]{1,2}/datapackage\.json")
_PACKED = ("gz", "zip")
_PACKED_OTHERWISE = ("bz2", "xz")  # frictionless would unpack them, whatever `format` says
_RESOURCE_KEYS = ("name", "path", "data", "encoding")
_SCHEMA_KEYS = ("fields", "missingValues", "primaryKey", "uniqueKeys", "fieldsMatch")
_DIALECT_KEYS = (
    "delimiter",
    "lineTerminator",
    "quoteChar",
    "doubleQuote",
    "escapeChar",
    "nullSequence",
    "skipInitialSpace",
    "header",
    "headerRows",
    "headerJoin",
    "headerCase",
    "caseSensitiveHeader",
    "commentChar",
    "commentRows",
    "skipBlankRows",
    "csv",
)


def format_of(resource: Resource) -> str:
    """The format of a resource, from `format` or from the name of its first file; `inline` for rows in the descriptor."""
    if not resource.paths:
        return "inline"
    stated = resource.raw.get("format")
    name = resource.paths[0].rsplit("/", 1)[-1].lower()
    parts = name.split(".")[1:]
    if parts and parts[-1] in _PACKED_OTHERWISE:
        return parts[-1]
    if parts and parts[-1] in _PACKED:
        parts.pop()
    return stated.lower() if isinstance(stated, str) and stated else (parts[-1] if parts else "")


def is_zip(descriptor: Mapping[str, Json]) -> bool:
    """True if any table of a rewritten descriptor lies in a zip file."""
    paths = [resource.get("path") for resource in descriptor["resources"]]
    return any(isinstance(path, str) and path.lower().endswith(".zip") for path in paths)


def files_of(descriptor: Mapping[str, Json]) -> tuple[str, ...]:
    """The files from which a verdict on the first table of a rewritten descriptor follows."""
    paths = [resource.get("path", []) for resource in descriptor["resources"]]
    return tuple(dict.fromkeys(path for each in paths for path in ([each] if isinstance(each, str) else each)))


def rewrite(
    package: DataPackage, resource: Resource, readable: Container[str]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """A package of this table and those it refers to, and the names that it refers to but that are not readable."""
    keys = [key for key in _foreign_keys(resource) if _target(key) in {"", resource.name} or _target(key) in readable]
    lost = tuple(_target(key) for key in _foreign_keys(resource) if key not in keys)
    others = [r for r in package.resources if r.name in {_target(key) for key in keys} - {"", resource.name}]
    return {
        **_version(package),
        "name": "dataset",
        "resources": [_rewrite_one(resource, keys), *(_rewrite_one(other, []) for other in others)],
    }, lost


def _version(package: DataPackage) -> dict[str, str]:
    """frictionless reads a descriptor by the rules of Data Package 2 only if it names that profile; it is not fetched."""
    stated = package.raw.get("$schema")
    return {"$schema": VERSION_2} if isinstance(stated, str) and _VERSION_2.fullmatch(stated) else {}


def targets_of(resource: Resource) -> list[str]:
    """The other tables that a table refers to by foreign keys."""
    return sorted({_target(key) for key in _foreign_keys(resource)} - {"", resource.name})


def _foreign_keys(resource: Resource) -> list[Json]:
    keys = resource.schema.get("foreignKeys")
    return keys if isinstance(keys, list) else []


def _target(key: Json) -> str:
    """The resource that a foreign key refers to; empty for the table itself."""
    reference = key.get("reference") if isinstance(key, dict) else None
    name = reference.get("resource") if isinstance(reference, dict) else None
    return name if isinstance(name, str) else ""


def _rewrite_one(resource: Resource, foreign_keys: list[Json]) -> dict[str, Any]:
    raw = _only(resource.raw, _RESOURCE_KEYS)
    if resource.paths:
        raw["format"] = format_of(resource)
    dialect = resource.raw.get("dialect")
    if isinstance(dialect, dict):
        raw["dialect"] = _only(dialect, _DIALECT_KEYS)
    raw["schema"] = _only(resource.schema, _SCHEMA_KEYS)
    if foreign_keys:
        raw["schema"]["foreignKeys"] = foreign_keys
    return raw


def _only(raw: Mapping[str, Json], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: raw[key] for key in keys if key in raw}
