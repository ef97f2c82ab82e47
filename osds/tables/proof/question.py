"""What the engine is asked about a table of a package."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from osds.dataset.package import DataPackage, Resource
from osds.tables.proof.answers import ScanQuestion
from osds.tables.rewriting import FORMATS, format_of, rewrite


def is_table(resource: Resource) -> bool:
    """True for a table in files that frictionless reads."""
    return bool(resource.paths) and format_of(resource) in FORMATS


def question_for(
    package: DataPackage, table: Resource, readable: Collection[str], paths: Mapping[str, str], *, memory: int
) -> ScanQuestion:
    """The question about a table; `paths` are plain files by resource, and `memory` is what the engine may use, in bytes."""
    descriptor, _ = rewrite(package, table, readable)
    names = [resource["name"] for resource in descriptor["resources"]]
    # The files that the engine reads are UTF-8, whatever those of the dataset are.
    resources = [_plainly(resource, paths.get(resource["name"], "")) for resource in descriptor["resources"]]
    return ScanQuestion(
        descriptor={**descriptor, "resources": resources},
        paths={name: paths[name] for name in names if name in paths},
        memory=memory,
    )


def _plainly(resource: Mapping[str, object], path: str) -> dict[str, object]:
    """A resource in one plain file: its dialect as it was, its encoding UTF-8."""
    return {**resource, "path": path, "encoding": "utf-8"}
