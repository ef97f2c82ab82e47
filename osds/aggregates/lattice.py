"""Which cuboids are worth writing: a decision over the number of members and cells. Values only.

The lattice is walked from the apex: fewer dimensions first, then the order of the model, then depth. A drill-down
inside one hierarchy is one dimension at a greater depth. What is left out is listed with its reason (OSEP-07 asks
for "partial materialization": sums over one, two, at most three dimensions).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import prod
from typing import NamedTuple

MAX_DIMENSIONS = 3
FEW_MEMBERS = 50  # a dimension with so few members is never near-unique, however small the table
MAX_LISTED = 1000  # cuboids left out one by one; it also bounds how long the lattice is searched


Named = tuple[str, tuple[str, ...]]  # ("economic", ("chapter", "article"))


class Part(NamedTuple):
    """One dimension of a cuboid: the position of its branch, and the depth, counted from 1."""

    branch: int
    depth: int


Cuboid = tuple[Part, ...]  # the apex is ()


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A dimension as the lattice sees it: its level names from the root, and how many members each depth has."""

    dimension: str
    kind: str
    levels: tuple[str, ...]
    members: tuple[int, ...]

    def named(self, depth: int) -> Named:
        """The dimension and its levels down to `depth`."""
        return self.dimension, self.levels[:depth]


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """Something that is left out, and why. Without dimensions: cuboids that are not listed one by one."""

    dimensions: tuple[Named, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much may be written. `rows` is the number of records in the table."""

    rows: int
    members: int
    cells: int
    files: int


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The cuboids to write, apex first, and what is left out."""

    cuboids: tuple[Cuboid, ...]
    skipped: tuple[Skipped, ...]


def judge_parts(branches: Sequence[Branch], limits: Limits) -> tuple[tuple[tuple[Part, ...], ...], list[Skipped]]:
    """For each branch the depths that may take part in cuboids; and the others with their reasons."""
    usable: list[tuple[Part, ...]] = []
    skipped: list[Skipped] = []
    for position, branch in enumerate(branches):
        reasons = [_reason(branch, count, limits) for count in branch.members]
        usable.append(tuple(Part(position, depth) for depth, reason in enumerate(reasons, start=1) if not reason))
        skipped += [
            Skipped(dimensions=(branch.named(depth),), reason=reason)
            for depth, reason in enumerate(reasons, start=1)
            if reason
        ]
    return tuple(usable), skipped


def _reason(branch: Branch, members: int, limits: Limits) -> str:
    if branch.kind == "fact":
        return "it describes single facts (dimensionType fact)"
    if members <= 1:
        return "it has a single member"
    if members > FEW_MEMBERS and 2 * members > limits.rows:
        return f"it is nearly unique: {members} members in {limits.rows} rows"
    if members > limits.members:
        return f"{members} members, more than max-members ({limits.members})"
    return ""


def choose_cuboids(
    branches: Sequence[Branch], totals: int, limits: Limits, count_cells: Callable[[Cuboid], int]
) -> Choice:
    """Walk the lattice. `totals` is the number of cells of the apex.

    `count_cells` is asked only where the number of members does not already show that a cuboid is small enough.
    A cuboid has at least as many cells as any coarser one, so those below one that is too large are not counted.
    """
    usable, skipped = judge_parts(branches, limits)
    chosen: list[Cuboid] = [()]
    left_out: list[Skipped] = []
    large: set[Cuboid] = set()
    for cuboid in _candidates(usable):
        if len(left_out) == MAX_LISTED:
            break
        if len(chosen) == limits.files:
            left_out.append(Skipped(dimensions=named(cuboid, branches), reason=f"beyond max-files ({limits.files})"))
            continue
        reason = _too_large(cuboid, branches, large, limits, totals, count_cells)
        if reason:
            large.add(cuboid)
            left_out.append(Skipped(dimensions=named(cuboid, branches), reason=reason))
        else:
            chosen.append(cuboid)
    unseen = _count_candidates(usable) - (len(chosen) - 1) - len(left_out)
    return Choice(cuboids=tuple(chosen), skipped=(*skipped, *left_out, *_unlisted(unseen)))


def named(cuboid: Cuboid, branches: Sequence[Branch]) -> tuple[Named, ...]:
    """The dimensions of a cuboid with their levels, root first."""
    return tuple(branches[part.branch].named(part.depth) for part in cuboid)


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


def _too_large(
    cuboid: Cuboid,
    branches: Sequence[Branch],
    large: set[Cuboid],
    limits: Limits,
    totals: int,
    count_cells: Callable[[Cuboid], int],
) -> str:
    """Why a cuboid has too many cells, or an empty text."""
    if any(coarser in large for coarser in _coarser(cuboid)):
        return f"more cells than max-cells ({limits.cells}), as a coarser one has"
    most = totals * prod(branches[part.branch].members[part.depth - 1] for part in cuboid)
    cells = count_cells(cuboid) if most > limits.cells else 0
    return f"{cells} cells, more than max-cells ({limits.cells})" if cells > limits.cells else ""


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
