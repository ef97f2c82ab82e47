"""`goodtables.yml`: what goodtables.io was told to check.

https://github.com/frictionlessdata/goodtables.io: docs/goodtables_yml.md, goodtablesio/schemas/job-conf.yml
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from osds.peers.asked import Asked, is_descriptor, normal, texts

FILES = ("goodtables.yml", ".goodtables.yml")
EVERYTHING = ("**/*.csv",)  # without any list, every table and every descriptor was checked

_LIMITS = {
    "row_limit": "`row_limit` has no counterpart: osds reads every row",
    "table_limit": "`table_limit` has no counterpart: osds reads every table",
}
_LENIENT = {
    "infer_schema": "`infer_schema` has no counterpart: osds wants a schema for every table, and `osds init` guesses one",
    "infer_fields": "`infer_fields` has no counterpart: every column has a field in the schema",
    "order_fields": "`order_fields` has no counterpart: columns stand in the order of the schema",
}


def read_goodtables(value: Any) -> Asked:  # noqa: ANN401 (YAML of unknown origin)
    """What the file asks for. What is not in the form of the service is left out, as the service did."""
    settings = value if isinstance(value, dict) else {}
    packages = tuple(normal(path) for path in texts(settings.get("datapackages")))
    listed, notes = _files(settings.get("files"))
    given = settings.get("settings")
    options = given if isinstance(given, dict) else {}
    limit = options.get("error_limit")
    return Asked(
        packages=packages or (() if listed else ("**/datapackage.json",)),
        tables=listed or (() if packages else EVERYTHING),
        limit_errors=limit if type(limit) is int and 0 < limit < 10**9 else None,
        notes=(*notes, *_settings(options)),
    )


def _files(value: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:  # noqa: ANN401 (as above)
    """The tables, and what was said of single ones."""
    if isinstance(value, str):
        return (normal(value),), ()
    found: list[str] = []
    notes: list[str] = []
    for each in value if isinstance(value, list) else []:
        source = each.get("source") if isinstance(each, dict) else each
        if not isinstance(source, str) or not source.strip():
            continue
        found.append(normal(source))
        notes += _of_one(normal(source), each) if isinstance(each, dict) else []
    return tuple(found), tuple(notes)


def _of_one(source: str, each: Mapping[Any, Any]) -> Iterator[str]:
    schema = each.get("schema")
    if isinstance(schema, str) and not is_descriptor(schema):
        yield f"The schema of {source} is {normal(schema)}: it belongs into `schema` of its resource in the descriptor"
    reading = sorted(str(key) for key in each if key not in ("source", "schema"))
    if reading:
        yield f"How {source} is read ({', '.join(reading)}) belongs into `dialect` and `encoding` of its resource"


def _settings(options: Mapping[Any, Any]) -> Iterator[str]:
    for key, note in _LIMITS.items():
        if key in options and options[key] != -1:
            yield note
    for key, note in _LENIENT.items():
        if options.get(key):
            yield note
    if texts(options.get("skip_checks")):
        skipped = ", ".join(texts(options["skip_checks"])[:10])
        yield f"`skip_checks` ({skipped}) has no counterpart: `silence` in osds.yml answers warnings, and errors stay errors"
    chosen = [check for check in texts(options.get("checks")) if check not in ("structure", "schema")]
    if chosen or len(texts(options.get("checks"))) == 1:
        yield "`checks` has no counterpart: osds always makes all of its checks"
