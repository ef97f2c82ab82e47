"""Looking at all tables before frictionless does: at their bytes here, and at their rows in the engine, side by side."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from osds.commands.dataset.proving import prove
from osds.dataset.package import DataPackage, Resource
from osds.dataset.packed import PackedError, packing_of
from osds.edges.plain_files import NotPlainError, write_plain
from osds.edges.unpacking import read_blocks
from osds.progress import Progress, Task
from osds.report import Finding, Place
from osds.tables.bytescan import BLOCK
from osds.tables.census import Census
from osds.tables.intake import Examined, Wanted, examine, wanted_files, without_bom
from osds.tables.proof.answers import Cells, Scan, ScanQuestion
from osds.tables.proof.encoding import encoding_of
from osds.tables.proof.question import is_plain, question_for
from osds.tables.proof.verdict import Proof
from osds.tables.rewriting import format_of, targets_of

ScanTable = Callable[[ScanQuestion], Scan]
Blocks = Callable[[], Iterator[bytes]]


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What was found in the bytes of the tables, and what is proven of each, by resource."""

    findings: tuple[Finding, ...]
    proofs: Mapping[str, Proof]


@dataclass(frozen=True, kw_only=True)
class _File:
    """A table as one UTF-8 file: its `own`, or a copy. `path` is empty where there is none, and `reason` says why."""

    path: str = ""
    own: bool = False
    reason: str = ""


def look_into(
    folder: Path,
    package: DataPackage,
    tables: Sequence[Resource],
    scanned: Collection[str],
    *,
    memory: int,
    scan: ScanTable,
    progress: Progress,
) -> Looked:
    """Look at the tables, which may be opened below `folder`. The engine works while the bytes are counted here.

    `scanned` names those whose rows are to be proven; `memory` is what the engine may use, in bytes.
    """
    readable = {table.name for table in tables}
    with (
        tempfile.TemporaryDirectory(prefix="osds-", ignore_cleanup_errors=True) as scratch,
        _Scans(scan) as scans,
    ):
        files = {table.name: _file(folder, table, Path(scratch), progress) for table in tables}
        paths = {name: file.path for name, file in files.items() if file.path}
        wanted = [table for table in tables if table.name in scanned]
        for table in wanted:
            question = question_for(package, table, readable, paths, memory=memory)
            scans.start(table.name, question, unproven=files[table.name].reason)
        examined, censuses = _examine_all(folder, tables, files, progress)
        findings = tuple(finding for found in examined for finding in found.findings)
        if any(finding.unsafe for finding in findings):
            return Looked(findings=findings, proofs={})
        proofs = {}
        for table in wanted:
            those = [table, *(other for other in tables if other.name in targets_of(table))]
            proofs[table.name] = _prove(those, files[table.name], scans, censuses)
        return Looked(findings=findings, proofs=proofs)


class _Scans:
    """Scans one table after the other while something else is done."""

    def __init__(self, scan: ScanTable) -> None:
        self._scan = scan
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._questions: dict[str, ScanQuestion] = {}
        self._scans: dict[str, Future[Scan]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)  # a scan under way ends with its process

    def start(self, name: str, question: ScanQuestion, *, unproven: str) -> None:
        """Scan the table `name` when its turn comes, unless it is known why nothing can be proven."""
        self._questions[name] = question
        self._scans[name] = self._pool.submit(lambda: Scan(unproven=unproven) if unproven else self._scan(question))

    def result(self, name: str) -> Scan:
        """What the scan found."""
        return self._scans[name].result()

    def again(self, name: str, rows: Sequence[Cells]) -> Scan:
        """What is found with these further rows."""
        return self._pool.submit(self._scan, replace(self._questions[name], further=rows)).result()


def _prove(tables: Sequence[Resource], file: _File, scans: _Scans, censuses: Mapping[str, Census]) -> Proof:
    """What is known of the first of the tables, which lies in `file`; its scan has read all of them."""
    name = tables[0].name
    return prove(
        tables,
        scans.result(name),
        censuses,
        lambda: without_bom(_blocks(Path(file.path))()),
        again=lambda rows: scans.again(name, rows),
        own=file.own,
    )


def _file(folder: Path, table: Resource, scratch: Path, progress: Progress) -> _File:
    """The table's own file if it is plain, or a plain copy."""
    own = folder / table.paths[0]
    stated = table.raw.get("encoding")
    try:
        if is_plain(table, own):
            return _File(path=str(own.absolute()), own=True)
        if len(table.paths) > 1 and any(packing_of(path) for path in table.paths):
            return _File(reason="it is in several packed files")
        copy = scratch / f"{table.index}.csv"
        with progress.task(f"Unpacking {table.paths[0]}", None):
            write_plain(
                folder,
                table.paths,
                copy,
                encoding=lambda head: encoding_of(head[:100_000], stated if isinstance(stated, str) else None),
                header=format_of(table) == "csv",
            )
        return _File(path=str(copy))
    except (NotPlainError, LookupError, TypeError) as error:
        return _File(reason=str(error))
    except PackedError as error:
        return _File(reason=error.words)


def _examine_all(
    folder: Path, tables: Sequence[Resource], files: Mapping[str, _File], progress: Progress
) -> tuple[list[Examined], dict[str, Census]]:
    """What is odd in every file, and the census of each table, by resource."""
    examined: dict[str, Examined] = {}
    censuses: dict[str, Census | None] = {}
    for table in tables:
        file = files[table.name]
        for wanted in wanted_files(table):
            if wanted.path in examined:
                continue
            unpacked = file.path and packing_of(wanted.path) and len(table.paths) == 1
            blocks = _blocks(Path(file.path)) if unpacked else _below(folder, wanted.path)
            examined[wanted.path] = _examine(wanted, blocks, folder / wanted.path, progress)
        if file.own:
            censuses[table.name] = examined[table.paths[0]].census
        elif file.path:
            wanted = next(wanted_files(table, decoded=True))
            censuses[table.name] = examine(wanted, _blocks(Path(file.path))).census
    return list(examined.values()), {name: census for name, census in censuses.items() if census is not None}


def _examine(wanted: Wanted, blocks: Blocks, file: Path, progress: Progress) -> Examined:
    with progress.task(f"Reading {wanted.path}", file.stat().st_size) as task:
        try:
            return examine(wanted, lambda: _counted(blocks(), task))
        except PackedError as error:
            return Examined(findings=(error.check.at(Place(file=wanted.path), f"{wanted.path}: {error.words}"),))


def _below(folder: Path, path: str) -> Blocks:
    return lambda: read_blocks(folder, path, BLOCK)


def _blocks(file: Path) -> Blocks:
    """The blocks of a plain file, whatever its name says."""

    def read() -> Iterator[bytes]:
        with file.open("rb") as opened:
            yield from iter(lambda: opened.read(BLOCK), b"")

    return read


def _counted(blocks: Iterator[bytes], task: Task) -> Iterator[bytes]:
    for block in blocks:
        task.advance(len(block))
        yield block
