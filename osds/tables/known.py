"""Verdicts that need not be given again: the same table, judged in the same way, is as good as it was.

A verdict is known by a key made of all that it follows from: the bytes of the table and of those it refers to, the rewritten
descriptor (schema, dialect, keys), the limits, and the versions of those who judge. Only verdicts without any finding are
worth remembering: a table with findings is judged again, so that a report never depends on what was remembered. Pure.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from importlib.metadata import version

from osds import __version__
from osds.dataset.package import DataPackage, Json, Resource
from osds.report import TableFacts
from osds.tables.judge import Verdict
from osds.tables.rewriting import files_of, rewrite

JUDGES = ("frictionless", "duckdb")


def key_of(descriptor: Mapping[str, Json], digests: Mapping[str, str], limits: tuple[object, ...]) -> str:
    """The key of a verdict: `digests` are the SHA-256 of the files of the rewritten `descriptor`."""
    judges = {"osds": __version__, "python": sys.version, **{name: version(name) for name in JUDGES}}
    parts = [descriptor, {path: digests[path] for path in files_of(descriptor)}, list(limits), judges]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def is_the_same(package: DataPackage, resource: Resource, before: DataPackage, readable: frozenset[str]) -> bool:
    """True if a table means today what it meant in the package `before`: its name, schema, dialect, keys and paths."""
    then = before.resource(resource.name)
    return then is not None and rewrite(package, resource, readable) == rewrite(before, then, readable)


def to_json(verdict: Verdict) -> dict[str, Json] | None:
    """What to remember of a verdict; None if it is not without a finding, or not on the whole table."""
    facts = verdict.facts
    if verdict.findings or not facts.judged or facts.reason or facts.known:
        return None
    return {"rows": facts.rows, "fields": facts.fields, "bytes": facts.bytes}


def from_json(value: Json, resource: Resource, reason: str) -> TableFacts | None:
    """The facts that were remembered; None if the value is anything else."""
    if not isinstance(value, dict) or value.keys() != {"rows", "fields", "bytes"}:
        return None
    if (
        type(value["rows"]) not in {int, type(None)}
        or type(value["fields"]) is not int
        or type(value["bytes"]) is not int
    ):
        return None
    return TableFacts(
        resource=resource.name,
        files=resource.paths,
        rows=value["rows"],
        fields=value["fields"],
        bytes=value["bytes"],
        judged=True,
        reason=reason,
        known=True,
        route="not read again",
    )
