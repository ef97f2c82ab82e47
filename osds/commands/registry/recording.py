"""What the sweep and the watchdog write into a registry: statuses, and the events that follow from them, in one commit.

All is derived from the tip and moved by compare-and-set, beside the merger, which does the same: where another was
quicker, it is derived again. Where nothing follows, nothing is written.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from osds.commands.registry.judging import State, read_state
from osds.commands.registry.registries import Clock, read_text
from osds.edges.git_objects import OSDS, Author
from osds.edges.git_registry import Registry
from osds.errors import OutsideError
from osds.registry.changes import CHANGES_FILE, Event, append
from osds.registry.credit import commit_message
from osds.registry.status import EMPTY_BOOK, STATUS_FILE, StatusBook, parse_statuses

_TRIES = 20


@dataclass(frozen=True, kw_only=True)
class Record:
    """What is to be written: all statuses, and new events in their order."""

    book: StatusBook
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What was written. `commit` is the registry's tip afterwards; `changed` is False if nothing had to be written."""

    commit: str
    changed: bool
    record: Record


def read_book(registry: Registry) -> StatusBook:
    """The statuses at the registry's tip; none if it has no such file yet."""
    text = read_text(registry, STATUS_FILE)
    return EMPTY_BOOK if text is None else parse_statuses(text)


def record(
    registry: Registry, derive: Callable[[State, StatusBook], Record], *, clock: Clock, dry_run: bool = False
) -> Recorded:
    """Write what `derive` makes of the registry at its tip.

    `derive` may be called several times. Raises `OutsideError` if the registry cannot be written, or changes all the time.
    """
    for attempt in range(_TRIES):
        state, book = read_state(registry), read_book(registry)
        wanted = derive(state, book)
        if dry_run or not (wanted.events or wanted.book.render() != book.render()):
            return Recorded(commit=state.commit, changed=False, record=wanted)
        commit = _commit(registry, state, wanted, clock)
        if registry.compare_and_set(registry.branch, commit, state.commit):
            registry.bring_along(state.commit)
            return Recorded(commit=commit, changed=True, record=wanted)
        time.sleep(random.uniform(0, min(2, 0.05 * (attempt + 1))))  # noqa: S311 (so that rivals do not march in step)
        registry.refresh()
    raise OutsideError(f"The registry changed {_TRIES} times while osds wrote to it", next_step="Try again later")


def _commit(registry: Registry, state: State, wanted: Record, clock: Clock) -> str:
    log = state.log
    for event in wanted.events:
        log = append(log, event)
    files = {STATUS_FILE: wanted.book.render().encode(), CHANGES_FILE: log.encode()}
    return registry.commit(files, _message(wanted.events), Author(identity=OSDS, time=clock()))


def _message(events: Sequence[Event]) -> str:
    return commit_message(events, None) if events else "Note the state of datasets\n"
