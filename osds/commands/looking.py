"""Looking at the bytes of all tables before the judge's parsers meet them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from osds.dataset.package import DataPackage
from osds.dataset.packed import PackedError
from osds.edges.unpacking import read_blocks
from osds.progress import Progress, Task
from osds.report import Finding, Place
from osds.tables.bytescan import BLOCK
from osds.tables.intake import examine, wanted_files


def look_into(folder: Path, package: DataPackage, readable: Collection[str], progress: Progress) -> Iterator[Finding]:
    """Findings on the bytes of the tables. `readable` names the resources that may be opened below `folder`."""
    for wanted in wanted_files(package, readable):
        path = wanted.path
        with progress.task(f"Reading {path}", (folder / path).stat().st_size) as task:
            try:
                yield from examine(wanted, lambda: _counted(read_blocks(folder, path, BLOCK), task))  # noqa: B023 (called before the loop goes on)
            except PackedError as error:
                yield error.check.at(Place(file=path), f"{path}: {error.words}")


def _counted(blocks: Iterator[bytes], task: Task) -> Iterator[bytes]:
    for block in blocks:
        task.advance(len(block))
        yield block
