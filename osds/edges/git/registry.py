"""A registry as a git repository: reads at its tip, commits without a checkout, and moves a branch by compare-and-set.

A registry in a local folder is written in place. A registry elsewhere is fetched into a temporary bare repository, and
its branches are moved by pushing with a lease. Both offer the same few calls.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from osds.edges.git.file_limit import limit_files
from osds.edges.git.git import Finished, Git, Remote, failure
from osds.edges.git.objects import Author, read_file, write_commit
from osds.edges.git.trees import find_commit
from osds.edges.git.view import bring_along
from osds.errors import OutsideError, UsageError

MAIN = "main"
MAX_PULL_REQUEST = 256 * 1024 * 1024  # bytes of packed objects; a whole registry is far smaller

_BRANCH = re.compile(r"[^\s~^:?*\[\\\x00-\x20\x7f-]([^\s~^:?*\[\\\x00-\x20\x7f]{0,243})")
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
# How a server says that another push was at the same branch a moment ago.
_LOST_RACE = ("cannot lock ref", "stale info", "failed to update ref", "fetch first", "reference already exists")


class Registry:
    """What both kinds have in common. `branch` is the registry's own branch, `tip` the commit it was read at."""

    def __init__(self, git: Git, branch: str, tip: str) -> None:
        self.git = git
        self.branch = _check_branch(branch)
        self.tip = tip

    def read(self, path: str, *, commit: str | None = None) -> bytes | None:
        """A file at the tip (or at another commit that is here); None if there is none."""
        return read_file(self.git, commit or self.tip, path)

    def commit(self, files: Mapping[str, bytes], message: str, author: Author, *, parent: str | None = None) -> str:
        """The id of a new commit on the tip (or another commit) with these files changed. No branch moves yet."""
        return write_commit(self.git, parent or self.tip, files, message, author)

    def pull_request(self, number: int) -> str | None:
        """The commit at which a pull request ends now, by `refs/pull/NUMBER/head`; None if there is none."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Read the branch again; `tip` is then its current commit."""
        raise NotImplementedError

    def compare_and_set(self, branch: str, new: str, expected: str | None) -> bool:
        """Move `branch` to the commit `new` if it is at `expected` (None: does not exist). False if it is elsewhere.

        Raises `OutsideError` if it could not be moved for another reason. After an unclear failure it looks first.
        """
        raise NotImplementedError

    def bring_along(self, since: str | None) -> bool:  # noqa: ARG002 (see LocalRegistry)
        """Let a work tree follow the branch; False if a person's edits are in the way."""
        return True


class LocalRegistry(Registry):
    """A registry in a folder of this computer, bare or with a work tree. Its branch is what HEAD names."""

    @classmethod
    def open(cls, folder: Path) -> LocalRegistry:
        """Raises `UsageError` if the folder is not the top of a git repository with at least one commit."""
        git = Git(folder=folder.resolve())
        where = git.run("rev-parse", "--absolute-git-dir")
        if where.code != 0:
            if "dubious ownership" in where.problem:
                raise failure("rev-parse", where)
            raise UsageError(f"{str(folder)!r} is not a git repository", next_step=_MAKE_ONE)
        head = git.run("symbolic-ref", "--quiet", "HEAD")
        if head.code != 0 or not head.text.startswith("refs/heads/"):
            raise UsageError(f"{str(folder)!r} is not on a branch", next_step="Check out the registry's branch there")
        registry = cls(git, head.text.removeprefix("refs/heads/"), "")
        registry.refresh()
        return registry

    def refresh(self) -> None:
        tip = self._at(self.branch)
        if tip is None:
            raise UsageError(f"The registry in {str(self.git.folder)!r} has no commit", next_step=_MAKE_ONE)
        self.tip = tip

    def compare_and_set(self, branch: str, new: str, expected: str | None) -> bool:
        ref = f"refs/heads/{_check_branch(branch)}"
        done = self.git.run("update-ref", "-m", "osds", ref, _check_commit(new), expected or "0" * len(new))
        return done.code == 0 or _look(done, self._at(branch), new, expected, None)

    def pull_request(self, number: int) -> str | None:
        return find_commit(self.git, f"refs/pull/{number:d}/head")

    def bring_along(self, since: str | None) -> bool:
        return bring_along(self.git, since)

    def _at(self, branch: str) -> str | None:
        return self.git.run("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}^{{commit}}").text or None


