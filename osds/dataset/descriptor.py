"""Judging the descriptor as a Data Package: structure, names, and what it refers to. The money is `fiscal`'s work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

from osds.dataset import checks
from osds.dataset.identity import check_name
from osds.dataset.package import DataPackage, Json, Resource
from osds.dataset.schema_errors import read_schema, schema_findings
from osds.errors import OsdsError
from osds.report import Finding, in_descriptor


def check_structure(value: Json) -> tuple[Finding, ...]:
    """Findings where the JSON of a descriptor is not that of a Data Package."""
    schema = read_schema("osds.dataset", "schemas/data-package.json")
    return schema_findings(value, schema, checks.DESCRIPTOR_SCHEMA)


def check_package(package: DataPackage) -> Iterator[Finding]:
    """Findings on names and references in a descriptor whose structure is right."""
    yield from _check_name(package.name)
    for name, count in Counter(resource.name for resource in package.resources).items():
        if count > 1:
            yield checks.RESOURCE_DUPLICATE.at(in_descriptor("/resources"), f"{count} resources are called {name!r}")
    for resource in package.resources:
        yield from _check_resource(resource)


def check_repository(package: DataPackage, url: str | None) -> Iterator[Finding]:
    """A finding if the repository at `url`, as a catalog writes it (https://HOST/OWNER/NAME), has another name."""
    parts = urlsplit(url or "")
    segments = parts.path.strip("/").split("/")
    if parts.scheme != "https" or len(segments) != 2 or package.is_registry or not package.name:
        return
    repository = segments[1].removesuffix(".git")
    if package.name.casefold() != repository.casefold():
        message = f"the name is {package.name!r}, the repository is called {repository!r}"
        yield checks.NAME_UNLIKE_REPOSITORY.at(in_descriptor("/name"), message, value=package.name)


def _check_name(name: str) -> Iterator[Finding]:
    try:
        check_name(name)
    except OsdsError:
        message = f"the name is {name!r}" if name else "the dataset has no name"
        yield checks.NAME_UNUSABLE.at(in_descriptor("/name"), message, value=name or None)


def _check_resource(resource: Resource) -> Iterator[Finding]:
    for part in ("schema", "dialect"):
        reference = resource.raw.get(part)
        if isinstance(reference, str):
            place = in_descriptor(f"{resource.pointer}/{part}")
            yield checks.REFERENCE_NOT_READ.at(
                place, f"the {part} of {resource.name!r} is a reference", value=reference
            )
    if "schema" not in resource.raw:
        yield checks.SCHEMA_MISSING.at(in_descriptor(resource.pointer), f"the resource {resource.name!r} has no schema")
    for name, count in Counter(f.name for f in resource.fields).items():
        if count > 1:
            place = in_descriptor(f"{resource.pointer}/schema/fields")
            yield checks.FIELD_DUPLICATE.at(place, f"{count} fields of {resource.name!r} are called {name!r}")
