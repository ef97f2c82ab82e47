"""Looking at all tables before frictionless does: at their bytes here, and at their rows in the engine, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from osds.dataset.package import DataPackage, Resource
from osds.dataset.packed import PackedError
from osds.edges.unpacking import read_blocks
from osds.progress import Progress, Task
from osds.report import Finding, Place
from osds.tables.bytescan import BLOCK
from osds.tables.census import Census
from osds.tables.intake import Examined, Wanted, examine, wanted_files, without_bom
from osds.tables.proof.answers import MAX_SUSPECTS, Scan, ScanQuestion
from osds.tables.proof.conservation import NOTHING
from osds.tables.proof.locate import locate
from osds.tables.proof.ragged import Ragged, find_ragged
from osds.tables.proof.verdict import Proof, weigh
from osds.tables.rewriting import targets_of

ScanTable = Callable[[ScanQuestion], Scan]


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What was found in the bytes of the tables, and what is proven of each, by resource."""

    findings: tuple[Finding, ...]
    proofs: Mapping[str, Proof]


def look_into(
    folder: Path,
    package: DataPackage,
    questions: Mapping[str, ScanQuestion | str],
    *,
    scan: ScanTable,
    progress: Progress,
) -> Looked:
    """Look at the tables that may be opened below `folder`: those of `questions`, which says how the engine is asked.

    Where it cannot be asked, a text says why. The engine works while the bytes are counted here.
    """
    resources = [resource for resource in package.resources if resource.name in questions]
    pool = ThreadPoolExecutor(max_workers=1)
    try:
        scans = {name: pool.submit(_scan, scan, question) for name, question in questions.items()}
        examined = {
            wanted.path: _examine(folder, wanted, progress)
            for wanted in {wanted.path: wanted for resource in resources for wanted in wanted_files(resource)}.values()
        }
        findings = tuple(finding for found in examined.values() for finding in found.findings)
        if any(finding.unsafe for finding in findings):
            return Looked(findings=findings, proofs={})
        censuses = {path: found.census for path, found in examined.items() if found.census is not None}
        proofs = {}
        for resource in resources:
            targets = [package.resource(name) for name in targets_of(resource) if name in questions]
            read = [resource, *(target for target in targets if target is not None)]
            proofs[resource.name] = _prove(folder, read, scans[resource.name].result(), censuses)
        return Looked(findings=findings, proofs=proofs)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # a scan under way ends with its process


def _scan(scan: ScanTable, question: ScanQuestion | str) -> Scan:
    return Scan(unproven=question) if isinstance(question, str) else scan(question)


def _examine(folder: Path, wanted: Wanted, progress: Progress) -> Examined:
    path = wanted.path
    with progress.task(f"Reading {path}", (folder / path).stat().st_size) as task:
        try:
            return examine(wanted, lambda: _counted(read_blocks(folder, path, BLOCK), task))
        except PackedError as error:
            return Examined(findings=(error.check.at(Place(file=path), f"{path}: {error.words}"),))


def _prove(folder: Path, resources: Sequence[Resource], scan: Scan, censuses: Mapping[str, Census]) -> Proof:
    """What is known of the first of the resources, all of which the scan has read."""
    path = resources[0].paths[0]
    census, sums = censuses.get(path), scan.sums
    if census is None or sums is None:
        return Proof(unproven=weigh(resources, scan, censuses))

    def blocks() -> Iterator[bytes]:
        return without_bom(read_blocks(folder, path, BLOCK))

    ragged: Ragged | None = NOTHING
    if 0 < sums.rows < census.records - 1 and census.regular and census.line_end and not scan.keyed:
        ragged = find_ragged(blocks(), census, len(sums.labels), most=MAX_SUSPECTS)
    if reason := weigh(resources, scan, censuses, ragged=ragged or NOTHING):
        return Proof(unproven=reason)
    located = locate(blocks(), census, scan.suspects, sums.delimiter) if scan.suspects else []
    if located is None or ragged is None:
        return Proof(unproven="its doubtful rows are too many, or written unusually")
    doubted = sorted([*located, *ragged.records])
    plain = sums.delimiter == "," and not sums.bom
    return Proof(rows=census.records - 1, doubted=doubted, plain=sums.labels if plain else ())


def _counted(blocks: Iterator[bytes], task: Task) -> Iterator[bytes]:
    for block in blocks:
        task.advance(len(block))
        yield block
