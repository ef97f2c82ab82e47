"""One dimension at all its depths, in the engine: what trees and lists of members have in common.

A *drill* is a dimension with the deepest level of which the bundle holds a cuboid of this dimension alone.
"""

# ruff: noqa: S608 (all names in the SQL are our own, all texts are literals: see `reading.literal`)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from osds.aggregates.amounts import MeasureFacts
from osds.aggregates.cube import column, keys
from osds.aggregates.engine import Engine
from osds.aggregates.facts import FactPlan, Hierarchy
from osds.aggregates.lattice import Cuboid, Part


@dataclass(frozen=True, kw_only=True)
class Drill:
    """A dimension to drill into. `branch` is its position among the hierarchies of the plan, `depth` counts from 1."""

    branch: int
    depth: int
    hierarchy: Hierarchy

    @property
    def dimension(self) -> str:
        """The dimension's name."""
        return self.hierarchy.dimension.name

    @property
    def table(self) -> str:
        """The table in the engine: `x`, the numbers `r1, r2…` of the path, `s0, n0…` per measure, `facts`."""
        return f"drill_{self.branch}"

    def levels(self, depth: int) -> list[str]:
        """The names of the levels down to `depth`."""
        return [level.key.name for level in self.hierarchy.dimension.levels[:depth]]


def make_drills(
    engine: Engine, plan: FactPlan, measures: Sequence[MeasureFacts], cuboids: Sequence[Cuboid]
) -> tuple[Drill, ...]:
    """The drills of the chosen cuboids, in the order of the model, and their tables."""
    single = sorted(cuboid[0] for cuboid in cuboids if len(cuboid) == 1)
    deepest = dict(single)  # by branch; the deepest comes last
    drills = tuple(
        Drill(branch=branch, depth=depth, hierarchy=plan.hierarchies[branch]) for branch, depth in deepest.items()
    )
    for drill in drills:
        _make_table(engine, drill, measures)
    return drills


def paths_sql(drill: Drill, depth: int) -> str:
    """A query for the paths down to `depth`: their codes `k1, k2…` and numbers `r1, r2…`."""
    numbers = ", ".join(f"r{level}" for level in range(1, depth + 1))
    return f"SELECT DISTINCT {keys(depth)}, {numbers} FROM paths_{drill.branch}"


def _make_table(engine: Engine, drill: Drill, measures: Sequence[MeasureFacts]) -> None:
    """`s0` is the sum of a measure, `n0` that of its negative amounts alone; both are NULL where there is no amount."""
    sums = [f"sum(m{n}) AS s{n}" for n in range(len(measures))]
    # `m - m` is a zero of the right type, and no amount stays none.
    sums += [
        f"sum(CASE WHEN m{n} < 0 THEN m{n} ELSE m{n} - m{n} END) AS n{n}"
        if known.negative
        else f"sum(m{n} - m{n}) AS n{n}"
        for n, known in enumerate(measures)
    ]
    number = column(Part(drill.branch, drill.depth))
    outer = ", ".join(f"p.r{level}" for level in range(1, drill.depth + 1))
    engine.run(
        f"CREATE TABLE {drill.table} AS SELECT x, {outer}, c.* EXCLUDE (x, r) FROM "
        f"(SELECT x, {number} AS r, {', '.join(sums)}, count(*) AS facts FROM facts GROUP BY 1, 2) c "
        f"JOIN ({paths_sql(drill, drill.depth)}) p ON p.r{drill.depth} = c.r"
    )
