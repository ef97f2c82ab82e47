"""Each table as one file of UTF-8 text that the engine can read: the dataset's own, or a copy, examined on its way."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from osds.dataset.package import Resource
from osds.dataset.packed import PackedError, packing_of
from osds.edges.local.plain_files import NotPlainError, write_plain
from osds.progress import Progress, Task
from osds.report import Place
from osds.tables.bytescan import BLOCK
from osds.tables.intake import Examined, examine, wanted_files
from osds.tables.proof.encoding import HEAD, encoding_of
from osds.tables.rewriting import format_of

Blocks = Callable[[], Iterator[bytes]]
_UTF_8 = ("utf-8", "utf-8-sig")


@dataclass(frozen=True, kw_only=True)
class TableFile:
    """A table as one UTF-8 file: its `own`, or a copy. `path` is empty where there is none, and `reason` says why.

    `copied` is what is odd in a copy of one packed file, and the census of every copy.
    """

    path: str = ""
    own: bool = False
    reason: str = ""
    copied: Examined | None = None


def table_file(folder: Path, table: Resource, scratch: Path, progress: Progress) -> TableFile:
    """The table's own file if it is plain, or a plain copy in the folder `scratch`."""
    own, encoding = folder / table.paths[0], table.raw.get("encoding")
    packed = any(packing_of(path) for path in table.paths)
    try:
        if len(table.paths) == 1 and not packed:
            with own.open("rb") as opened:
                encoding = encoding_of(opened.read(HEAD), encoding)
            if encoding in _UTF_8:
                return TableFile(path=str(own.absolute()), own=True)
        if len(table.paths) > 1 and packed:
            return TableFile(reason="it is in several packed files")
        return _copy(folder, table, scratch / f"{table.index}.csv", progress, lambda head: encoding_of(head, encoding))
    except (NotPlainError, LookupError, TypeError) as error:
        return TableFile(reason=str(error))
    except PackedError as error:
        return TableFile(reason=error.words, copied=refused(table.paths[0], error))


def _copy(folder: Path, table: Resource, copy: Path, progress: Progress, encoding: Callable[[bytes], str]) -> TableFile:
    wanted = next(wanted_files(table, decoded=True))
    header = format_of(table) == "csv"
    with progress.task(f"Unpacking {table.paths[0]}", None) as task:
        written = counted(write_plain(folder, table.paths, copy, size=BLOCK, encoding=encoding, header=header), task)
        examined = examine(wanted, lambda: blocks_of(copy) if copy.exists() else written)
        written.close()
    if examined.census is None:
        return TableFile(reason="it was not examined to its end", copied=examined)
    return TableFile(path=str(copy), copied=examined)


def refused(path: str, error: PackedError) -> Examined:
    """What is said of a file that is not unpacked."""
    return Examined(findings=(error.check.at(Place(file=path), f"{path}: {error.words}"),))


def blocks_of(file: Path) -> Iterator[bytes]:
    """The blocks of a plain file, whatever its name says."""
    with file.open("rb") as opened:
        yield from iter(lambda: opened.read(BLOCK), b"")


def counted(blocks: Iterator[bytes], task: Task) -> Generator[bytes, None, None]:
    """The blocks, of which the task is told."""
    for block in blocks:
        task.advance(len(block))
        yield block
