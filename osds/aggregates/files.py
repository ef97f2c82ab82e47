"""Writing the chosen cuboids as CSV files: UTF-8, LF, RFC 4180, sorted, the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from osds.aggregates.bundle import CuboidFile
from osds.aggregates.cube import cell_lines
from osds.aggregates.engine import Engine
from osds.aggregates.facts import FactPlan
from osds.aggregates.header import Header, make_header
from osds.aggregates.lattice import Branch, Cuboid
from osds.aggregates.members import write_texts
from osds.aggregates.names import csv_line, file_stems
from osds.aggregates.writing import write_text
from osds.progress import Progress


def write_files(
    engine: Engine,
    plan: FactPlan,
    branches: Sequence[Branch],
    cuboids: Sequence[Cuboid],
    folder: Path,
    progress: Progress,
) -> tuple[CuboidFile, ...]:
    """Write one file per cuboid into `folder`, in order."""
    header = make_header(plan)
    parts = dict.fromkeys(part for cuboid in cuboids for part in cuboid)
    empty_axis, empty_parts = write_texts(engine, plan, parts)
    files = []
    with progress.task("Writing cuboids", len(cuboids)) as task:
        for cuboid, stem in zip(cuboids, file_stems(cuboids, branches), strict=True):
            keyed = not empty_axis and empty_parts.isdisjoint(cuboid)
            files.append(_write_file(engine, plan, header, cuboid, folder / f"{stem}.csv", keyed))
            task.advance()
    return tuple(files)


def _write_file(engine: Engine, plan: FactPlan, header: Header, cuboid: Cuboid, path: Path, keyed: bool) -> CuboidFile:
    cells = 0

    def texts() -> Iterator[str]:
        nonlocal cells
        yield f"{csv_line(header.columns(cuboid))}\n"
        for lines in cell_lines(engine, plan, cuboid):
            cells += len(lines)
            yield "".join(f"{line}\n" for line in lines)

    return CuboidFile(file=write_text(path, texts()), cuboid=cuboid, cells=cells, keyed=keyed)
