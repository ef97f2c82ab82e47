"""git-lfs content without git-lfs: from the objects of a repository on this machine, else from its host (`lfs_server`).

Content is streamed and compared with the pointer; nothing is whole in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from osds.dataset.lfs import Pointer
from osds.dataset.lfs_content import MissingContentError, short, verified, withheld
from osds.edges.git.git import Git
from osds.edges.web.https import BLOCK
from osds.errors import OutsideError, UnsafeInputError


class Source(Protocol):
    """Where the content of pointers comes from."""

    def open(self, pointer: Pointer) -> Iterator[bytes]:
        """The content, block by block; it is right when the iterator has ended by itself.

        Raises `OutsideError`, also on the way: `MissingContentError`, `DamagedContentError`, `QuotaError` or another.
        """

    def announce(self, pointers: Sequence[Pointer]) -> None:
        """Say which objects will be opened, where that saves time."""


class ObjectFolder:
    """The objects that git-lfs keeps of a repository on this machine: `.git/lfs/objects/aa/bb/OID`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, pointer: Pointer) -> Path:
        """Where the object is, if it is there."""
        return self.folder / pointer.oid[:2] / pointer.oid[2:4] / pointer.oid

    def announce(self, pointers: Sequence[Pointer]) -> None:
        """As `Source.announce`."""

    def open(self, pointer: Pointer) -> Iterator[bytes]:
        """As `Source.open`."""
        return verified(self._blocks(pointer), pointer, where=str(self.path(pointer)))

    def has(self, pointer: Pointer) -> bool:
        """True if an object of the right size is here."""
        path = self.path(pointer)
        return path.is_file() and path.stat().st_size == pointer.size

    def _blocks(self, pointer: Pointer) -> Iterator[bytes]:
        try:
            with self.path(pointer).open("rb") as file:
                while block := file.read(BLOCK):
                    yield block
        except FileNotFoundError:
            raise withheld(pointer, 404, "", where=str(self.folder)) from None
        except OSError as error:
            raise OutsideError(
                f"{self.path(pointer)} cannot be read: {error.strerror}", next_step="Check its permissions"
            ) from error


class Sources:
    """Several sources, tried in this order. One that has an object of the wrong bytes is not passed over in silence."""

    def __init__(self, folders: Sequence[ObjectFolder], last: Source | None) -> None:
        self._folders = folders
        self._last = last

    def announce(self, pointers: Sequence[Pointer]) -> None:
        """As `Source.announce`."""
        if self._last is not None:
            self._last.announce([p for p in pointers if not any(folder.has(p) for folder in self._folders)])

    def open(self, pointer: Pointer) -> Iterator[bytes]:
        """As `Source.open`. Raises `MissingContentError` if no source has it."""
        for folder in self._folders:
            if folder.has(pointer):
                return folder.open(pointer)
        if self._last is None:
            looked = " and ".join(str(folder.folder) for folder in self._folders)
            raise MissingContentError(
                f"{short(pointer)} is not on this machine{f' (looked in {looked})' if looked else ''}",
                next_step="Push it again with `git lfs push --all origin`, or give the repository's address with --url",
            )
        return self._last.open(pointer)


def local_objects(folder: Path) -> ObjectFolder | None:
    """The objects of the repository whose work tree, or which itself (bare), is `folder`; None if it is no repository.

    A work tree that is linked to another repository finds that one's. Raises `UnsafeInputError` if `.git` is a link.
    """
    folder = folder.resolve()
    if (folder / ".git").is_symlink():
        raise UnsafeInputError(f"{folder / '.git'} is a symbolic link", next_step="Clone the repository anew")
    git = Git(folder=folder, options=("safe.directory=*",))
    where = git.run("rev-parse", "--path-format=absolute", "--git-common-dir", "--show-prefix")
    common, _, prefix = where.text.partition("\n")
    return ObjectFolder(Path(common) / "lfs" / "objects") if where.code == 0 and not prefix else None


def remote_folder(url: str) -> Path | None:
    """The folder that a repository's URL names, if it is on this machine: an absolute path or file:///path."""
    if url.startswith("/"):
        return Path(url)
    parts = urlsplit(url)
    return Path(unquote(parts.path)) if parts.scheme == "file" and parts.netloc in ("", "localhost") else None
