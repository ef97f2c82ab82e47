"""The git of the double: real repositories, real refs for pull requests, real merges."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.edges.git_backend import GIT, git, is_ancestor, tip

__all__ = ["clone_bare", "commit_of", "git", "is_ancestor", "merge", "object_at", "ran", "take_head", "tip"]


def ran(folder: Path, *arguments: str, stdin: bytes = b"", environ: Mapping[str, str] | None = None) -> str | None:
    """The output of git, or None if it failed."""
    done = subprocess.run(
        [*GIT, "-C", str(folder), *arguments], input=stdin, capture_output=True, env=dict(environ) if environ else None
    )
    return done.stdout.decode(errors="replace").removesuffix("\n") if done.returncode == 0 else None


def clone_bare(origin: Path, folder: Path) -> None:
    """A fork: all branches, and none of the refs of pull requests."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    git(folder.parent, "init", "--quiet", "--bare", "--template=", folder.name)
    git(folder, "fetch", "--quiet", str(origin), "+refs/heads/*:refs/heads/*")


def take_head(base: Path, head: Path, ref: str, number: int) -> None:
    """Bring a pull request's commits into the repository that it asks."""
    if head == base:
        git(base, "update-ref", f"refs/pull/{number}/head", f"refs/heads/{ref}")
    else:
        git(base, "fetch", "--quiet", str(head), f"+refs/heads/{ref}:refs/pull/{number}/head")


def merge(folder: Path, base: str, head: str, message: str) -> str | None:
    """The id of a merge commit of two commits, which no branch has; None if they conflict."""
    tree = ran(folder, "merge-tree", "--write-tree", base, head)
    if tree is None:
        return None
    return git(folder, "commit-tree", tree.split("\n")[0], "-p", base, "-p", head, "-m", message)


def commit_of(folder: Path, name: str) -> str | None:
    """The id of a commit by any name of it."""
    return ran(folder, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")


def object_at(folder: Path, commit: str, path: str) -> tuple[str, str, int] | None:
    """Type, id and size of what a commit has at a path."""
    listing = ran(folder, "ls-tree", "--long", "-z", commit, "--", path)
    if not listing:
        return None
    mode_type_id_size, _, _ = listing.partition("\t")
    _, kind, name, size = mode_type_id_size.split()
    return kind, name, 0 if size == "-" else int(size)
