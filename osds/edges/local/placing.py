"""Several files of a folder changed together: each appears whole, and what goes, goes last."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from osds.dataset.preflight import FileKind
from osds.edges.local.files import look
from osds.errors import OutsideError, UnsafeInputError


def place_files(folder: Path, contents: Mapping[str, bytes | None]) -> None:
    """Write each path below `folder`, with the permissions of the file that it replaces; None takes a file away.

    Nothing is in its place before all of it is on the disk. Raises `UnsafeInputError` if something else than a file stands
    at a path or on the way to it, `OutsideError` if the disk fails.
    """
    for path in contents:
        if look(folder, path).kind not in (FileKind.FILE, FileKind.MISSING):
            raise UnsafeInputError(f"{path} is no ordinary file", next_step="Look what stands there")
    try:
        with tempfile.TemporaryDirectory(prefix=".osds-new-", dir=folder) as staging:
            written = {path: content for path, content in contents.items() if content is not None}
            staged = [_stage(Path(staging) / str(number), content) for number, content in enumerate(written.values())]
            for path, file in zip(written, staged, strict=True):
                _move(file, folder / path)
            for path in contents.keys() - written.keys():
                (folder / path).unlink(missing_ok=True)
    except OSError as error:
        raise OutsideError(
            f"The files cannot be written: {error.strerror}", next_step="Check permissions and free space"
        ) from error


def _stage(file: Path, content: bytes) -> Path:
    with file.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    return file


def _move(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        shutil.copymode(target, file)
    file.replace(target)
