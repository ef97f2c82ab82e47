"""A dataset's folder as it was at a git revision: its files, without checking anything out, and where git keeps our notes.

The revision is text from outside: it stands behind `--end-of-options` and must name one commit. Nothing is fetched, also not
in a partial clone; what is not here reads as not there.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from osds.dataset.lfs import MAX_POINTER_BYTES, read_pointer
from osds.edges.git.git import Git
from osds.errors import UsageError

MAX_REVISION = 1000  # characters
_ORDINARY = ("100644", "100755")
_WRITE_SECONDS = 1800.0
_FULL_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_NO_FETCH = {"GIT_NO_LAZY_FETCH": "1"}


@dataclass(frozen=True, kw_only=True)
class Hashes:
    """A file's SHA-256, which is also its git-lfs oid, and what git would call its bytes as a blob.

    The latter is explained in https://git-scm.com/book/en/v2/Git-Internals-Git-Objects.
    """

    sha256: str
    blob: str


@dataclass(frozen=True, kw_only=True)
class Past:
    """The folder `folder` at `commit`; `prefix` is its path in the repository, ending with a slash unless empty."""

    git: Git
    folder: Path
    prefix: str
    commit: str

    def read(self, path: str, limit: int) -> bytes | None:
        """A file's bytes; None if there is no such ordinary file, or it is larger than `limit` bytes."""
        found = self._entry(path)
        if found is None or found[1] > limit:
            return None
        done = self.git.run("cat-file", "blob", found[0], environ=_NO_FETCH)
        return done.out if done.code == 0 else None

    def hashes(self, path: str) -> Hashes:
        """What the file has now, read once."""
        place = self.folder / path
        sha256 = hashlib.sha256()
        blob = hashlib.new("sha1" if len(self.commit) == 40 else "sha256", usedforsecurity=False)
        blob.update(f"blob {place.stat().st_size}\0".encode())
        with place.open("rb") as file:
            while block := file.read(1 << 20):
                sha256.update(block)
                blob.update(block)
        return Hashes(sha256=sha256.hexdigest(), blob=blob.hexdigest())

    def has(self, path: str, now: Hashes) -> bool:
        """True if the file had, byte for byte, what it has now.

        A git-lfs pointer then stands for the file it points to.
        """
        found = self._entry(path)
        if found is None:
            return False
        if found[1] <= MAX_POINTER_BYTES:
            pointer = read_pointer(self.read(path, MAX_POINTER_BYTES) or b"")
            if pointer is not None:
                return pointer.oid == now.sha256
        return found[0] == now.blob

    def exists(self, path: str) -> bool:
        """True if there was an ordinary file."""
        return self._entry(path) is not None

    def write_out(self, paths: Iterable[str], target: Path) -> None:
        """Write ordinary files as they were into the folder `target`; what was no file then is left out.

        Their bytes are those of the commit, whatever `.gitattributes` and the configuration of the clone say of line ends.
        """
        found = {path: self._entry(path) for path in paths}
        wanted = {path: entry[0] for path, entry in found.items() if entry is not None}
        plain = replace(self.git, options=(*self.git.options, "core.autocrlf=false"))
        with tempfile.TemporaryDirectory(prefix="osds-past-") as scratch:
            # An index and a work tree of these files alone: where no .gitattributes is, no filter runs.
            environ = {**_NO_FETCH, "GIT_INDEX_FILE": str(Path(scratch) / "index")}
            environ |= {"GIT_WORK_TREE": str(target.resolve()), "GIT_DIR": self._git_dir}
            lines = "".join(f"100644 {object_id}\t{path}\0" for path, object_id in wanted.items())
            plain.output("update-index", "-z", "--index-info", stdin=lines.encode(), environ=environ)
            plain.output("checkout-index", "--all", environ=environ, seconds=_WRITE_SECONDS)

    @property
    def _git_dir(self) -> str:
        return self.git.output("rev-parse", "--absolute-git-dir").text

    def notes(self, name: str) -> Path:
        """A place for files of ours beside git's own, which no commit and no checkout touches."""
        return self.git.folder / self.git.output("rev-parse", "--git-path", f"osds/{name}").text

    def _entry(self, path: str) -> tuple[str, int] | None:
        """Object id and size of an ordinary file."""
        done = self.git.run(
            "ls-tree", "-l", "-z", "--full-tree", self.commit, "--", f"{self.prefix}{path}", environ=_NO_FETCH
        )
        entry = done.text.rstrip("\0")
        if done.code != 0 or "\0" in entry or not entry:
            return None
        mode, _, object_id, size = entry.partition("\t")[0].split()
        return (object_id, int(size)) if mode in _ORDINARY and size.isdigit() else None


def past_of(folder: Path, revision: str) -> Past:
    """The folder at a revision. Raises `UsageError` if there is no git, no repository, or no such revision in it."""
    folder = folder.resolve()
    top = _top(folder)
    leave_out = "leave out --changed-since to check everything"
    if top is None:
        raise UsageError(f"{str(folder)!r} is in no git repository", next_step=f"Run it in a clone, or {leave_out}")
    # Reading names and objects runs nothing from the repository's configuration, so its owner does not matter (containers).
    git = Git(folder=top, options=("safe.directory=*", "core.quotePath=false"))
    commit = ""
    if len(revision) <= MAX_REVISION and "\0" not in revision:
        wanted = ("--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        commit = git.run("rev-parse", *wanted, environ=_NO_FETCH).text
    if not commit:
        shallow = git.run("rev-parse", "--is-shallow-repository").text == "true"
        fetch = "this clone is shallow: check out with `fetch-depth: 0`, or `git fetch --unshallow`"
        hint = fetch if shallow else "check its name, or fetch it"
        raise UsageError(
            f"There is no revision {revision[:100]!r} in {str(top)!r}", next_step=f"{hint.capitalize()}; or {leave_out}"
        )
    inside = PurePosixPath(folder.relative_to(top).as_posix())
    return Past(git=git, folder=folder, prefix="" if inside == PurePosixPath() else f"{inside}/", commit=commit)


def is_before(folder: Path, commit: str, later: str) -> bool:
    """True if the repository of `folder` knows that one commit came before the other; both are full ids.

    A shallow clone does not know what it does not have, and nothing is fetched.
    """
    top = _top(folder.resolve())
    if top is None or commit == later or not (_FULL_ID.fullmatch(commit) and _FULL_ID.fullmatch(later)):
        return False
    git = Git(folder=top, options=("safe.directory=*",))
    return git.run("merge-base", "--is-ancestor", commit, later, environ=_NO_FETCH).code == 0


def _top(folder: Path) -> Path | None:
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)
