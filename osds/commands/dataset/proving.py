"""From what the engine finds in a table to a proof: doubtful rows are found in the file, and every byte is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Self

from osds.commands.dataset.table_files import TableFile, blocks_of
from osds.dataset.package import Resource
from osds.tables.census import Census
from osds.tables.intake import without_bom
from osds.tables.proof.answers import Cells, Scan, ScanQuestion
from osds.tables.proof.conservation import ambiguity
from osds.tables.proof.finding import NOTHING, Found, find
from osds.tables.proof.verdict import Proof, weigh
from osds.tables.rewriting import format_of

ScanTable = Callable[[ScanQuestion], Scan]
_NOT_FOUND = "its doubtful rows are too many, or written unusually"


class Scans:
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


def prove(tables: Sequence[Resource], file: TableFile, scans: Scans, censuses: Mapping[str, Census]) -> Proof:
    """What is known of the first of the tables, which lies in `file`; its scan has read all of them."""
    table = tables[0]
    scan, census = scans.result(table.name), censuses.get(table.name)
    if census is None or scan.sums is None:
        return Proof(unproven=weigh(tables, scan, censuses))
    if reason := ambiguity(census, scan.sums, tsv=format_of(table) == "tsv"):
        return Proof(unproven=reason)

    def look_for(rows: Sequence[Cells]) -> Found | None:
        return find(_blocks(file), census, rows, width=width) if rows or width else Found()

    width = len(scan.sums.labels) if 0 < scan.sums.rows < census.records - 1 else 0
    if width and scan.keyed:  # a row may be bad because of a ragged one
        found = look_for(())
        if found is None:
            return Proof(unproven=_NOT_FOUND)
        scan = scans.again(table.name, [tuple(cells) for _, cells in found.ragged.records])
    found = look_for(scan.suspects)
    if reason := weigh(tables, scan, censuses, ragged=found.ragged if found else NOTHING):
        return Proof(unproven=reason)
    if found is None or scan.sums is None:
        return Proof(unproven=_NOT_FOUND)
    plain = file.own and scan.sums.delimiter == "," and not scan.sums.bom
    doubted = sorted([*found.suspects, *found.ragged.records])
    return Proof(rows=census.records - 1, doubted=doubted, plain=scan.sums.labels if plain else ())


def _blocks(file: TableFile) -> Iterator[bytes]:
    return without_bom(blocks_of(Path(file.path)))
