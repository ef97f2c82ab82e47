"""Cuboids that a person names: `payee`, `function+payee`, `function/level1+payee`. Values only.

Dimensions are joined by `+`; `/` and the name of a level say how deep a hierarchy goes.
"""

from __future__ import annotations

from collections.abc import Sequence

from osds.aggregates.lattice import Branch, Cuboid, Part
from osds.aggregates.walk import MAX_DIMENSIONS
from osds.errors import UsageError
from osds.fiscal.model import Dimension

WantedPart = tuple[str, int | None]  # the name of a dimension, and the depth, counted from 1, if it is stated
Wanted = tuple[WantedPart, ...]


def read_wanted(text: str, dimensions: Sequence[Dimension], setting: str) -> Wanted:
    """The cuboid that `text` names. `dimensions` are those of the model that are no axes; `setting` is for messages.

    Raises `UsageError` for a dimension or level that is not there, one that is named twice, and more than three.
    """
    parts = tuple(_read_part(part.strip(), dimensions, setting) for part in text.split("+"))
    names = [name for name, _ in parts]
    if len(set(names)) < len(names):
        raise UsageError(f"{setting}: {text[:80]!r} names a dimension twice", next_step="Name each dimension once")
    if len(parts) > MAX_DIMENSIONS:
        raise UsageError(
            f"{setting}: {text[:80]!r} names {len(parts)} dimensions",
            next_step=f"A cuboid has at most {MAX_DIMENSIONS} dimensions",
        )
    return parts


def _read_part(text: str, dimensions: Sequence[Dimension], setting: str) -> WantedPart:
    known = {dimension.name: dimension for dimension in dimensions}
    if text in known:
        return text, None
    name, slash, level = text.partition("/")
    if name not in known:
        raise UsageError(
            f"{setting}: the dataset has no dimension {name[:80]!r}",
            next_step=f"Its dimensions: {', '.join(known)}. A cuboid of two is written as one+other",
        )
    levels = [one.key.name for one in known[name].levels]
    if not slash or level not in levels:
        raise UsageError(
            f"{setting}: the dimension {name!r} has no level {level[:80]!r}",
            next_step=f"Its levels: {', '.join(levels)}",
        )
    return name, levels.index(level) + 1


def as_cuboid(wanted: Wanted, branches: Sequence[Branch]) -> Cuboid:
    """The cuboid: a dimension without a stated depth goes down to its leaves."""
    places = {branch.dimension: number for number, branch in enumerate(branches)}
    parts = (Part(places[name], depth or len(branches[places[name]].levels)) for name, depth in wanted)
    return tuple(sorted(parts))


def matches(wanted: Wanted, cuboid: Cuboid, branches: Sequence[Branch]) -> bool:
    """True if the cuboid has these dimensions and no other, at the depths that are stated."""
    depths = {branches[part.branch].dimension: part.depth for part in cuboid}
    stated = dict(wanted)
    return depths.keys() == stated.keys() and all(depth in (None, depths[name]) for name, depth in stated.items())
