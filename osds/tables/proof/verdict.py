"""Whether a table is proven: its scan held against the censuses of all files that it was made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from osds.dataset.package import Resource
from osds.tables.census import Census
from osds.tables.proof.answers import Scan
from osds.tables.proof.conservation import ambiguity, loss
from osds.tables.proof.finding import NOTHING, Located, Ragged
from osds.tables.rewriting import format_of


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A table of which all rows are certainly good but the `doubted` ones, which frictionless has to judge.

    If `unproven` says why not, nothing is known of its rows. `plain` is as `TableFacts.labels`.
    """

    unproven: str = ""
    rows: int = 0
    doubted: Sequence[Located] = ()
    plain: tuple[str, ...] = ()


def weigh(
    resources: Sequence[Resource], scan: Scan, censuses: Mapping[str, Census], *, ragged: Ragged = NOTHING
) -> str:
    """Why the scan of the first resource proves nothing; empty if it does. `resources` are those that it read.

    `censuses` are by resource; `ragged` are the records of the first table that the engine leaves out.
    """
    if scan.unproven or scan.sums is None:
        return scan.unproven or "the engine says nothing"
    sums = {resources[0].name: scan.sums, **scan.references}
    for resource in resources:
        census = censuses.get(resource.name)
        if census is None or resource.name not in sums:
            return "a file was not counted"
        own, weighed = resource is resources[0], sums[resource.name]
        reason = ambiguity(census, weighed, tsv=format_of(resource) == "tsv")
        if reason := reason or loss(census, weighed, ragged=ragged if own else NOTHING):
            return reason if own else f"the table {resource.name!r}, to which it refers: {reason}"
    return ""
