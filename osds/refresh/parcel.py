"""What one job hands to the next: `refresh.json`, which names files with their size and hash, and the files beside it.

    refresh.json     {"format": 1, "base": COMMIT, "files": [{"path", "bytes", "sha256"}], "removed": [PATH], "message"}
    files/PATH       the new contents

The job that made it may have run anybody's code, so whoever reads it takes nothing for granted. Paths are relative to
the dataset's folder; `base` is the commit that the files are new against.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from osds.dataset.strict_json import load
from osds.errors import UnsafeInputError
from osds.refresh.paths import refusal

PARCEL_FILE = "refresh.json"
FILES_FOLDER = "files"
MAX_PARCEL = 8 * 1024 * 1024  # bytes of refresh.json

_FORMAT = 1
_MAX_FILES = 10_000
_MAX_MESSAGE = 20_000  # characters
_KEYS = {"format", "base", "files", "removed", "message"}
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class NewFile:
    """One file with new contents: its path, its size in bytes and its SHA-256 in hexadecimal."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """What changed against the commit `base`. `message` is the commit's, empty until the change was checked."""

    base: str
    files: tuple[NewFile, ...] = ()
    removed: tuple[str, ...] = ()
    message: str = ""

    @property
    def paths(self) -> frozenset[str]:
        """Every path that is written or removed."""
        return frozenset({*(file.path for file in self.files), *self.removed})

    def render(self) -> str:
        """The text of `refresh.json`."""
        files = [{"path": file.path, "bytes": file.bytes, "sha256": file.sha256} for file in self.files]
        document = {"format": _FORMAT, "base": self.base, "files": files, "removed": list(self.removed)}
        return json.dumps({**document, "message": self.message}, indent=2) + "\n"


def parse_parcel(content: bytes) -> Parcel:
    """The parcel that this text describes. Raises `UnsafeInputError` for anything that osds would not write."""
    raw, _ = load(content, file=PARCEL_FILE, limit=MAX_PARCEL)
    if not isinstance(raw, dict) or raw.keys() != _KEYS or raw["format"] != _FORMAT:
        raise _foreign("it has not the form of one")
    if not isinstance(raw["base"], str) or not _COMMIT.fullmatch(raw["base"]):
        raise _foreign("`base` is no commit")
    if not isinstance(raw["message"], str) or len(raw["message"]) > _MAX_MESSAGE or "\0" in raw["message"]:
        raise _foreign("`message` is no text, or too long")
    files = tuple(_file(each) for each in _list(raw["files"]))
    parcel = Parcel(
        base=raw["base"], files=files, removed=tuple(map(_path, _list(raw["removed"]))), message=raw["message"]
    )
    if len({path.casefold() for path in parcel.paths}) != len(files) + len(parcel.removed):
        raise _foreign("it names a file twice")
    return parcel


def check_paths(parcel: Parcel, before: frozenset[str], after: frozenset[str]) -> None:
    """Raise `UnsafeInputError` unless it writes only what the descriptor names `after`, and removes what it does no more."""
    foreign = [file.path for file in parcel.files if file.path not in after]
    foreign += [path for path in parcel.removed if path not in before or path in after]
    if foreign:
        raise UnsafeInputError(
            f"The update changes {foreign[0]}, which is no data file of the descriptor",
            next_step="Name it as a resource in datapackage.json, or leave it alone",
        )


def _list(value: Any) -> Sequence[Any]:  # noqa: ANN401 (JSON of unknown origin)
    if not isinstance(value, list) or len(value) > _MAX_FILES:
        raise _foreign(f"a list is missing, or longer than {_MAX_FILES:,}")
    return value


def _file(value: object) -> NewFile:
    if not isinstance(value, dict) or value.keys() != {"path", "bytes", "sha256"}:
        raise _foreign("a file lacks its path, size or hash")
    size, sha256 = value["bytes"], value["sha256"]
    if type(size) is not int or size < 0 or not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise _foreign("a file's size or hash is none")
    return NewFile(path=_path(value["path"]), bytes=size, sha256=sha256)


def _path(value: object) -> str:
    problem = refusal(value) if isinstance(value, str) else "it is no text"
    if problem is not None or not isinstance(value, str):
        raise _foreign(f"{str(value)[:100]!r} cannot be written: {problem}")
    return value


def _foreign(problem: str) -> UnsafeInputError:
    return UnsafeInputError(
        f"{PARCEL_FILE} cannot be used: {problem}", next_step="Make it again with `osds refresh update`"
    )
