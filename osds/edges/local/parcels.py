"""A parcel on the disk: a folder with `refresh.json` and the new files, handed from one job to the next."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from osds.dataset.preflight import FileKind
from osds.edges.local.files import digest, look, read_file
from osds.errors import OutsideError, UnsafeInputError, UsageError
from osds.refresh.parcel import FILES_FOLDER, MAX_PARCEL, PARCEL_FILE, NewFile, Parcel, parse_parcel


class ParcelFolder:
    """A parcel and where its files are."""

    def __init__(self, folder: Path, parcel: Parcel) -> None:
        self.folder = folder
        self.parcel = parcel

    def file(self, path: str) -> Path:
        """Where the new contents of `path` are."""
        return self.folder / FILES_FOLDER / path

    def read(self, path: str, limit: int) -> bytes | None:
        """The new contents of a small file; None if the parcel does not have it."""
        if not any(file.path == path for file in self.parcel.files):
            return None
        return read_file(self.folder / FILES_FOLDER, path, limit)


def write_parcel(folder: Path, parcel: Parcel, source: Callable[[str], Path]) -> ParcelFolder:
    """Make a parcel in `folder`, which must be new or empty; `source` tells where the contents of each path are."""
    _check_empty(folder)
    made = ParcelFolder(folder, parcel)
    try:
        for file in parcel.files:
            made.file(file.path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source(file.path), made.file(file.path))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / PARCEL_FILE).write_text(parcel.render(), encoding="utf-8")  # last: what is not whole has none
    except OSError as error:
        raise OutsideError(
            f"{folder} cannot be written: {error.strerror}", next_step="Make room or give access"
        ) from error
    return made


def read_parcel(folder: Path) -> ParcelFolder:
    """The parcel in `folder`, every file compared with its size and hash.

    Raises `UsageError` if there is none, `UnsafeInputError` if it is not what it says it is.
    """
    content = read_file(folder, PARCEL_FILE, MAX_PARCEL)
    if content is None:
        raise UsageError(
            f"There is no {PARCEL_FILE} in {str(folder)!r}", next_step="Make it with `osds refresh update`"
        )
    found = ParcelFolder(folder, parse_parcel(content))
    for file in found.parcel.files:
        _compare(folder / FILES_FOLDER, file)
    return found


def _compare(folder: Path, file: NewFile) -> None:
    facts = look(folder, file.path)
    same = facts.kind is FileKind.FILE and facts.bytes == file.bytes
    if not same or digest(folder, file.path, "sha256") != file.sha256:
        raise UnsafeInputError(
            f"{file.path} is not the file that {PARCEL_FILE} describes (found: {facts.kind.value})",
            next_step="It changed after it was made: start again with `osds refresh update`",
        )


def _check_empty(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
        raise UsageError(f"{str(folder)!r} is there already and not empty", next_step="Name a new folder with --to")
