"""Looking at all tables before frictionless does: at their bytes here, and at their rows in the engine, side by side."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from osds.commands.dataset.proving import Scans, ScanTable, prove
from osds.commands.dataset.table_files import TableFile, counted, refused, table_file
from osds.dataset.package import DataPackage, Resource
from osds.dataset.packed import PackedError, packing_of
from osds.edges.local.unpacking import read_blocks
from osds.progress import Progress
from osds.report import Finding
from osds.tables.bytescan import BLOCK
from osds.tables.census import Census
from osds.tables.intake import Examined, Wanted, examine, wanted_files
from osds.tables.proof.question import question_for
from osds.tables.proof.verdict import Proof
from osds.tables.rewriting import targets_of


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What was found in the bytes of the tables, and what is proven of each, by resource."""

    findings: tuple[Finding, ...]
    proofs: Mapping[str, Proof]


def look_into(
    folder: Path,
    package: DataPackage,
    tables: Sequence[Resource],
    scanned: Collection[str],
    *,
    memory: int,
    scan: ScanTable,
    progress: Progress,
    meanwhile: Callable[[], None] = lambda: None,
) -> Looked:
    """Look at the tables, which may be opened below `folder`. The engine works while the bytes are counted here.

    `scanned` names those whose rows are to be proven; `memory` is what the engine may use, in bytes. What can be done
    `meanwhile` is done when only the engine is still at work.
    """
    readable = {table.name for table in tables}
    with (
        tempfile.TemporaryDirectory(prefix="osds-", ignore_cleanup_errors=True) as scratch,
        Scans(scan) as scans,
    ):
        files = {table.name: table_file(folder, table, Path(scratch), progress) for table in tables}
        paths = {name: file.path for name, file in files.items() if file.path}
        wanted = [table for table in tables if table.name in scanned]
        for table in wanted:
            question = question_for(package, table, readable, paths, memory=memory)
            scans.start(table.name, question, unproven=files[table.name].reason)
        examined, censuses = _examine_all(folder, tables, files, progress)
        findings = tuple(finding for found in examined for finding in found.findings)
        if any(finding.unsafe for finding in findings):
            return Looked(findings=findings, proofs={})
        meanwhile()
        proofs = {}
        for table in wanted:
            those = [table, *(other for other in tables if other.name in targets_of(table))]
            proofs[table.name] = prove(those, files[table.name], scans, censuses)
        return Looked(findings=findings, proofs=proofs)


def _examine_all(
    folder: Path, tables: Sequence[Resource], files: Mapping[str, TableFile], progress: Progress
) -> tuple[list[Examined], dict[str, Census]]:
    """What is odd in every file, and the census of each table, by resource."""
    examined: dict[str, Examined] = {}
    censuses: dict[str, Census | None] = {}
    for table in tables:
        file = files[table.name]
        for wanted in wanted_files(table):
            if wanted.path not in examined:
                unpacked = file.copied if packing_of(wanted.path) and len(table.paths) == 1 else None
                examined[wanted.path] = unpacked or _examine(folder, wanted, progress)
        looked_at = examined[table.paths[0]] if file.own else file.copied
        censuses[table.name] = None if looked_at is None else looked_at.census
    return list(examined.values()), {name: census for name, census in censuses.items() if census is not None}


def _examine(folder: Path, wanted: Wanted, progress: Progress) -> Examined:
    size = (folder / wanted.path).stat().st_size
    with progress.task(f"Reading {wanted.path}", size) as task:
        try:
            return examine(wanted, lambda: counted(read_blocks(folder, wanted.path, BLOCK), task))
        except PackedError as error:
            return refused(wanted.path, error)
