"""Writing the chosen cuboids as CSV files: UTF-8, LF, RFC 4180, sorted, the same bytes every time."""

# ruff: noqa: S608 (all names in the SQL are our own)

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from osds.aggregates.bundle import CuboidFile
from osds.aggregates.cells import Cells, Shelf, grouped, use_cells
from osds.aggregates.engine import Engine
from osds.aggregates.facts import FactPlan
from osds.aggregates.header import make_header
from osds.aggregates.lattice import Branch, Cuboid
from osds.aggregates.members import make_texts
from osds.aggregates.names import csv_line, file_stems
from osds.aggregates.writing import write_after
from osds.progress import Progress


def write_files(
    engine: Engine,
    shelf: Shelf,
    branches: Sequence[Branch],
    cuboids: Sequence[Cuboid],
    folder: Path,
    progress: Progress,
) -> tuple[CuboidFile, ...]:
    """Write one file per cuboid into `folder`; return them in the order of `cuboids`. `shelf` has those made before."""
    plan = shelf.plan
    header = make_header(plan)
    parts = dict.fromkeys(part for cuboid in cuboids for part in cuboid)
    empty_axis, empty_parts = make_texts(engine, plan, parts)
    stems = dict(zip(cuboids, file_stems(cuboids, branches), strict=True))
    files: dict[Cuboid, CuboidFile] = {}

    def write(engine: Engine, cells: Cells) -> CuboidFile:
        cuboid = cells.cuboid
        lines = engine.write(_lines_sql(plan, cells))
        file = write_after(f"{csv_line(header.columns(cuboid))}\n", lines, folder / f"{stems[cuboid]}.csv")
        keyed = not empty_axis and empty_parts.isdisjoint(cuboid)
        return CuboidFile(file=file, cuboid=cuboid, cells=cells.count, keyed=keyed)

    with progress.task("Writing cuboids", len(cuboids)) as task:
        for written in use_cells(engine, shelf, cuboids, write):
            files[written.cuboid] = written
            task.advance()
    return tuple(files[cuboid] for cuboid in cuboids)


def _lines_sql(plan: FactPlan, cells: Cells) -> str:
    """The cells of a cuboid in the order of the output: texts, sums, the number of facts."""
    names = grouped(plan, cells.cuboid)
    joins = " ".join(f"JOIN texts_{name} t_{name} ON t_{name}.r = c.{name}" for name in names)
    texts = [f"t_{name}.text AS t_{name}" for name in names]
    sums = [f"c.m{number}" for number in range(len(plan.measures))]
    order = f"ORDER BY {', '.join(f'c.{name}' for name in names)}" if names else ""
    return f"SELECT {', '.join([*texts, *sums, 'c.facts'])} FROM {cells.table} c {joins} {order}"
