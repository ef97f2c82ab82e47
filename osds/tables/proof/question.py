"""What the engine is asked about each table of a package, or why it is not asked."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from osds.dataset.package import DataPackage, Resource
from osds.dataset.packed import packing_of
from osds.tables.proof.answers import ScanQuestion
from osds.tables.rewriting import FORMATS, format_of, rewrite


def questions_for(
    folder: Path, package: DataPackage, readable: Collection[str], *, memory: int
) -> dict[str, ScanQuestion | str]:
    """A question for each table in files that may be opened below `folder`; a text says why there can be none.

    `memory` is what the engine may use, in bytes.
    """
    tables = [r for r in package.resources if r.name in readable and r.paths and format_of(r) in FORMATS]
    plain = {table.name: str((folder / table.paths[0]).absolute()) for table in tables if not _obstacle(table)}
    questions: dict[str, ScanQuestion | str] = {}
    for table in tables:
        descriptor, _ = rewrite(package, table, readable)
        names = [resource["name"] for resource in descriptor["resources"]]
        paths = {name: plain[name] for name in names if name in plain}
        question = ScanQuestion(descriptor=descriptor, paths=paths, memory=memory)
        questions[table.name] = _obstacle(table) or question
    return questions


def _obstacle(table: Resource) -> str:
    """Why a table is not one plain file; empty if it is."""
    if len(table.paths) > 1:
        return "it is in several files"
    return "it is packed" if packing_of(table.paths[0]) else ""
