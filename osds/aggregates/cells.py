"""Cuboids in the engine: about how many cells one will have, and its cells, made from the smallest cuboid that knows them.

Both come after `cube.number_facts`. A cuboid follows from any finer one, because sums of sums and sums of counts are
exact; most are so made of far fewer rows than there are facts.
"""

# ruff: noqa: S608 (all names in the SQL are our own)

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from osds.aggregates.cube import column
from osds.aggregates.engine import Engine
from osds.aggregates.facts import FactPlan
from osds.aggregates.lattice import Cuboid

KEPT = 2  # finer cuboids are kept while all of them have at most so many cells for each fact…
KEPT_ANYWAY = 1_000_000  # …or so many cells


@dataclass(frozen=True, kw_only=True)
class Counter:
    """How many cells cuboids have, from the facts; see `walk.Counting`."""

    engine: Engine
    plan: FactPlan

    def estimate(self, cuboids: Sequence[Cuboid]) -> list[int]:
        """By HyperLogLog (Flajolet et al. 2007), in one look at the facts: the same figures on any machine."""
        counts = (f"approx_count_distinct(hash({', '.join(grouped(self.plan, cuboid))}))" for cuboid in cuboids)
        return list(self.engine.row(f"SELECT {', '.join(counts)} FROM facts"))

    def count(self, cuboid: Cuboid) -> int:
        """Exactly."""
        cells = f"SELECT DISTINCT {', '.join(grouped(self.plan, cuboid))} FROM facts"
        return int(self.engine.row(f"SELECT count(*) FROM ({cells})")[0])


def grouped(plan: FactPlan, cuboid: Cuboid) -> list[str]:
    """The columns that name a cell: `x` for the axes, if there are any, then one per dimension."""
    return [*(["x"] if plan.axes else []), *(column(part) for part in cuboid)]


@dataclass(frozen=True, kw_only=True)
class Cells:
    """The cells of a cuboid in the engine: `x`, `p0_1`… as in `facts`, the sums `m0`…, and `facts`, how many it has."""

    cuboid: Cuboid
    table: str
    count: int


@dataclass(kw_only=True)
class _Shelf:
    """The finer cuboids that are still there. `room` is for how many cells more."""

    room: int
    kept: list[Cells] = field(default_factory=list)


def make_cells(engine: Engine, plan: FactPlan, cuboids: Sequence[Cuboid]) -> Iterator[Cells]:
    """The cells of each cuboid, the finest first; a table lives at least until the next one is asked for."""
    shelf = _Shelf(room=max(KEPT * plan.facts, KEPT_ANYWAY))
    for number, cuboid in enumerate(sorted(cuboids, key=_fineness, reverse=True)):
        cells = _make(engine, plan, cuboid, f"cells_{number}", _smallest(shelf.kept, cuboid))
        yield cells
        if cells.count <= shelf.room:
            shelf.room -= cells.count
            shelf.kept.append(cells)
        else:
            engine.run(f"DROP TABLE {cells.table}")
    for cells in shelf.kept:
        engine.run(f"DROP TABLE {cells.table}")


def _fineness(cuboid: Cuboid) -> tuple[int, int]:
    return len(cuboid), sum(part.depth for part in cuboid)


def _smallest(kept: Sequence[Cells], cuboid: Cuboid) -> Cells | None:
    wanted = {part.branch: part.depth for part in cuboid}
    return min((one for one in kept if _knows(one.cuboid, wanted)), key=lambda one: one.count, default=None)


def _knows(finer: Cuboid, wanted: dict[int, int]) -> bool:
    """True if the finer cuboid has every wanted branch, as deep or deeper."""
    depths = dict(finer)
    return all(depths.get(branch, 0) >= depth for branch, depth in wanted.items())


def _make(engine: Engine, plan: FactPlan, cuboid: Cuboid, table: str, finer: Cells | None) -> Cells:
    names = grouped(plan, cuboid)
    source, joins, counted = "facts f", [], "count(*)"
    picked = [f"f.{name}" for name in names]
    if finer is not None:
        source, counted = f"{finer.table} f", "CAST(sum(f.facts) AS BIGINT)"
        picked = [f"f.{name}" for name in names if name == "x"]
        depths = dict(finer.cuboid)
        for branch, depth in cuboid:
            below = depths[branch]
            if below == depth:
                picked.append(f"f.p{branch}_{depth}")
            else:
                joins.append(
                    f"JOIN (SELECT DISTINCT r{below} AS below, r{depth} AS above FROM paths_{branch}) u{branch} "
                    f"ON u{branch}.below = f.p{branch}_{below}"
                )
                picked.append(f"u{branch}.above")
    keys = [f"{one} AS {name}" for one, name in zip(picked, names, strict=True)]
    sums = [f"sum(f.m{number}) AS m{number}" for number in range(len(plan.measures))]
    # A table without rows has no cell, and one group of no columns would be a cell.
    by = f"GROUP BY {', '.join(picked)}" if picked else "HAVING count(*) > 0"
    engine.run(
        f"CREATE TABLE {table} AS SELECT {', '.join([*keys, *sums])}, {counted} AS facts "
        f"FROM {source} {' '.join(joins)} {by}"
    )
    return Cells(cuboid=cuboid, table=table, count=int(engine.row(f"SELECT count(*) FROM {table}")[0]))
