"""The columns of every file of a bundle: axes, codes and labels, measures, the number of facts. Values only."""

from __future__ import annotations

from dataclasses import dataclass

from osds.aggregates.facts import FactPlan, Hierarchy
from osds.aggregates.lattice import Cuboid
from osds.aggregates.names import distinct

COUNT = "_count"


@dataclass(frozen=True, kw_only=True)
class LevelColumns:
    """The column of a level's code and of its label."""

    code: str
    label: str | None


@dataclass(frozen=True, kw_only=True)
class Header:
    """Names that are the same in every file. `levels` are per branch, root first."""

    axes: tuple[str, ...]
    levels: tuple[tuple[LevelColumns, ...], ...]
    measures: tuple[str, ...]

    def keys(self, cuboid: Cuboid) -> tuple[str, ...]:
        """The columns that name a cell, and are unique together."""
        return (*self.axes, *(level.code for part in cuboid for level in self.levels[part.branch][: part.depth]))

    def columns(self, cuboid: Cuboid) -> tuple[str, ...]:
        """All columns of a cuboid's file in order."""
        named = (
            name
            for part in cuboid
            for level in self.levels[part.branch][: part.depth]
            for name in ((level.code,) if level.label is None else (level.code, level.label))
        )
        return (*self.axes, *named, *self.measures, COUNT)


def make_header(plan: FactPlan) -> Header:
    """The names of all columns; where two of the model's names meet, the later one gets a number."""
    wanted = [COUNT, *plan.axes]
    for hierarchy in plan.hierarchies:
        wanted += _wanted(hierarchy)
    wanted += [measure.name for measure in plan.measures]
    names = iter(distinct(wanted)[1:])  # the count keeps its name
    axes = tuple(next(names) for _ in plan.axes)
    levels = tuple(
        tuple(
            LevelColumns(code=next(names), label=next(names) if label is not None else None)
            for label in hierarchy.labels
        )
        for hierarchy in plan.hierarchies
    )
    return Header(axes=axes, levels=levels, measures=tuple(names))


def _wanted(hierarchy: Hierarchy) -> list[str]:
    names = []
    for level, label in zip(hierarchy.dimension.levels, hierarchy.labels, strict=True):
        code = f"{hierarchy.dimension.name}.{level.key.name}"
        names += [code] if label is None else [code, f"{code}.label"]
    return names
