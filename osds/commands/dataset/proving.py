"""From what the engine found in a table to a proof: doubtful rows are found in the file, and every byte is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from osds.dataset.package import Resource
from osds.tables.census import Census
from osds.tables.proof.answers import Cells, Scan
from osds.tables.proof.conservation import ambiguity
from osds.tables.proof.finding import NOTHING, Found, find
from osds.tables.proof.verdict import Proof, weigh
from osds.tables.rewriting import format_of

ScanAgain = Callable[[Sequence[Cells]], Scan]
"""Scans a table once more, with these rows as further ones."""
_NOT_FOUND = "its doubtful rows are too many, or written unusually"


def prove(
    tables: Sequence[Resource],
    scan: Scan,
    censuses: Mapping[str, Census],
    blocks: Callable[[], Iterable[bytes]],
    *,
    again: ScanAgain,
    own: bool,
) -> Proof:
    """What is known of the first of the tables; its scan has read all of them.

    `blocks` reads its file, without byte order mark; `own` says that this is the dataset's own file and no copy.
    """
    table = tables[0]
    census, sums = censuses.get(table.name), scan.sums
    if census is None or sums is None:
        return Proof(unproven=weigh(tables, scan, censuses))
    if reason := ambiguity(census, sums, tsv=format_of(table) == "tsv"):
        return Proof(unproven=reason)
    width = len(sums.labels) if 0 < sums.rows < census.records - 1 else None
    if width is not None and scan.keyed:  # a row may be bad because of a ragged one
        found = find(blocks(), census, (), width=width)
        if found is None:
            return Proof(unproven=_NOT_FOUND)
        scan = again([tuple(cells) for _, cells in found.ragged.records])
    found = find(blocks(), census, scan.suspects, width=width) if scan.suspects or width is not None else Found()
    if reason := weigh(tables, scan, censuses, ragged=found.ragged if found else NOTHING):
        return Proof(unproven=reason)
    if found is None:
        return Proof(unproven=_NOT_FOUND)
    plain = own and sums.delimiter == "," and not sums.bom
    doubted = sorted([*found.suspects, *found.ragged.records])
    return Proof(rows=census.records - 1, doubted=doubted, plain=sums.labels if plain else ())
