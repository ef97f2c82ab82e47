"""`osds fetch`: put the data in the place of the git-lfs pointers of a dataset, without git-lfs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from osds.dataset import strict_json
from osds.dataset.lfs import Pointer
from osds.dataset.lfs_content import QuotaError
from osds.dataset.package import read_package
from osds.dataset.preflight import wanted_files
from osds.edges.local.files import look, read_descriptor, replace_file
from osds.edges.web.lfs import Source
from osds.errors import OsdsError, UnsafeInputError, UsageError
from osds.progress import Progress, Task


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A file of the dataset in whose place a pointer stands."""

    path: str
    pointer: Pointer


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What became of one pointer: its data is in its place, unless there is a `failure`."""

    path: str
    bytes: int
    failure: OsdsError | None = None


def named_files(content: bytes) -> tuple[str, ...]:
    """The safe paths of files that the descriptor `content` names. Raises `UsageError` if it cannot be read."""
    value, _ = strict_json.load(content)
    raw = value if isinstance(value, dict) else {}
    resources = raw.get("resources")
    if not isinstance(resources, list) or not all(isinstance(each, dict) for each in resources):
        raise UsageError("The descriptor cannot be read", next_step="Run `osds validate`, which says what is wrong")
    return wanted_files(read_package(raw))


def find_pointers(folder: Path) -> tuple[Wanted, ...]:
    """The pointers among the files that the descriptor names. Raises `UsageError` if that cannot be read."""
    paths = named_files(read_descriptor(folder, strict_json.MAX_BYTES))
    found = ((path, look(folder, path).pointer) for path in paths)
    return tuple(Wanted(path=path, pointer=pointer) for path, pointer in found if pointer is not None)


def check_size(wanted: Sequence[Wanted], most: int) -> None:
    """Raise `UnsafeInputError` if the data has more than `most` bytes."""
    size = sum(each.pointer.size for each in wanted)
    if size > most:
        raise UnsafeInputError(
            f"The data has {size:,} bytes, more than {most:,}",
            next_step="Allow more with --max-size, for instance 50GB",
        )


def fetch(folder: Path, wanted: Sequence[Wanted], source: Source, progress: Progress) -> Iterator[Fetched]:
    """Fetch one file after the other. A file that fails is told, and the others go on, unless no other can succeed."""
    source.announce([each.pointer for each in wanted])
    for each in wanted:
        with progress.task(f"Fetching {each.path}", each.pointer.size) as task:
            try:
                replace_file(folder, each.path, _counted(source.open(each.pointer), task))
            except OsdsError as error:
                yield Fetched(path=each.path, bytes=each.pointer.size, failure=error)
                if isinstance(error, QuotaError):
                    return
            else:
                yield Fetched(path=each.path, bytes=each.pointer.size)


def _counted(blocks: Iterable[bytes], task: Task) -> Iterator[bytes]:
    for block in blocks:
        task.advance(len(block))
        yield block
