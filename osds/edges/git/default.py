"""What git remembers of a remote's default branch, without asking the remote."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from osds.edges.git.git import Git

_USUAL = ("main", "master")


@dataclass(frozen=True, kw_only=True)
class DefaultBranch:
    """The default branch of `origin` as it was last fetched or pushed, and the paths below one folder on it."""

    name: str
    paths: frozenset[str]


def default_branch(folder: Path, below: str) -> DefaultBranch | None:
    """The default branch of the repository whose top is `folder`; None if git does not know it."""
    git = Git(folder=folder.resolve(), options=("safe.directory=*",))
    head = git.run("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD")
    names = [head.text.removeprefix("origin/")] if head.code == 0 else [name for name in _USUAL if _has(git, name)]
    if len(names) != 1:
        return None
    listed = git.run("ls-tree", "-r", "-z", "--name-only", f"refs/remotes/origin/{names[0]}", "--", below)
    if listed.code != 0:
        return None
    return DefaultBranch(name=names[0], paths=frozenset(filter(None, listed.text.split("\0"))))


def _has(git: Git, name: str) -> bool:
    return git.run("rev-parse", "--verify", "--quiet", f"refs/remotes/origin/{name}").code == 0
