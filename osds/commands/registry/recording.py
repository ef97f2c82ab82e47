"""What the sweep and the watchdog write into a registry: statuses, and the events that follow from them, in one commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from osds.commands.registry.changing import Wanted, write
from osds.commands.registry.judging import State, read_state
from osds.commands.registry.registries import Clock, read_text
from osds.edges.git.registry import Registry
from osds.registry.changes import CHANGES_FILE, Event, append
from osds.registry.credit import commit_message
from osds.registry.status import EMPTY_BOOK, STATUS_FILE, StatusBook, parse_statuses


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

    def wanted() -> Wanted[Record]:
        state, book = read_state(registry), read_book(registry)
        made = derive(state, book)
        files = _files(state, made) if made.events or made.book.render() != book.render() else {}
        return Wanted(outcome=made, files=files, message=_message(made.events))

    done = write(registry, wanted, clock=clock, dry_run=dry_run)
    return Recorded(commit=done.commit, changed=done.changed, record=done.outcome)


def _files(state: State, made: Record) -> dict[str, bytes]:
    log = state.log
    for event in made.events:
        log = append(log, event)
    return {STATUS_FILE: made.book.render().encode(), CHANGES_FILE: log.encode()}


def _message(events: Sequence[Event]) -> str:
    return commit_message(events, None) if events else "Note the state of datasets\n"
