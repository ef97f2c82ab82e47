"""Writing a file of the bundle: its size and hash are taken from the bytes as they are written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

BLOCK = 1 << 20  # bytes


@dataclass(frozen=True, kw_only=True)
class Written:
    """A file of the bundle. `bytes` is its size, `sha256` is in hexadecimal."""

    name: str
    bytes: int
    sha256: str


def write_text(path: Path, texts: Iterable[str]) -> Written:
    """Write a new file of these texts as UTF-8, one after the other."""
    digest = hashlib.sha256()
    size = 0
    with path.open("xb") as file:
        for text in texts:
            content = text.encode("utf-8")
            size += file.write(content)
            digest.update(content)
    return Written(name=path.name, bytes=size, sha256=digest.hexdigest())


def write_after(start: str, rest: Path, path: Path) -> Written:
    """Write the new file `path`: the text `start`, then the bytes of the file `rest`."""
    digest = hashlib.sha256(start.encode("utf-8"))
    with path.open("xb") as file, rest.open("rb") as source:
        size = file.write(start.encode("utf-8"))
        while block := source.read(BLOCK):
            size += file.write(block)
            digest.update(block)
    return Written(name=path.name, bytes=size, sha256=digest.hexdigest())


def measure(path: Path) -> Written:
    """A file that somebody else has written."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return Written(name=path.name, bytes=path.stat().st_size, sha256=digest.hexdigest())
