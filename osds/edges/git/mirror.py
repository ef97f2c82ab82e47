"""A copy of somebody's whole repository, made and read without ever checking anything out.

It is bare and temporary, and may not grow beyond a limit. Of the repository come branches and tags; nothing that is in
them is run: no hooks, no filters, no submodules, no git-lfs.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from osds.dataset.lfs import MAX_POINTER_BYTES, Pointer, read_pointer
from osds.edges.git.git import Finished, Git, Remote, failure
from osds.edges.web.https import BrokenOffError, Reach
from osds.edges.web.lfs import remote_folder
from osds.errors import OutsideError, UnsafeInputError
from osds.store.backup import Snapshot

_SECONDS = 3600.0
_KINDS = ("refs/heads/*", "refs/tags/*")
_OURS = ("refs/heads/", "refs/tags/")
_HEAD = "refs/osds/head"
_MOST_REFS = 20_000
_MOST_OBJECTS = 3_000_000  # 60 bytes each, in memory
_BATCH = 10_000  # small files, in memory
_LOOK_EVERY = 0.1  # seconds
# How servers say that a repository is not there, to somebody whom they do not tell more. GitHub asks for a login.
_GONE = (
    "not found",
    "does not appear to be a git repository",
    "could not read Username",
    "does not exist",
    "error: 410",
)


class GoneError(OutsideError):
    """Raised if there is no repository, as far as its server tells."""


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """The repository at `url`: https, or the absolute path or file URL of one on this machine. The token is for its host.

    `seconds` is how long one command of git may take.
    """

    url: str
    token: str | None = field(default=None, repr=False)
    reach: Reach = field(default_factory=Reach)
    seconds: float = _SECONDS

    @property
    def folder(self) -> Path | None:
        """Where it is, if that is on this machine."""
        return remote_folder(self.url)

    def run(self, git: Git, verb: str, *arguments: str, patterns: Collection[str]) -> Finished:
        """Run a git command that reads from it.

        Raises `UnsafeInputError` for a folder whose `.git` is a link, and for a host at an address that is not public.
        """
        folder = self.folder
        if folder is None:
            remote = Remote(url=self.url, token=self.token)
            parts = self.reach.check(self.url)
            with suppress(BrokenOffError):  # where a proxy knows the name, git still gets there
                self.reach.resolve(parts.hostname or "", parts.port or 443)
            return git.run(verb, *arguments, "--", remote.url, *patterns, remote=remote, seconds=self.seconds)
        if (folder / ".git").is_symlink():
            raise UnsafeInputError(f"{folder / '.git'} is a symbolic link", next_step="Give the repository itself")
        environ = {"GIT_ALLOW_PROTOCOL": "file"}
        address = folder.absolute().as_uri()
        return git.run(verb, *arguments, "--", address, *patterns, environ=environ, seconds=self.seconds)


class Mirror:
    """The copy. `limit` is in bytes, of all that git writes."""

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder = folder
        self.limit = limit
        self.over = False
        self.git = Git(folder=folder, options=("http.followRedirects=false",), guard=self._guard)

    def look(self, upstream: Upstream) -> Snapshot:
        """What the repository refers to now. Raises `GoneError` if there is none, or if it has no branch and no tag."""
        if upstream.folder is not None and not upstream.folder.is_dir():
            raise GoneError(f"There is no folder {str(upstream.folder)!r}", next_step=_LOOK)
        done = upstream.run(self.git, "ls-remote", "--symref", "--quiet", patterns=("HEAD", *_KINDS))
        if done.code != 0:
            if any(sign in done.problem for sign in _GONE):
                raise GoneError(f"There is no repository at {upstream.url}: {done.problem}", next_step=_LOOK)
            raise failure("ls-remote", done)
        snapshot = _read_refs(done.text)
        if not snapshot.refs:
            raise GoneError(f"The repository at {upstream.url} is empty", next_step=_LOOK)
        return snapshot

    def fetch(self, upstream: Upstream, seen: Snapshot) -> Snapshot:
        """Copy the repository, of which `look` has `seen` what it refers to a moment ago; what it refers to now.

        Raises `UnsafeInputError` if it is larger than the limit.
        """
        self._fetch(upstream, seen, "--prune", patterns=[f"+{kind}:{kind}" for kind in _KINDS])
        listed = self.git.output("for-each-ref", "--format=%(objectname) %(refname)").text.splitlines()
        refs = {name: oid for oid, _, name in (line.partition(" ") for line in listed)}
        return Snapshot(head=seen.head if seen.head in refs else None, refs=refs)

    def fetch_head(self, upstream: Upstream, seen: Snapshot) -> str:
        """Copy the newest commit of the default branch and nothing before it. Its id. Raises as `fetch` does."""
        self._fetch(upstream, seen, "--depth=1", patterns=[f"+HEAD:{_HEAD}"])
        return self.git.output("rev-parse", "--verify", f"{_HEAD}^{{commit}}").text

    def _fetch(self, upstream: Upstream, seen: Snapshot, *options: str, patterns: Collection[str]) -> None:
        make_repository(self.git, seen, "--bare")
        always = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")
        done = upstream.run(self.git, "fetch", *always, *options, patterns=patterns)
        if self.over:
            raise UnsafeInputError(
                f"The repository at {upstream.url} has more than {self.limit:,} bytes",
                next_step="Allow more with --max-size, for instance 50GB",
            )
        if done.code != 0:
            raise failure("fetch", done)

    def pointers(self) -> list[Pointer]:
        """The git-lfs pointers in all commits, sorted by oid, each once."""
        count = re.search(r"^in-pack: ([0-9]+)$", self.git.output("count-objects", "-v").text, re.MULTILINE)
        if count is None or int(count[1]) > _MOST_OBJECTS:
            raise UnsafeInputError(f"The repository has more than {_MOST_OBJECTS:,} objects, too many to look through")
        listed = self.git.output(
            "cat-file", "--batch-check=%(objecttype) %(objectsize) %(objectname)", "--batch-all-objects"
        )
        small = [oid for kind, size, oid in map(str.split, listed.text.splitlines()) if _may_point(kind, int(size))]
        found = {pointer for content in _contents(self.git, small) if (pointer := read_pointer(content)) is not None}
        return sorted(found, key=lambda pointer: (pointer.oid, pointer.size))

    def bundle(self, path: Path, refs: Mapping[str, str], known: Collection[str]) -> bool:
        """Write a bundle of all that `refs` reach and `known` objects do not; False if there is nothing.

        Objects that this repository does not have (any more) are left out of `known`.
        """
        listed = self.git.output("cat-file", "--batch-check", stdin="".join(f"{oid}\n" for oid in known).encode()).text
        present = [line.split()[0] for line in listed.splitlines() if not line.endswith(" missing")]
        wanted = "".join(f"{line}\n" for line in (*refs, *(f"^{oid}" for oid in present))).encode()
        if not self.git.output("rev-list", "--objects", "--max-count=1", "--stdin", stdin=wanted).out:
            return False
        command = ("bundle", "create", "--quiet", str(path), "--stdin")
        done = self.git.run("-c", "pack.threads=1", *command, stdin=wanted, seconds=_SECONDS)
        if done.code != 0:
            raise failure("bundle", done)
        return True

    @contextmanager
    def _guard(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """End git when the folder has grown beyond the limit."""
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(_LOOK_EVERY):
                if _size(self.folder) > self.limit:
                    self.over = True
                    with suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)
                    return

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            ended.set()
            watcher.join()
            self.over = self.over or _size(self.folder) > self.limit


@contextmanager
def open_mirror(limit: int) -> Iterator[Mirror]:
    """A mirror that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="osds-mirror-", ignore_cleanup_errors=True) as folder:
        yield Mirror(Path(folder), limit)


