"""`osds registry check`: what the merger would decide on a pull request or a branch. It is advice, and writes no row."""

from __future__ import annotations

from datetime import datetime

from osds.commands.registry.judging import Judge, Judged, read_state
from osds.edges.git.trees import find_commit
from osds.errors import UsageError
from osds.registry.decision import Decision, decide
from osds.registry.forge import Forge
from osds.registry.notice import our_comment, render_notice


def check_pull_request(judge: Judge, forge: Forge, number: int, *, now: datetime, comment: bool) -> Decision:
    """The decision on a pull request of the forge. With `comment` it is told there, in the one comment of ours.

    Raises `UsageError` if there is no such pull request, `OutsideError` if forge or registry do not answer.
    """
    request = forge.pull_request(number)
    state = read_state(judge.registry)
    rows = len(state.catalog.rows)
    judged = judge.judge(state, request, forge.conversation(request), now=now, rows=rows)
    if comment:
        _tell(judged, forge)
    return judged.decision


def _tell(judged: Judged, forge: Forge) -> None:
    body = f"{judged.seen.marker}\n{render_notice(judged.decision, registry=forge.registry)}"
    ours = our_comment(judged.conversation.comments)
    if ours is None:
        forge.comment(judged.request.number, body)
    elif ours.body != body:
        forge.edit_comment(ours, body)


def check_commits(judge: Judge, *, head: str, base: str | None, now: datetime) -> Decision:
    """The decision on a commit of the registry's repository, as if it were asked for on top of `base` by nobody known.

    Raises `UsageError` if one of the revisions names no commit.
    """
    registry = judge.registry
    registry.tip = _commit(judge, base) if base else registry.tip
    state = read_state(registry)
    return decide(judge.case(state, judge.compare(state, _commit(judge, head)), None, now))


def check_fetched(judge: Judge, number: int, *, now: datetime) -> Decision:
    """The decision on a pull request of which nothing is known but its commits: without a token nobody says who asks."""
    head = judge.registry.pull_request(number)
    if head is None:
        raise UsageError(f"The registry has no pull request {number}", next_step="Look for its number on its page")
    state = read_state(judge.registry)
    return decide(judge.case(state, judge.compare(state, head), None, now))


def _commit(judge: Judge, revision: str) -> str:
    found = find_commit(judge.registry.git, revision)
    if found is None:
        raise UsageError(
            f"The registry has no commit {revision[:100]!r}", next_step="Give a branch, a tag or the id of a commit"
        )
    return found
