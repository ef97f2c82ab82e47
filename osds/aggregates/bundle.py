"""The descriptor of a bundle: a Data Package whose `osds` block says what was added up and what was left out.

Values only. Nothing in it depends on the time or the machine, so that the same dataset gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from osds import __version__
from osds.aggregates.amounts import MeasureFacts
from osds.aggregates.facts import FactPlan
from osds.aggregates.header import COUNT, Header, make_header
from osds.aggregates.lattice import Branch, Cuboid, Named, Skipped, named
from osds.aggregates.reconcile import rule
from osds.aggregates.writing import Written
from osds.dataset.package import DataPackage

FORMAT = "1.0"
RULE = (
    "in every tree each amount and count is the sum of its children's and the roots are the cells of apex.csv; "
    "the members of each depth have all facts"
)
Json = Any  # a value that `json.dumps` can write


@dataclass(frozen=True, kw_only=True)
class Source:
    """The dataset that is aggregated: its name, and the SHA-256 of its `datapackage.json` in hexadecimal digits."""

    name: str
    descriptor_sha256: str


@dataclass(frozen=True, kw_only=True)
class CuboidFile:
    """One written file. `keyed`: no cell has an empty code or axis value, so the codes are a primary key."""

    file: Written
    cuboid: Cuboid
    cells: int
    keyed: bool


@dataclass(frozen=True, kw_only=True)
class Extra:
    """A file beside the cuboids. `details` is what its resource says beyond name, format, size and hash."""

    file: Written
    format: str
    mediatype: str
    details: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A complete bundle: the descriptor as JSON values, the cuboids (apex first), other files, and what was left out."""

    descriptor: dict[str, Json]
    files: tuple[CuboidFile, ...]
    extras: tuple[Extra, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What the engine found out about the facts. `label_conflicts` are per branch; `apex` are the records of apex.csv."""

    measures: tuple[MeasureFacts, ...]
    branches: tuple[Branch, ...]
    label_conflicts: tuple[int, ...]
    apex: tuple[tuple[str, ...], ...]
    skipped: tuple[Skipped, ...]


def describe(
    package: DataPackage,
    plan: FactPlan,
    summary: Summary,
    files: Sequence[CuboidFile],
    extras: Sequence[Extra],
    source: Source,
) -> Bundle:
    """The bundle of these files."""
    descriptor: dict[str, Json] = {"profile": "data-package", "name": source.name}
    if package.title:
        descriptor["title"] = package.title
    descriptor["osds"] = {
        "format": FORMAT,
        "source": {
            "name": source.name,
            "descriptor_sha256": source.descriptor_sha256,
            "tables": [
                {"resource": table.resource, "rows": table.rows, "columns": list(table.fields)}
                for table in plan.sources
            ],
        },
        "generator": f"osds {__version__}",
        "measures": {known.measure.name: _measure(plan, summary, n) for n, known in enumerate(summary.measures)},
        "axes": [str(axis) for axis in plan.axes],
        "dimensions": {branch.dimension: _dimension(plan, summary, n) for n, branch in enumerate(summary.branches)},
        "skipped": [{"dimensions": _names(one.dimensions), "reason": one.reason} for one in summary.skipped],
        "reconciliation": {
            "files": len(files) + len(extras),
            "checked": True,
            "rule": f"{rule(plan.rows)}; {RULE}",
        },
    }
    descriptor["resources"] = [_cuboid(file, plan, summary) for file in files] + [_extra(extra) for extra in extras]
    return Bundle(descriptor=descriptor, files=tuple(files), extras=tuple(extras), skipped=summary.skipped)


def render(bundle: Bundle) -> str:
    """The descriptor as the text of `datapackage.json`."""
    return json.dumps(bundle.descriptor, indent=2, ensure_ascii=False) + "\n"


def _measure(plan: FactPlan, summary: Summary, number: int) -> dict[str, Json]:
    known = summary.measures[number]
    measure = known.measure
    return {
        "title": measure.title,
        "currency": measure.currency,
        "factor": f"{measure.factor:f}",
        "direction": measure.direction,
        "phase": measure.phase,
        "facts": known.facts,
        "empty": known.empty,
        "negative": known.negative,
        "totals": list(_totals(plan, summary, number)),
    }


def _totals(plan: FactPlan, summary: Summary, number: int) -> Iterator[dict[str, Json]]:
    """One total per combination of axis values, as written in apex.csv; none where no fact has an amount."""
    for record in summary.apex:
        value = record[len(plan.axes) + number]
        if value:
            yield {**dict(zip(map(str, plan.axes), record, strict=False)), "value": value}


def _dimension(plan: FactPlan, summary: Summary, number: int) -> dict[str, Json]:
    dimension = plan.hierarchies[number].dimension
    return {
        "title": dimension.title,
        "kind": dimension.kind,
        "levels": [
            {"key": level.key.name, "label": level.label.name if level.label else None} for level in dimension.levels
        ],
        "members": list(summary.branches[number].members),
        "label_conflicts": summary.label_conflicts[number],
    }


def schema(file: CuboidFile, plan: FactPlan, header: Header) -> dict[str, Json]:
    """The Table Schema of a cuboid."""
    described: dict[str, Json] = {"fields": list(_fields(file.cuboid, plan, header)), "missingValues": [""]}
    keys = header.keys(file.cuboid)
    if keys and file.keyed:
        described["primaryKey"] = list(keys)
    return described


def _cuboid(file: CuboidFile, plan: FactPlan, summary: Summary) -> dict[str, Json]:
    return {
        **_resource(file.file, "csv", "text/csv", {"encoding": "utf-8"}),
        "schema": schema(file, plan, make_header(plan)),
        "osds": {"dimensions": _names(named(file.cuboid, summary.branches)), "cells": file.cells},
    }


def _extra(extra: Extra) -> dict[str, Json]:
    encoding = {} if extra.format == "parquet" else {"encoding": "utf-8"}
    return {**_resource(extra.file, extra.format, extra.mediatype, encoding), **extra.details}


def _resource(file: Written, kind: str, mediatype: str, encoding: Mapping[str, Json]) -> dict[str, Json]:
    return {
        "name": file.name.removesuffix(".csv").removesuffix(".json"),
        "path": file.name,
        "format": kind,
        "mediatype": mediatype,
        **encoding,
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
    }


def _fields(cuboid: Cuboid, plan: FactPlan, header: Header) -> Iterator[dict[str, Json]]:
    columns = header.columns(cuboid)
    for column in columns[: -1 - len(plan.measures)]:
        yield {"name": column, "type": "string"}
    for column, measure in zip(header.measures, plan.measures, strict=True):
        yield {"name": column, "type": "number", "title": measure.title}
    yield {"name": COUNT, "type": "integer", "title": "Number of facts"}


def _names(dimensions: Sequence[Named]) -> list[Json]:
    return [[dimension, list(levels)] for dimension, levels in dimensions]
