"""Tiny fiscal tables and their models as values, and what came of aggregating them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from osds.aggregates.build import Aggregation, aggregate
from osds.aggregates.bundle import Source
from osds.dataset.package import DataPackage, read_package
from osds.fiscal.model import Amount, Attribute, Axis, Dimension, FiscalModel, Form, Level, Measure
from osds.progress import Silent
from osds.settings import Settings
from osds.tables.text import TableText

SOURCE = Source(name="budget", descriptor_sha256="0" * 64)


def attribute(source: str | None, *, resource: str = "facts", constant: str | None = None) -> Attribute:
    """An attribute named after its column."""
    return Attribute(name=source or "constant", resource=resource, source=source, constant=constant)


def dimension(
    name: str, *levels: str, axis: Axis | None = None, kind: str = "other", resource: str = "facts"
) -> Dimension:
    """A dimension of levels written as `code` or `code:label`, root first."""
    return Dimension(
        name=name,
        title=name.title(),
        kind=kind,
        levels=tuple(_level(*level.split(":"), resource=resource) for level in levels),
        axis=axis,
    )


def _level(code: str, label: str | None = None, *, resource: str) -> Level:
    return Level(
        key=attribute(code, resource=resource), label=attribute(label, resource=resource) if label is not None else None
    )


def measure(
    name: str, *amounts: str | tuple[str, Mapping[str, str]], factor: str = "1", resource: str = "facts"
) -> Measure:
    """A measure over columns, each alone or with its fixed values; without columns, over the one of its own name."""
    pairs = [(a, {}) if isinstance(a, str) else a for a in amounts or (name,)]
    return Measure(
        name=name,
        title=name.title(),
        resource=resource,
        amounts=tuple(Amount(field=field, fixed=fixed) for field, fixed in pairs),
        currency="EUR",
        factor=Decimal(factor),
        direction=None,
        phase=None,
    )


YEAR = dimension("date", "year", axis=Axis.YEAR)


def model(measures: Sequence[Measure], *dimensions: Dimension) -> FiscalModel:
    """A model of these."""
    return FiscalModel(form=Form.MODEL, measures=tuple(measures), dimensions=dimensions)


def package(columns: Sequence[str], types: Mapping[str, Mapping[str, Any]]) -> DataPackage:
    """A package with one table; fields are strings unless `types` says otherwise."""
    fields = [{"name": name, "type": "string", **types.get(name, {})} for name in columns]
    resource = {"name": "facts", "path": "facts.csv", "schema": {"fields": fields}}
    return read_package({"name": "budget", "title": "A budget", "resources": [resource]})


ForeignKey = tuple[str, str, str]  # columns of the table, the table referred to, its columns; several joined by `+`


def package_of(
    tables: Mapping[str, TableText],
    types: Mapping[str, Mapping[str, Mapping[str, Any]]],
    keys: Mapping[str, Sequence[ForeignKey]],
) -> DataPackage:
    """A package of these tables; fields are strings unless `types` of the table says otherwise."""
    resources = []
    for name, table in tables.items():
        fields = [{"name": field, "type": "string", **types.get(name, {}).get(field, {})} for field in table.fields]
        foreign = [
            {"fields": own.split("+"), "reference": {"resource": target, "fields": theirs.split("+")}}
            for own, target, theirs in keys.get(name, ())
        ]
        schema = {"fields": fields, "missingValues": list(table.missing_values), "foreignKeys": foreign}
        resources.append({"name": name, "path": f"{name}.csv", "schema": schema})
    return read_package({"name": "budget", "title": "A budget", "resources": resources})


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """An aggregation and the folder it wrote to."""

    aggregation: Aggregation
    folder: Path

    @property
    def osds(self) -> dict[str, Any]:
        """The `osds` block of the bundle."""
        assert self.aggregation.bundle is not None, self.aggregation.findings
        block: dict[str, Any] = self.aggregation.bundle.descriptor["osds"]
        return block

    def osds_resources(self) -> list[dict[str, Any]]:
        """What the bundle says of each of its cuboids."""
        assert self.aggregation.bundle is not None, self.aggregation.findings
        resources: list[dict[str, Any]] = self.aggregation.bundle.descriptor["resources"]
        return [resource for resource in resources if "dimensions" in resource["osds"]]

    @property
    def codes(self) -> list[str]:
        """The codes of the findings."""
        return [finding.code for finding in self.aggregation.findings]

    def lines(self, name: str) -> list[str]:
        """The lines of a written file. They must end in LF and nothing else."""
        assert self.aggregation.bundle is not None, self.aggregation.findings
        content = (self.folder / name).read_bytes()
        assert content.endswith(b"\n")
        return content.decode("utf-8").split("\n")[:-1]

    def tree(self, name: str) -> list[dict[str, Any]]:
        """The roots in a written tree."""
        roots: list[dict[str, Any]] = json.loads((self.folder / name).read_bytes())
        return roots

    def cuboids(self) -> list[str]:
        """The names of the written cuboids."""
        return sorted(name for name in self.files() if name == "apex.csv" or name.startswith("by-"))

    def files(self) -> dict[str, bytes]:
        """Every file of the bundle."""
        return {path.name: path.read_bytes() for path in sorted(self.folder.iterdir())}


@dataclass(frozen=True, kw_only=True)
class Lab:
    """Where tables are written and aggregated."""

    root: Path

    def table(
        self, text: str | bytes, *, rows: int, missing: tuple[str, ...] = ("",), name: str = "facts"
    ) -> TableText:
        """A table of this CSV text; its header must not hold quoted commas."""
        content = text if isinstance(text, bytes) else text.encode()
        path = self.root / f"{name}.csv"
        path.write_bytes(content)
        header = content.splitlines()[0].decode()
        return TableText(
            resource=name, paths=(path,), fields=tuple(header.split(",")), missing_values=missing, rows=rows
        )

    def run(
        self,
        text: str | bytes,
        measures: Sequence[Measure],
        *dimensions: Dimension,
        rows: int,
        types: Mapping[str, Mapping[str, Any]] | None = None,
        missing: tuple[str, ...] = ("",),
        output: str = "aggregates",
        threads: int | None = None,
        **settings: Any,
    ) -> Outcome:
        """Aggregate one table of `rows` records."""
        table = self.table(text, rows=rows, missing=missing)
        folder = self.root / output
        done = aggregate(
            package(table.fields, types or {}),
            model(measures, *dimensions),
            {"facts": table},
            Settings(**settings),
            folder,
            source=SOURCE,
            progress=Silent(),
            threads=threads,
        )
        return Outcome(aggregation=done, folder=folder)

    def run_tables(
        self,
        texts: Mapping[str, str],
        measures: Sequence[Measure],
        *dimensions: Dimension,
        keys: Mapping[str, Sequence[ForeignKey]] | None = None,
        types: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None,
        missing: tuple[str, ...] = ("",),
    ) -> Outcome:
        """Aggregate several tables, given as CSV text by the names of their resources."""
        tables = {
            name: self.table(text, rows=len(list(csv.reader(io.StringIO(text)))) - 1, missing=missing, name=name)
            for name, text in texts.items()
        }
        folder = self.root / "aggregates"
        done = aggregate(
            package_of(tables, types or {}, keys or {}),
            model(measures, *dimensions),
            tables,
            Settings(),
            folder,
            source=SOURCE,
            progress=Silent(),
        )
        return Outcome(aggregation=done, folder=folder)
