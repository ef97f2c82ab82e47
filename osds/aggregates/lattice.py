"""Cuboids, the dimensions that they are made of, and which of these are worth it. Values only; see `walk`.

A drill-down inside one hierarchy is one dimension at a greater depth. What is left out is listed with its reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

FEW_MEMBERS = 50  # a dimension with so few members is never near-unique, however small the table
FEW_CELLS = 10_000  # a cuboid of so few cells is worth having, however few rows there are
CELLS_BY_ROWS = 4  # for so many rows there may be one cell


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

    @property
    def most_cells(self) -> int:
        """The most cells of a cuboid: one of nearly as many cells as there are rows tells no more than the table."""
        return min(self.cells, max(FEW_CELLS, self.rows // CELLS_BY_ROWS))

    @property
    def cap(self) -> str:
        """`most_cells` in words."""
        if self.most_cells == self.cells:
            return f"max-cells ({self.cells})"
        if self.most_cells == FEW_CELLS:
            return f"{FEW_CELLS}, the limit for up to {FEW_CELLS * CELLS_BY_ROWS} rows"
        return f"a quarter of the {self.rows} rows"


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


def named(cuboid: Cuboid, branches: Sequence[Branch]) -> tuple[Named, ...]:
    """The dimensions of a cuboid with their levels, root first."""
    return tuple(branches[part.branch].named(part.depth) for part in cuboid)
