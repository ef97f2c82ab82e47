"""What a model may refer to: resources, their columns, and what is needed of a column that holds money."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from osds.dataset.package import DataPackage, Field, Json, Resource
from osds.fiscal import checks
from osds.report import Finding, in_descriptor

NUMERIC_TYPES = ("number", "integer")
_SMALLEST, _LARGEST = Decimal("1e-12"), Decimal("1e12")


def check_source(package: DataPackage, resource: str, source: str, pointer: str) -> Iterator[Finding]:
    """Findings if `source` is no column of `resource`, or the resource does not exist."""
    found = package.resource(resource)
    if found is None:
        names = ", ".join(r.name for r in package.resources)
        message = f"there is no resource {resource!r}; there is {names or 'none'}"
        yield checks.DANGLING_RESOURCE.at(in_descriptor(f"{pointer}/resource"), message, value=resource)
    elif found.field(source) is None:
        message = f"there is no column {source!r} in {resource!r}{_similar(found, source)}"
        yield checks.DANGLING_SOURCE.at(in_descriptor(f"{pointer}/source"), message, value=source)


def check_money(field: Field | None, pointer: str) -> Iterator[Finding]:
    """A finding if a measure's column does not hold numbers."""
    if field is not None and field.type not in NUMERIC_TYPES:
        message = f"the column {field.name!r} has type {field.type}"
        yield checks.MEASURE_NOT_NUMERIC.at(in_descriptor(pointer), message)


def read_factor(raw: Json) -> Decimal | None:
    """The factor as an exact decimal, from a JSON number; None if it is zero, negative or absurd."""
    try:
        factor = Decimal(str(raw))
    except InvalidOperation:
        return None
    if not factor.is_finite() or not _SMALLEST <= factor <= _LARGEST:
        return None
    return factor


def _similar(resource: Resource, name: str) -> str:
    """A hint at the column that was probably meant."""
    import difflib

    near = difflib.get_close_matches(name, [f.name for f in resource.fields], n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def escape(key: str) -> str:
    """A key as a part of a JSON Pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")
