"""The folder of a bundle: made beside its place, and put there whole.

Beside `aggregates` a run keeps `.aggregates.osds-new-*` while it writes and `.aggregates.osds-old` while it swaps. A run
that is killed leaves them behind; the next one restores or removes them. Two runs must not write one folder at a time.
"""

from __future__ import annotations

import filecmp
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from uuid import uuid4

from osds.dataset.package import Json
from osds.errors import OutsideError, UnsafeInputError, UsageError
from osds.report import DESCRIPTOR_FILE


@contextmanager
def fresh_folder(output: Path) -> Iterator[Path]:
    """An empty folder beside `output`, removed at the end unless `put_in_place` has moved it.

    Raises `UsageError` if `output` is there and is not the bundle of an earlier run, `UnsafeInputError` if it is a
    symbolic link, `OutsideError` if the disk fails.
    """
    with _disk(output):
        if output.name in ("", ".."):
            raise UsageError(f"{output} has no name of its own", next_step="Name a new folder with --output")
        if output.is_symlink():
            raise UnsafeInputError(f"{output} is a symbolic link", next_step="Choose a folder with --output")
        output.parent.mkdir(parents=True, exist_ok=True)
        _recover(output)
        _check_replaceable(output)
        folder = output.parent / f".{output.name}.osds-new-{uuid4().hex}"
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def put_in_place(folder: Path, output: Path) -> bool:
    """Make `folder` the new `output`; False if that is there with the same bytes, and then it is left untouched."""
    with _disk(output):
        if _same(folder, output):
            return False
        old = _old(output)
        if output.exists():
            output.rename(old)
        folder.rename(output)
        shutil.rmtree(old, ignore_errors=True)
        return True


def _old(output: Path) -> Path:
    return output.parent / f".{output.name}.osds-old"


def _recover(output: Path) -> None:
    """Finish what a killed run has left: the old bundle goes back unless the new one is already in place."""
    old = _old(output)
    if old.is_dir() and not old.is_symlink():
        if output.exists():
            shutil.rmtree(old)
        else:
            old.rename(output)
    for left in output.parent.glob(escape(f".{output.name}.osds-new-") + "*"):
        shutil.rmtree(left)


def _check_replaceable(output: Path) -> None:
    if not output.exists():
        return
    if not output.is_dir():
        raise UsageError(f"{output} is not a folder", next_step="Choose another --output")
    found = {path.name for path in output.iterdir()}
    foreign = sorted(found - _own_files(output))
    if foreign:
        raise UsageError(
            f"{output} holds {foreign[0]!r}, which osds did not write, and it would be lost",
            next_step="Choose an empty folder with --output, or move the file away",
        )


def _own_files(output: Path) -> set[str]:
    """What an earlier run wrote into `output`, by its own descriptor; nothing if that is not one of ours."""
    try:
        descriptor: Json = json.loads((output / DESCRIPTOR_FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError, ValueError, RecursionError):
        return set()
    block = descriptor.get("osds") if isinstance(descriptor, dict) else None
    if not isinstance(block, dict) or "reconciliation" not in block:
        return set()
    resources = descriptor.get("resources")
    listed = (r.get("path") for r in (resources if isinstance(resources, list) else []) if isinstance(r, dict))
    return {DESCRIPTOR_FILE, *(path for path in listed if isinstance(path, str))}


def _same(folder: Path, output: Path) -> bool:
    """True if both hold the same files with the same bytes."""
    if not output.is_dir():
        return False
    names = sorted(path.name for path in folder.iterdir())
    if names != sorted(path.name for path in output.iterdir()):
        return False
    _, different, unread = filecmp.cmpfiles(folder, output, names, shallow=False)
    return not different and not unread


@contextmanager
def _disk(output: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutsideError(
            f"{error.filename or output} could not be read or written: {error.strerror or error}",
            next_step="Check the disk and its permissions, then run again",
        ) from error
