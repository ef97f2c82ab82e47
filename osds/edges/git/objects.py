"""Reading and writing git's objects: files at a commit, and new commits, without ever checking anything out."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from osds.edges.git.git import Git
from osds.errors import UnsafeInputError

MAX_FILE_BYTES = 64 * 1024 * 1024  # a catalog of half a million rows

_NOT_A_NAME = re.compile(r"[<>\x00-\x1f\x7f-\x9f]")
_ORDINARY = ("100644", "100755")


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who a commit is by."""

    name: str
    email: str


OSDS = Identity(name="osds", email="osds@users.noreply.github.com")


@dataclass(frozen=True, kw_only=True)
class Author:
    """Who made a commit, and when (a time that knows its zone)."""

    identity: Identity
    time: datetime

    def environment(self) -> dict[str, str]:
        """The variables from which git takes author and committer."""
        date = f"{int(self.time.timestamp())} +0000"
        return {
            f"GIT_{role}_{key}": value
            for role in ("AUTHOR", "COMMITTER")
            for key, value in (("NAME", self.identity.name), ("EMAIL", self.identity.email), ("DATE", date))
        }


def identity(folder: Path) -> Identity:
    """The name and e-mail that the person at this computer gave to git; osds itself if there are none."""
    git = Git(folder=folder.resolve(), personal=True)
    name, email = (
        _NOT_A_NAME.sub("", git.run("config", "--get", key).text).strip() for key in ("user.name", "user.email")
    )
    return Identity(name=name, email=email) if name and email else OSDS


def read_file(git: Git, commit: str, path: str) -> bytes | None:
    """The contents of an ordinary file at `commit`; None if there is no such path.

    Raises `UnsafeInputError` if it is a link or a submodule, or larger than `MAX_FILE_BYTES`.
    """
    listing = git.output("ls-tree", "-l", "-z", "--full-tree", commit, "--", path).text.rstrip("\0")
    if not listing:
        return None
    mode, _, object_id, size = listing.partition("\t")[0].split()
    if mode not in _ORDINARY:
        raise UnsafeInputError(f"{path} is not an ordinary file (mode {mode})", next_step="Replace it by a file")
    if int(size) > MAX_FILE_BYTES:
        raise UnsafeInputError(f"{path} has {size} bytes, more than {MAX_FILE_BYTES}", next_step="Make it smaller")
    return git.output("cat-file", "blob", object_id).out


def commit_time(git: Git, commit: str) -> datetime:
    """When a commit says that it was made, UTC. Whoever makes one can say anything."""
    return datetime.fromtimestamp(int(git.output("show", "--no-patch", "--format=%ct", commit).text), UTC)


def write_commit(git: Git, parent: str | None, files: Mapping[str, bytes], message: str, author: Author) -> str:
    """The id of a new commit: `parent` with these files in place of its own. No ref and no work tree is touched."""
    blobs = {path: _write_blob(git, content) for path, content in files.items()}
    return commit_blobs(git, parent, blobs, message, author)


def commit_blobs(git: Git, parent: str | None, blobs: Mapping[str, str | None], message: str, author: Author) -> str:
    """As `write_commit`, for blobs that are in the repository already; None takes a path away."""
    with tempfile.TemporaryDirectory(prefix="osds-index-") as temporary:
        index = {"GIT_INDEX_FILE": str(Path(temporary) / "index")}
        if parent:
            git.output("read-tree", parent, environ=index)
        git.output("update-index", "-z", "--index-info", stdin=index_lines(git, parent, blobs), environ=index)
        tree = git.output("write-tree", environ=index).text
    parents = ["-p", parent] if parent else []
    return git.output("commit-tree", tree, *parents, stdin=message.encode(), environ=author.environment()).text


def index_lines(git: Git, parent: str | None, blobs: Mapping[str, str | None]) -> bytes:
    """What `git update-index -z --index-info` reads: each path with its blob and its old mode; mode 0 takes it away."""
    lines = [
        f"{_mode(git, parent, path)} {blob}\t{path}\0" if blob else f"0 {'0' * len(parent or '')}\t{path}\0"
        for path, blob in sorted(blobs.items())
    ]
    return "".join(lines).encode()


def store_blob(git: Git, file: Path, seconds: float | None = None) -> str:
    """The id of a blob with the bytes of a file as they are; no filter of git's runs, and Python holds none of them."""
    return git.output("hash-object", "-w", "--no-filters", "--", str(file), seconds=seconds).text


def _write_blob(git: Git, content: bytes) -> str:
    return git.output("hash-object", "-w", "--stdin", stdin=content).text


def _mode(git: Git, parent: str | None, path: str) -> str:
    listing = git.output("ls-tree", "-z", "--full-tree", parent, "--", path).text if parent else ""
    mode = listing.partition(" ")[0]
    return mode if mode in _ORDINARY else _ORDINARY[0]
