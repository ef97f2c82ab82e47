"""Cuboids in the engine: about how many cells one will have, and its cells, made from the smallest cuboid that knows them.

Both come after `cube.number_facts`. A cuboid follows from any finer one, because sums of sums and sums of counts are
exact; most are so made of far fewer rows than there are facts.
"""

# ruff: noqa: S608 (all names in the SQL are our own)

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from threading import Lock
from typing import TypeVar

from osds.aggregates.amounts import MeasureFacts
from osds.aggregates.cube import column
from osds.aggregates.engine import Engine
from osds.aggregates.facts import FactPlan
from osds.aggregates.lattice import Cuboid

KEPT = 2  # finer cuboids are kept while all of them have at most so many cells for each fact…
KEPT_ANYWAY = 1_000_000  # …or so many cells


Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Cells:
    """The cells of a cuboid in the engine: `x`, `p0_1`… as in `facts`, the sums `m0`…, and `facts`, how many it has."""

    cuboid: Cuboid
    table: str
    count: int


@dataclass(kw_only=True)
class Shelf:
    """The cuboids of a plan that are still there, for coarser ones. `room` is for how many cells more."""

    plan: FactPlan
    measures: Sequence[MeasureFacts]
    room: int = 0
    kept: dict[Cuboid, Cells] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.room = max(KEPT * self.plan.facts, KEPT_ANYWAY)

    def put(self, engine: Engine, cells: Cells) -> None:
        """Keep the cells, or drop them where there is no room."""
        with self.lock:
            if cells.cuboid in self.kept:
                return
            if cells.count <= self.room:
                self.room -= cells.count
                self.kept[cells.cuboid] = cells
                return
        engine.run(f"DROP TABLE {cells.table}")

    def smallest(self, cuboid: Cuboid) -> Cells | None:
        """The smallest cuboid that knows another one."""
        wanted = {part.branch: part.depth for part in cuboid}
        with self.lock:
            known = [one for one in self.kept.values() if _knows(one.cuboid, wanted)]
        return min(known, key=lambda one: one.count, default=None)


@dataclass(frozen=True, kw_only=True)
class Counter:
    """How many cells cuboids have, from the facts; see `walk.Counting`. `most` is the largest count that is welcome."""

    engine: Engine
    shelf: Shelf
    most: int

    def estimate(self, cuboids: Sequence[Cuboid]) -> list[int]:
        """By HyperLogLog (Flajolet et al. 2007), in one look at the facts: the same figures on any machine."""
        plan = self.shelf.plan
        counts = (f"approx_count_distinct(hash({', '.join(grouped(plan, cuboid))}))" for cuboid in cuboids)
        return list(self.engine.row(f"SELECT {', '.join(counts)} FROM facts"))

    def count(self, cuboid: Cuboid) -> int:
        """Exactly: its cells are made. Those of a welcome one will be wanted, and are kept."""
        name = f"counted_{'_'.join(f'{part.branch}x{part.depth}' for part in cuboid)}"
        cells = _make(self.engine, self.shelf, cuboid, name, None)
        if cells.count <= self.most:
            self.shelf.put(self.engine, cells)
        else:
            self.engine.run(f"DROP TABLE {cells.table}")
        return cells.count


def grouped(plan: FactPlan, cuboid: Cuboid) -> list[str]:
    """The columns that name a cell: `x` for the axes, if there are any, then one per dimension."""
    return [*(["x"] if plan.axes else []), *(column(part) for part in cuboid)]


def use_cells(
    engine: Engine, shelf: Shelf, cuboids: Sequence[Cuboid], use: Callable[[Engine, Cells], Result]
) -> Iterator[Result]:
    """What `use` makes of the cells of each cuboid, the finest first; several at a time, each with an engine of its own."""
    names = {cuboid: f"cells_{number}" for number, cuboid in enumerate(cuboids)}

    def work(engine: Engine, cuboid: Cuboid) -> Result:
        finer = shelf.smallest(cuboid)
        cells = finer if finer and finer.cuboid == cuboid else _make(engine, shelf, cuboid, names[cuboid], finer)
        result = use(engine, cells)
        shelf.put(engine, cells)
        return result

    # Of cuboids that are equally fine none follows from another.
    for _, same in groupby(sorted(cuboids, key=_fineness, reverse=True), key=_fineness):
        yield from engine.side_by_side(work, list(same))
    for cells in shelf.kept.values():
        engine.run(f"DROP TABLE {cells.table}")


def _fineness(cuboid: Cuboid) -> tuple[int, int]:
    return len(cuboid), sum(part.depth for part in cuboid)


def _knows(finer: Cuboid, wanted: dict[int, int]) -> bool:
    """True if the finer cuboid has every wanted branch, as deep or deeper."""
    depths = dict(finer)
    return all(depths.get(branch, 0) >= depth for branch, depth in wanted.items())


def _make(engine: Engine, shelf: Shelf, cuboid: Cuboid, table: str, finer: Cells | None) -> Cells:
    names = grouped(shelf.plan, cuboid)
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
    sums = [f"CAST(sum(f.m{n}) AS {known.total_sql}) AS m{n}" for n, known in enumerate(shelf.measures)]
    # A table without rows has no cell, and one group of no columns would be a cell.
    by = f"GROUP BY {', '.join(picked)}" if picked else "HAVING count(*) > 0"
    engine.run(
        f"CREATE TABLE {table} AS SELECT {', '.join([*keys, *sums])}, {counted} AS facts "
        f"FROM {source} {' '.join(joins)} {by}"
    )
    return Cells(cuboid=cuboid, table=table, count=int(engine.row(f"SELECT count(*) FROM {table}")[0]))
