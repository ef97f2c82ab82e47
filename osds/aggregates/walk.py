"""Which cuboids to write: the lattice is walked from the apex, fewer dimensions first. Values only.

OSEP-07 asks for "partial materialization": sums over one, two, at most three dimensions. Among as many dimensions the
order is that of the model, then the depth. What is left out is listed with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, groupby, islice, product
from math import prod
from typing import Protocol

from osds.aggregates.lattice import Branch, Choice, Cuboid, Limits, Part, Skipped, judge_parts, named

MAX_DIMENSIONS = 3
MAX_LISTED = 1000  # cuboids left out one by one; it also bounds how long the lattice is searched
SURE = 2  # an estimate off the limit by this factor decides; the exact count decides the others
BATCH = 32  # candidates that are estimated together


class Counting(Protocol):
    """Who knows how many cells cuboids have."""

    def estimate(self, cuboids: Sequence[Cuboid]) -> Sequence[int]:
        """About how many cells each has, within a factor of two, for little."""

    def count(self, cuboid: Cuboid) -> int:
        """How many cells one has."""


def choose_cuboids(
    branches: Sequence[Branch],
    totals: int,
    limits: Limits,
    counting: Counting,
    *,
    add: Sequence[Cuboid] = (),
    drop: Callable[[Cuboid], bool] = lambda _: False,
) -> Choice:
    """Walk the lattice. `totals` is the number of cells of the apex.

    The cuboids `add` are taken whatever their size, in their order after all others; what `drop` is true of is left out.

    `counting` is asked only where the number of members does not already show that a cuboid is small enough; for the
    exact count only where the estimate is near the limit. A cuboid has at least as many cells as any coarser one, so
    those below one that is too large are not counted.
    """
    usable, skipped = judge_parts(branches, limits)
    walk = _Walk(branches=branches, limits=limits, totals=totals, counting=counting, drop=drop)
    added = set(add)
    for batch in _batches(cuboid for cuboid in _candidates(usable) if cuboid not in added):
        walk.take(batch)
        if len(walk.left_out) >= MAX_LISTED:
            break
    possible = {part for parts in usable for part in parts}
    unseen = _count_candidates(usable) - sum(possible.issuperset(cuboid) for cuboid in added)
    unseen -= len(walk.chosen) - 1 + len(walk.left_out)
    return Choice(
        cuboids=tuple(dict.fromkeys((*walk.chosen, *add))), skipped=(*skipped, *walk.left_out, *_unlisted(unseen))
    )


def _batches(candidates: Iterator[Cuboid]) -> Iterator[list[Cuboid]]:
    """Candidates of one number of dimensions together, so that many are estimated in one look at the facts."""
    for _, same in groupby(candidates, key=len):
        while batch := list(islice(same, BATCH)):
            yield batch


@dataclass(kw_only=True)
class _Walk:
    """The steps of `choose_cuboids`, a batch of candidates at a time."""

    branches: Sequence[Branch]
    limits: Limits
    totals: int
    counting: Counting
    drop: Callable[[Cuboid], bool]
    chosen: list[Cuboid] = field(default_factory=lambda: [()])
    left_out: list[Skipped] = field(default_factory=list)
    large: set[Cuboid] = field(default_factory=set)

    def take(self, batch: Sequence[Cuboid]) -> None:
        """Choose or leave out each of the batch, until too many are left out to list them."""
        full = len(self.chosen) >= self.limits.files
        doubtful = [] if full else [cuboid for cuboid in batch if self._most(cuboid) > self.limits.most_cells]
        doubtful = [cuboid for cuboid in doubtful if not self._below_large(cuboid)]
        estimates = dict(zip(doubtful, self.counting.estimate(doubtful), strict=True)) if doubtful else {}
        for cuboid in batch:
            if len(self.left_out) == MAX_LISTED:
                return
            reason = self._reason(cuboid, estimates.get(cuboid, 0))
            if reason:
                self.left_out.append(Skipped(dimensions=named(cuboid, self.branches), reason=reason))
            else:
                self.chosen.append(cuboid)

    def _reason(self, cuboid: Cuboid, estimate: int) -> str:
        """Why a cuboid is left out, or an empty text."""
        if self.drop(cuboid):
            return "it is left out by the setting `without`"
        if len(self.chosen) >= self.limits.files:
            return f"beyond max-files ({self.limits.files})"
        if self._below_large(cuboid):
            self.large.add(cuboid)
            return f"more cells than {self.limits.cap}, as a coarser one has"
        most = self.limits.most_cells
        if estimate > SURE * most:
            self.large.add(cuboid)
            return f"about {_rounded(estimate)} cells, more than {self.limits.cap}"
        if estimate * SURE > most and (cells := self.counting.count(cuboid)) > most:
            self.large.add(cuboid)
            return f"{cells} cells, more than {self.limits.cap}"
        return ""

    def _most(self, cuboid: Cuboid) -> int:
        """The cells that there are if every combination of members has a fact."""
        members = (self.branches[part.branch].members[part.depth - 1] for part in cuboid)
        return prod(members, start=self.totals)

    def _below_large(self, cuboid: Cuboid) -> bool:
        return any(coarser in self.large for coarser in _coarser(cuboid))


def _rounded(count: int) -> int:
    """Two digits of an estimate: the others say nothing."""
    unit = int(10 ** max(0, len(str(count)) - 2))
    return (count + unit // 2) // unit * unit


def _candidates(usable: Sequence[tuple[Part, ...]]) -> Iterator[Cuboid]:
    """All cuboids but the apex; every coarser one comes before a finer one."""
    for size in range(1, MAX_DIMENSIONS + 1):
        for chosen in combinations(usable, size):
            yield from product(*chosen)


def _count_candidates(usable: Sequence[tuple[Part, ...]]) -> int:
    """How many `_candidates` there are, without making them: a wide table has millions."""
    ways = [1] + [0] * MAX_DIMENSIONS  # by number of dimensions
    for parts in usable:
        for size in range(MAX_DIMENSIONS, 0, -1):
            ways[size] += ways[size - 1] * len(parts)
    return sum(ways[1:])


def _coarser(cuboid: Cuboid) -> Iterator[Cuboid]:
    """One dimension fewer, or one level less deep."""
    for position, part in enumerate(cuboid):
        before, after = cuboid[:position], cuboid[position + 1 :]
        yield before + after
        yield (*before, Part(part.branch, part.depth - 1), *after)


def _unlisted(count: int) -> tuple[Skipped, ...]:
    if count == 0:
        return ()
    return (Skipped(dimensions=(), reason=f"{count} more cuboids, not tried: {MAX_LISTED} others are left out above"),)
