"""The dataset's own files for `osds publish`: which are published, and their bytes, a part at a time.

A file that is a git-lfs pointer is published as the content that it stands for, whose size and SHA-256 it states. Where
that content comes from is handed in as `OpenPointer`, which compares it with the pointer on the way, as
`osds.edges.web.lfs.Source` does; without it such a file cannot be published.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from osds.commands.parallel import in_parallel
from osds.dataset.lfs import Pointer
from osds.dataset.package import Resource
from osds.dataset.paths import is_url, path_problem
from osds.dataset.preflight import FileKind
from osds.edges.local import files
from osds.errors import UnsafeInputError, UsageError
from osds.progress import Progress
from osds.store.data import Data, DataFile, DataPart, DataResource, DataUrl
from osds.store.layout import check_filename

OpenPointer = Callable[[Pointer, str], Iterable[bytes]]  # the pointer, and the path of the file that it stands for
ReadData = Callable[[DataFile], Iterable[bytes]]


def gather_data(folder: Path, resources: Iterable[Resource], progress: Progress) -> Data:
    """The files of these resources, each read once for its hash. Raises `UsageError` or `UnsafeInputError` for one
    that cannot be published."""

    def gather(resource: Resource) -> DataResource:
        return DataResource(resource=resource, parts=tuple(_part(folder, resource, path) for path in resource.paths))

    # Hashing takes a core each, and no more of Python.
    return Data(resources=tuple(in_parallel(gather, tuple(resources), "Reading the data files", progress)))


def data_reader(folder: Path, open_pointer: OpenPointer | None) -> ReadData:
    """A function for the bytes of a data file; it raises `UnsafeInputError` if they are not what was gathered."""

    def read(file: DataFile) -> Iterator[bytes]:
        if file.pointer is None:
            return _verified(file, files.stream_file(folder, file.path))
        return iter((open_pointer or _not_here)(file.pointer, file.path))

    return read


def no_data(file: DataFile) -> Iterable[bytes]:
    """The reader of a publication without data files."""
    raise AssertionError(file)


def _part(folder: Path, resource: Resource, path: str) -> DataPart:
    if is_url(path):
        return DataUrl(url=path)
    problem = path_problem(path)
    if problem is not None:
        raise UnsafeInputError(f"The file {path[:200]!r} cannot be published: {problem}")
    check_filename(path.rpartition("/")[2])
    facts = files.look(folder, path)
    if facts.kind is not FileKind.FILE or facts.bytes is None:
        raise UsageError(f"There is no file {path!r} to publish", next_step="Correct `path` or publish-data")
    encoding = resource.raw.get("encoding")
    known = encoding if isinstance(encoding, str) else "utf-8"
    if facts.pointer is not None:
        pointer = facts.pointer
        return DataFile(path=path, bytes=pointer.size, sha256=pointer.oid, encoding=known, pointer=pointer)
    return DataFile(path=path, bytes=facts.bytes, sha256=files.digest(folder, path, "sha256"), encoding=known)


def _verified(file: DataFile, parts: Iterable[bytes]) -> Iterator[bytes]:
    """The parts, unless they turn out to be others: then the stream fails before it ends."""
    digest, size = hashlib.sha256(), 0
    for part in parts:
        digest.update(part)
        size += len(part)
        yield part
    if size != file.bytes or digest.hexdigest() != file.sha256:
        raise UnsafeInputError(
            f"{file.path} is not the file that it was a moment ago", next_step="Leave it alone while osds runs"
        )


def _not_here(pointer: Pointer, path: str) -> Iterable[bytes]:
    raise UsageError(
        f"{path} is a git-lfs pointer to {pointer.size:,} bytes that are not here", next_step="Run `git lfs pull` first"
    )
