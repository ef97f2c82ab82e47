"""The work tree of a local registry, which is only a view: the branch is the truth.

A commit moves the branch first and the work tree after it. A run that was killed in between leaves an index that is
exactly the tree of an earlier commit; the next run finds that and brings the view along. Edits of a person are kept:
git itself refuses to move over them, and then the view stays as it is and osds says so.
"""

from __future__ import annotations

import random
import time

from osds.edges.git.git import Finished, Git

_BEHIND = 64  # commits that a view may lag: more registrations than can be under way at once
_TRIES = 100


def bring_along(git: Git, since: str | None) -> bool:
    """Move index and work tree to HEAD. False if a person's edits are in the way, and then nothing was moved.

    `since` is the commit from which this run moved the branch, if it did: the view is moved from there even when the
    person has staged something else.
    """
    if git.output("rev-parse", "--is-inside-work-tree").text != "true":
        return True
    for _ in range(_TRIES):
        head, base = _head_and_base(git)
        if base == head or (base is None and since is None):
            return True
        moved = _move(git, base or since or head, head)
        if moved.code == 0 and base is None:
            return True
        if moved.code != 0 and ".lock" not in moved.problem and _head_and_base(git) == (head, base):
            return False
        time.sleep(random.uniform(0, 0.02))  # noqa: S311 (another run may be moving the same view)
    return False


def _move(git: Git, start: str, head: str) -> Finished:
    command = ("read-tree", "-m", "-u", start, head)
    moved = git.run(*command)
    if moved.code == 0:
        return moved
    git.run("update-index", "-q", "--refresh")  # a file that was only touched does not count as edited
    return git.run(*command)


def _head_and_base(git: Git) -> tuple[str, str | None]:
    """HEAD, and the commit (or the empty tree) whose tree is the index: HEAD if the view is current, None if edited."""
    history = git.output("rev-list", "--first-parent", f"--max-count={_BEHIND}", "HEAD").text.split("\n")
    for commit in history:
        if _index_is(git, commit):
            return history[0], commit
    empty = git.output("mktree").text
    return history[0], empty if len(history) < _BEHIND and _index_is(git, empty) else None


def _index_is(git: Git, tree: str) -> bool:
    return git.run("diff-index", "--cached", "--quiet", tree).code == 0
