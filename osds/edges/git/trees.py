"""What differs between two commits, read from git's objects. Nothing is checked out, and no filter or driver runs.

A name from outside stands behind `--end-of-options`, because git takes a value such as `--output=…` as an option.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from osds.edges.git.git import Git, failure
from osds.errors import OutsideError
from osds.registry.asking import TreeChange

MAX_TREE_CHANGES = 1000  # paths; a request that changes more is refused by any of them


def find_commit(git: Git, revision: str) -> str | None:
    """The id of the commit that a revision names in this repository; None if it names none."""
    done = git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return done.text if done.code == 0 and done.text else None


def merge_base(git: Git, one: str, other: str) -> str | None:
    """The newest commit that both have in their history; None if their histories have nothing in common."""
    done = git.run("merge-base", "--end-of-options", one, other)
    if done.code not in {0, 1}:
        raise failure("merge-base", done)
    return done.text.split("\n")[0] or None


def holds(git: Git, tip: str, commit: str) -> bool:
    """True if `commit` is `tip` or in its history; False also if it is not in this repository at all."""
    return commit == tip or (find_commit(git, commit) is not None and merge_base(git, tip, commit) == commit)


def tree_changes(git: Git, before: str, after: str) -> tuple[TreeChange, ...]:
    """The paths that differ between two commits, at most `MAX_TREE_CHANGES`, with renames as a loss and a gain."""
    done = git.output(
        "diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-ext-diff", "--end-of-options", before, after
    )
    fields = done.out.decode("utf-8", "replace").split("\0")[:-1]
    if len(fields) % 2:
        raise OutsideError("git diff-tree said something that osds does not understand", next_step="Try another git")
    return tuple(_change(fields[at], fields[at + 1]) for at in range(0, min(len(fields), 2 * MAX_TREE_CHANGES), 2))


def _change(modes: str, path: str) -> TreeChange:
    """One record: `:100644 100755 0123… 0123… M`, then the path."""
    before, after, *_ = modes.removeprefix(":").split(" ")
    return TreeChange(path=path, mode_before=before, mode_after=after)


def modes(git: Git, commit: str, paths: Sequence[str]) -> dict[str, str]:
    """The modes of those paths that are there at a commit: `100644` for an ordinary file, `040000` for a folder."""
    listing = git.output("ls-tree", "-z", "--full-tree", commit, "--", *paths).out.decode("utf-8", "replace")
    entries = (entry.partition("\t") for entry in listing.split("\0") if entry)
    return {path: described.split(" ")[0] for described, _, path in entries}


def lfs_paths(git: Git, commit: str, paths: Sequence[str]) -> tuple[str, ...]:
    """Those of the paths that the `.gitattributes` at a commit hand to git-lfs, whether they are there or not."""
    with tempfile.TemporaryDirectory(prefix="osds-index-") as temporary:
        index = {"GIT_INDEX_FILE": str(Path(temporary) / "index")}
        git.output("read-tree", commit, environ=index)
        asked = "".join(f"{path}\0" for path in paths).encode()
        told = git.output("check-attr", "--cached", "--stdin", "-z", "filter", stdin=asked, environ=index)
    fields = told.out.decode("utf-8", "replace").split("\0")[:-1]
    return tuple(fields[at] for at in range(0, len(fields), 3) if fields[at + 2] == "lfs")