class RemoteRegistry(Registry):
    """A registry elsewhere, read into a temporary bare repository that the caller throws away."""

    def __init__(self, git: Git, branch: str, remote: Remote, depth: int | None) -> None:
        super().__init__(git, branch, "")
        self.remote = remote
        self.depth = depth

    def refresh(self) -> None:
        self.tip = self._fetch(self.remote, self.branch)

    def fetch(self, remote: Remote, branch: str) -> str | None:
        """The tip of a branch of any repository, after fetching it; None if there is no such branch."""
        return self._fetch(remote, branch) if _remote_tip(self.git, remote, branch) else None

    def _fetch(self, remote: Remote, branch: str) -> str:
        depth = [f"--depth={self.depth}"] if self.depth else []
        options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", *depth)
        ref = f"refs/osds/{_check_branch(branch)}"
        done = self.git.run("fetch", *options, "--", remote.url, f"+refs/heads/{branch}:{ref}", remote=remote)
        if "couldn't find remote ref" in done.problem:
            raise UsageError(f"The registry {remote.url} has no branch {branch!r} with a commit", next_step=_MAKE_ONE)
        if done.code != 0:
            raise failure("fetch", done, remote)
        return self.git.output("rev-parse", "--verify", f"{ref}^{{commit}}").text

    def pull_request(self, number: int) -> str | None:
        ref, here = f"refs/pull/{number:d}/head", f"refs/osds/pull/{number:d}"
        bounded = replace(self.git, guard=limit_files(MAX_PULL_REQUEST))
        fetch = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")
        done = bounded.run(*fetch, "--", self.remote.url, f"+{ref}:{here}", remote=self.remote)
        if done.code != 0 and "couldn't find remote ref" in done.problem:
            return None
        if done.code != 0:
            raise failure("fetch", done, self.remote)
        return find_commit(self.git, here)

    def exists(self, remote: Remote) -> bool:
        """True if git can read a repository there that has a commit: GitHub makes a fork before it fills it."""
        done = self.git.run("ls-remote", "--exit-code", "--quiet", "--", remote.url, "HEAD", remote=remote)
        return done.code == 0

    def compare_and_set(self, branch: str, new: str, expected: str | None) -> bool:
        return self.push(self.remote, branch, new, expected)

    def push(self, remote: Remote, branch: str, new: str, expected: str | None) -> bool:
        """`compare_and_set` on a branch of any repository."""
        ref = f"refs/heads/{_check_branch(branch)}"
        lease = f"--force-with-lease={ref}:{expected or ''}"
        refspec = f"{_check_commit(new)}:{ref}"
        done = self.git.run("push", "--quiet", "--no-verify", lease, "--", remote.url, refspec, remote=remote)
        return done.code == 0 or _look(done, _remote_tip(self.git, remote, branch), new, expected, remote)


@contextmanager
def open_registry(
    location: str | Path, *, token: str | None = None, branch: str | None = None, depth: int | None = 1
) -> Iterator[Registry]:
    """The registry in a local folder (a `Path`), or at a URL.

    A URL is fetched at `branch` (default: the one that HEAD names), `depth` commits deep, all of them with None.
    Raises `UsageError` if there is no registry there, `OutsideError` if it cannot be reached.
    """
    if isinstance(location, Path):
        yield LocalRegistry.open(location)
        return
    with open_remote(Remote.parse(location, token=token), branch=branch, depth=depth) as registry:
        yield registry


@contextmanager
def open_remote(remote: Remote, *, branch: str | None = None, depth: int | None = 1) -> Iterator[RemoteRegistry]:
    """As `open_registry`, for a URL."""
    with tempfile.TemporaryDirectory(prefix="osds-registry-") as temporary:
        git = Git(folder=Path(temporary).resolve())
        git.output("init", "--quiet", "--bare", "--template=")
        registry = RemoteRegistry(git, branch or _default_branch(git, remote), remote, depth)
        registry.refresh()
        yield registry


def init_repository(folder: Path, files: Mapping[str, bytes], message: str, author: Author) -> str:
    """A git repository in `folder` whose first commit, on the branch `main`, holds `files`; the commit's id.

    A repository without a commit is taken as it is. Raises `OutsideError` if another run made the first commit.
    """
    git = Git(folder=folder.resolve())
    git.output("init", "--quiet", "--template=", f"--initial-branch={MAIN}")
    new = write_commit(git, None, files, message, author)
    git.output("update-ref", "-m", "osds", "HEAD", new, "0" * len(new))
    if not bring_along(git, None):
        raise OutsideError(
            f"The files in {str(folder)!r} are not those of its first commit",
            next_step="Move them away and run `git reset --hard` there",
        )
    return new


def _default_branch(git: Git, remote: Remote) -> str:
    listing = git.output("ls-remote", "--symref", "--", remote.url, "HEAD", remote=remote).text
    match = re.match(r"ref: refs/heads/(\S+)\tHEAD\n", listing)
    if match is None:
        raise UsageError(f"The registry {remote.url} has no commit", next_step=_MAKE_ONE)
    return match[1]


def _remote_tip(git: Git, remote: Remote, branch: str) -> str | None:
    ref = f"refs/heads/{_check_branch(branch)}"
    listing = git.output("ls-remote", "--", remote.url, ref, remote=remote).text
    found = (line.split("\t") for line in listing.split("\n") if "\t" in line)
    return next((_check_commit(commit) for commit, name in found if name == ref), None)


def _look(done: Finished, now: str | None, new: str, expected: str | None, remote: Remote | None) -> bool:
    """What a failed move of a branch means, by where the branch is `now`: done after all, lost a race, or an error."""
    if now == new:
        return True
    if now != expected or (remote and any(sign in done.problem for sign in _LOST_RACE)):
        return False
    raise failure("push" if remote else "update-ref", done, remote)


def _check_branch(branch: str) -> str:
    if _BRANCH.fullmatch(branch) and ".." not in branch and "@{" not in branch:
        return branch
    raise UsageError(f"{branch[:100]!r} cannot be the name of a branch", next_step="Rename the registry's branch")


def _check_commit(commit: str) -> str:
    if _COMMIT.fullmatch(commit):
        return commit
    raise OutsideError(f"git named the commit {commit[:80]!r}", next_step="Try again with another version of git")


_MAKE_ONE = "`osds registry init FOLDER` makes a new registry"
