"""What a look at a dataset's repository says of the runs that its schedule promises: values in, troubles out.

The watchdog stands outside the repositories that it watches, because a schedule that GitHub has switched off cannot tell.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from osds.registry.changes import timestamp
from osds.registry.forge import DatasetRepository
from osds.registry.policy import Policy
from osds.registry.status import Status, Trouble
from osds.registry.troubles import Observed, observe
from osds.registry.urls import comparable_url
from osds.workflows.schedule import Line, missed

WATCHED: Final = frozenset({Trouble.GONE, Trouble.MOVED, Trouble.SILENT, Trouble.FAILING, Trouble.DISABLED})

_RUNS = frozenset({Trouble.SILENT, Trouble.FAILING})
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._/-]{1,100}")
_FAILED = frozenset({"failure", "timed_out", "startup_failure"})
_MAX_LINES = 20
_QUIET = timedelta(days=30)  # half of what GitHub waits


class State(StrEnum):
    """Whether GitHub starts a workflow. States that it adds one day count as active."""

    ACTIVE = "active"
    DELETED = "deleted"
    INACTIVITY = "disabled_inactivity"  # by GitHub, after 60 days without a commit
    MANUALLY = "disabled_manually"  # by a person, whose word it is
    FORK = "disabled_fork"  # by GitHub, in a new fork


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run that a schedule started. `conclusion` is empty while it runs."""

    created: datetime
    conclusion: str = ""


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A workflow that calls osds on a schedule. `since` is when it was made, or switched on or off last."""

    id: int
    path: str
    state: State
    since: datetime
    lines: tuple[Line, ...]
    runs: tuple[Run, ...] = ()  # the newest ones


class Switched(StrEnum):
    """What became of a workflow that GitHub had switched off, or was about to."""

    ON = "osds switched it on again"
    AWAKE = "osds told GitHub to keep it on although nothing changes"
    MAY_NOT = "osds may not switch it on there, but its owner can, on the page Actions"


@dataclass(frozen=True, kw_only=True)
class Look:
    """What GitHub said of one dataset. `repository` is None if it shows none.

    `promises` is None if the workflows could not be read; `switched` is by the workflow's path.
    """

    repository: DatasetRepository | None
    promises: tuple[Promise, ...] | None = None
    switched: Mapping[str, Switched] | None = None


def judge(status: Status, repository_id: str, look: Look, *, now: datetime, policy: Policy) -> Observed:
    """The dataset after a look. `repository_id` is the catalog's, empty if it has none; `now` must know its zone."""
    gone = _gone(look, repository_id)
    if gone or look.repository is None:
        return observe(status, {Trouble.GONE: gone}, {Trouble.GONE}, now=now, policy=policy)
    seen = _moved(status, look.repository)
    if look.promises is None:
        return observe(status, seen, {Trouble.GONE, Trouble.MOVED}, now=now, policy=policy)
    last = last_run(status, look.promises, now)
    lines = sorted({line for promise in look.promises for line in promise.lines})[:_MAX_LINES]
    status = replace(status, rhythm=tuple(map(str, lines)), last_run=timestamp(last) if last else "")
    off = [promise for promise in look.promises if promise.state is not State.ACTIVE]
    if off:
        seen[Trouble.DISABLED] = _disabled(off, look.switched or {})
    else:
        seen |= _of_runs(look.promises, last, now)
    return observe(status, seen, WATCHED - (_RUNS if off else frozenset()), now=now, policy=policy)


def is_gone(look: Look, repository_id: str) -> bool:
    """True if the dataset's repository is not to be seen any more."""
    return bool(_gone(look, repository_id))


def to_switch_on(promises: Iterable[Promise]) -> tuple[Promise, ...]:
    """The workflows that GitHub switched off by itself because nothing happened. A person's decision stays."""
    return tuple(promise for promise in promises if promise.state is State.INACTIVITY)


def to_keep_awake(promises: Iterable[Promise], last_commit: datetime, now: datetime) -> tuple[Promise, ...]:
    """The workflows that GitHub would switch off within a month if nothing happened: switching them on counts anew.

    https://github.com/gautamkrishnar/keepalive-workflow/issues/56 (GitHub does not describe it)
    """
    if now - last_commit < _QUIET:
        return ()
    return tuple(p for p in promises if p.state is State.ACTIVE and now - p.since >= _QUIET)


def last_run(status: Status, promises: Collection[Promise], now: datetime) -> datetime | None:
    """The newest run of a schedule that was ever seen; GitHub forgets runs, and a time to come is nobody's run."""
    known = datetime.strptime(status.last_run, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) if status.last_run else None
    seen = [run.created for promise in promises for run in promise.runs]
    return max([*seen, *([known] if known is not None and known <= now else [])], default=None)


def _gone(look: Look, repository_id: str) -> str:
    if look.repository is None:
        return "GitHub shows no repository there: it was deleted or made private"
    if not look.repository.public:
        return "its repository is private"
    if repository_id not in {"", str(look.repository.id)}:
        return "its repository is gone, and another one has its address"
    return ""


def _moved(status: Status, repository: DatasetRepository) -> dict[Trouble, str]:
    same = comparable_url(status.url) == comparable_url(repository.url)
    return {} if same else {Trouble.MOVED: f"its repository is now {repository.url}"}


def _of_runs(promises: Collection[Promise], last: datetime | None, now: datetime) -> dict[Trouble, str]:
    seen: dict[Trouble, str] = {}
    for promise in promises:
        own = max([run.created for run in promise.runs], default=last if len(promises) == 1 else None)
        since = max(promise.since, own) if own else promise.since
        due = missed(promise.lines, since, now)
        if due is not None:
            before = f"its last run was on {own:%Y-%m-%d}" if own else "it has not run yet"
            seen.setdefault(
                Trouble.SILENT, f"{_name(promise)} should have run on {due:%Y-%m-%d at %H:%M} UTC; {before}"
            )
        if _fails(promise):
            seen.setdefault(Trouble.FAILING, f"{_name(promise)} fails when its schedule starts it")
    return seen


def _fails(promise: Promise) -> bool:
    """True if the newest run that says something failed; one that was cancelled or skipped says nothing."""
    ended = sorted(
        (run for run in promise.runs if run.conclusion in {"success", *_FAILED}), key=lambda run: run.created
    )
    return bool(ended) and ended[-1].conclusion in _FAILED


def _disabled(off: Collection[Promise], switched: Mapping[str, Switched]) -> str:
    first, *more = sorted(off, key=lambda promise: promise.path)
    also = f" and {len(more)} more" if more else ""
    if first.state is State.INACTIVITY:
        done = switched.get(first.path, Switched.MAY_NOT)
        return f"GitHub switched {_name(first)}{also} off after 60 days without a commit; {done}"
    if first.state is State.FORK:
        return (
            f"GitHub keeps {_name(first)}{also} off as in every fork; its owner can switch it on, on the page Actions"
        )
    return f"{_name(first)}{also} was switched off by hand"


def _name(promise: Promise) -> str:
    """The path of a workflow where it is harmless, which the paths that osds proposes are."""
    return promise.path if _PLAIN_PATH.fullmatch(promise.path) else "its workflow"
