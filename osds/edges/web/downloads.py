"""Files that come from a store: verified before they have their name, and resumed where they were cut off."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from osds.errors import OutsideError

PART = ".osds-part"  # the end of the name of a file that is not whole yet
_BLOCK = 1024 * 1024

Stream = Callable[[int], Iterator[bytes] | None]  # the content from a byte on; None if there is no such object


def has_content(path: Path, sha256: str) -> bool:
    """True if `path` is an ordinary file with this content."""
    if path.is_symlink() or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError as error:
        raise _failed(path, error) from error


def fetch(stream: Stream, target: Path, sha256: str, size: int | None) -> int | None:
    """Write what `stream` gives into `target` if it has this hash, and return the bytes that came.

    None, and no file, if there is no such object or its content is another. `size` in bytes is None if it is not known.
    """
    part = target.with_name(target.name + PART)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if part.is_symlink() or (part.exists() and size is not None and part.stat().st_size >= size):
            part.unlink()
        came = _append(stream, part, sha256) if size is not None and part.exists() else None
        if came is None:  # nothing was there, or what was there was bad
            part.unlink(missing_ok=True)
            came = _append(stream, part, sha256)
        if came is not None:
            part.replace(target)
    except OSError as error:
        raise _failed(target, error) from error
    return came


def _append(stream: Stream, part: Path, sha256: str) -> int | None:
    """The bytes that were added until `part` had this hash; None, and no part, if it does not get it."""
    digest, came = hashlib.sha256(), 0
    with part.open("a+b") as file:
        file.seek(0)
        while block := file.read(_BLOCK):
            digest.update(block)
        pieces = stream(file.tell())
        for piece in pieces or ():
            file.write(piece)
            digest.update(piece)
            came += len(piece)
    if pieces is not None and digest.hexdigest() == sha256:
        return came
    part.unlink()
    return None


def write_file(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all."""
    part = path.with_name(path.name + PART)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and path.read_bytes() == content:
            return
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise _failed(path, error) from error


def remove_file(folder: Path, path: str) -> None:
    """Remove a file below `folder`, and the folders that are empty then."""
    try:
        (folder / path).unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # not empty
            for parent in list((folder / path).parents)[: path.count("/")]:
                parent.rmdir()
    except OSError as error:
        raise _failed(folder / path, error) from error


def _failed(path: Path, error: OSError) -> OutsideError:
    if error.errno in (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return OutsideError(f"There is no room for {path}", next_step="Make room, then run the command again")
    return OutsideError(
        f"{path} cannot be written: {os.strerror(error.errno or 0)}", next_step="Check the folder, or give another"
    )
