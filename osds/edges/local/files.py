"""The dataset's folder on the local disk: bounded reads and whole writes that never follow a symbolic link out of it."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from osds.dataset.lfs import MAX_POINTER_BYTES, read_pointer
from osds.dataset.preflight import FileFacts, FileKind
from osds.errors import OutsideError, UnsafeInputError, UsageError
from osds.report import DESCRIPTOR_FILE

_PART = 1024 * 1024  # bytes in memory at a time


def dataset_folder(path: str | Path) -> Path:
    """The folder of a dataset, from the folder itself or from its `datapackage.json`. Raises `UsageError` if neither."""
    folder = Path(path)
    if folder.name == DESCRIPTOR_FILE:
        folder = folder.parent
    if not folder.is_dir():
        raise UsageError(f"There is no folder {str(path)!r}", next_step="Give the folder that holds datapackage.json")
    return folder


def read_descriptor(folder: Path, limit: int) -> bytes:
    """The text of `datapackage.json`, at most `limit` + 1 bytes of it. Raises `UsageError` if there is none."""
    content = read_file(folder, DESCRIPTOR_FILE, limit)
    if content is None:
        raise UsageError(
            f"There is no {DESCRIPTOR_FILE} in {str(folder)!r}",
            next_step="Give the folder of a dataset, or run `osds init` there to make one",
        )
    return content


def read_file(folder: Path, path: str, limit: int) -> bytes | None:
    """At most `limit` + 1 bytes of an ordinary file below `folder`; None if there is no such file."""
    if look(folder, path).kind is not FileKind.FILE:
        return None
    try:
        with (folder / path).open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise OutsideError(f"{path} cannot be read: {error.strerror}", next_step="Check its permissions") from error


def stream_file(folder: Path, path: str) -> Iterator[bytes]:
    """An ordinary file below `folder`, a part at a time. Raises `UnsafeInputError` if it is not one (any more)."""
    if look(folder, path).kind is not FileKind.FILE:
        raise UnsafeInputError(f"{path} is no ordinary file any more", next_step="Leave it alone while osds runs")
    try:
        with (folder / path).open("rb") as file:
            while part := file.read(_PART):
                yield part
    except OSError as error:
        raise OutsideError(f"{path} cannot be read: {error.strerror}", next_step="Check its permissions") from error


def look(folder: Path, path: str) -> FileFacts:
    """What stands at the relative POSIX `path`, every component examined without following links."""
    place = folder
    status = None
    for segment in path.split("/"):
        place /= segment
        try:
            status = place.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return FileFacts(kind=FileKind.MISSING)
        except OSError as error:
            raise OutsideError(f"{path} cannot be examined: {error.strerror}", next_step="Check permissions") from error
        if stat.S_ISLNK(status.st_mode):
            return FileFacts(kind=FileKind.SYMLINK)
    return _facts(place, status) if status is not None else FileFacts(kind=FileKind.MISSING)


def _facts(place: Path, status: os.stat_result) -> FileFacts:
    if stat.S_ISDIR(status.st_mode):
        return FileFacts(kind=FileKind.FOLDER)
    if not stat.S_ISREG(status.st_mode):
        return FileFacts(kind=FileKind.SPECIAL)
    pointer = None
    if status.st_size <= MAX_POINTER_BYTES:
        try:
            pointer = read_pointer(place.read_bytes())
        except OSError as error:
            raise OutsideError(
                f"{place.name} cannot be read: {error.strerror}", next_step="Check permissions"
            ) from error
    return FileFacts(kind=FileKind.FILE, bytes=status.st_size, pointer=pointer)


def digest(folder: Path, path: str, algorithm: str) -> str:
    """The hash of a file in hexadecimal, read in one pass; `algorithm` as `hashlib` names it."""
    with (folder / path).open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()


def replace_file(folder: Path, path: str, blocks: Iterable[bytes]) -> None:
    """Put `blocks` in the place of the ordinary file at `path`, when they have all come; it is never there in part.

    Raises `UnsafeInputError` if no ordinary file stands there, `OutsideError` if the disk fails, and what `blocks` raises.
    """
    with _replacing(folder, path) as file:
        for block in blocks:
            file.write(block)
        file.flush()
        os.fsync(file.fileno())


def copy_file(source: Path, folder: Path, path: str) -> None:
    """As `replace_file`, with the content of `source`: the system copies, and on some disks both share their blocks.

    Nobody waits for the disk: after a loss of power, a copy can be made again.
    """
    with _replacing(folder, path) as file, source.open("rb") as original:
        left = os.fstat(original.fileno()).st_size
        if hasattr(os, "copy_file_range"):  # Linux
            with suppress(OSError):  # not between all kinds of disks
                while copied := os.copy_file_range(original.fileno(), file.fileno(), left):
                    left -= copied
        original.seek(file.seek(0, os.SEEK_END))
        shutil.copyfileobj(original, file, _PART)


@contextmanager
def _replacing(folder: Path, path: str) -> Iterator[BinaryIO]:
    """A new file, which takes the place of the ordinary one at `path` when the context ends well."""
    target = folder / path
    for left in target.parent.glob(escape(f".{target.name}.osds-new-") + "*"):
        left.unlink(missing_ok=True)  # of a run that was killed
    new = target.parent / f".{target.name}.osds-new-{uuid4().hex}"
    try:
        with new.open("xb") as file:
            yield file
        if look(folder, path).kind is not FileKind.FILE:
            raise UnsafeInputError(f"{path} is not an ordinary file any more", next_step="Look what happened to it")
        new.chmod(target.stat().st_mode & 0o777)
        new.replace(target)
    except OSError as error:
        raise OutsideError(
            f"{path} cannot be written: {error.strerror}", next_step="Make room or give access"
        ) from error
    finally:
        new.unlink(missing_ok=True)