def make_repository(git: Git, snapshot: Snapshot, *options: str) -> None:
    """Make an empty repository for the kind of object ids that the snapshot has."""
    form = "sha256" if any(len(oid) == 64 for oid in snapshot.refs.values()) else "sha1"
    git.output("init", "--quiet", "--template=", f"--object-format={form}", *options)


@dataclass(frozen=True, kw_only=True)
class Tree:
    """The files of a commit: the bytes of all of them together, and by path the git-lfs pointers among the ordinary ones."""

    bytes: int
    pointers: Mapping[str, Pointer]


def read_tree(git: Git, commit: str) -> Tree:
    """What a commit holds."""
    listed = git.output("ls-tree", "-r", "-l", "-z", "--full-tree", commit).out.decode("utf-8", "surrogateescape")
    small, total = {}, 0
    for line in filter(None, listed.split("\0")):
        facts, _, path = line.partition("\t")
        mode, kind, oid, size = facts.split()
        total += int(size) if kind == "blob" else 0
        if mode in ("100644", "100755") and _may_point(kind, int(size)):
            small[path] = oid
    contents = zip(small, _contents(git, list(small.values())), strict=True)
    found = {path: pointer for path, content in contents if (pointer := read_pointer(content)) is not None}
    return Tree(bytes=total, pointers=found)


def _may_point(kind: str, size: int) -> bool:
    return kind == "blob" and size <= MAX_POINTER_BYTES


def _contents(git: Git, oids: list[str]) -> Iterator[bytes]:
    """The contents of these small objects, in their order."""
    for start in range(0, len(oids), _BATCH):
        asked = "".join(f"{oid}\n" for oid in oids[start : start + _BATCH]).encode()
        out = git.output("cat-file", "--batch", stdin=asked).out
        place = 0
        while place < len(out):
            end = out.index(b"\n", place)
            size = int(out[place:end].split()[2])
            yield out[end + 1 : end + 1 + size]
            place = end + 1 + size + 1


def _read_refs(text: str) -> Snapshot:
    """The output of `git ls-remote --symref`."""
    head, refs = None, {}
    for line in text.splitlines():
        value, _, name = line.partition("\t")
        if value.startswith("ref: ") and name == "HEAD":
            head = value.removeprefix("ref: ")
        elif name.startswith(_OURS) and not name.endswith("^{}"):  # git finds patterns at the end of any name
            refs[name] = value
    if len(refs) > _MOST_REFS:
        raise UnsafeInputError(f"The repository has {len(refs):,} branches and tags, more than {_MOST_REFS:,}")
    return Snapshot(head=head if head in refs else None, refs=refs)


def _size(folder: Path) -> int:
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):  # git moves its temporary files
                size += (Path(parent) / name).stat().st_size
    return size


_LOOK = "Check its address; if it is gone, what was backed up before is kept"
