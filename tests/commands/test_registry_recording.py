"""Statuses and events in one commit, beside others who write to the registry at the same time."""

from __future__ import annotations

from pathlib import Path

import pytest

from osds.commands.registry.judging import State
from osds.commands.registry.recording import Record, read_book, record
from osds.registry.changes import EventType, last_id, parse_changes
from osds.registry.status import StatusBook, book_of
from tests.news.cases import event, status
from tests.registry.newsroom import NOW, Newsroom


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    made = Newsroom.make(tmp_path / "registry")
    made.happen("budget")
    return made


def trouble(state: State, book: StatusBook) -> Record:
    """What a look would note: once."""
    known = status(rows=46)
    events = () if book == book_of([known]) else (event(EventType.TROUBLE, detail="invalid: 3 errors"),)
    return Record(book=book_of([known]), events=events)


def test_record__once_and_then_nothing(room: Newsroom) -> None:
    first = record(room.open(), trouble, clock=lambda: NOW)
    assert (first.changed, first.commit) == (True, room.open().tip)
    assert read_book(room.open()) == book_of([status(rows=46)])
    assert [each.event.event for each in parse_changes(room.text("data/changes.csv"))] == ["published", "trouble"]
    again = record(room.open(), trouble, clock=lambda: NOW)
    assert (again.changed, again.commit) == (False, first.commit)
    assert (room.folder / "data/status.json").read_text("utf-8") == room.text(
        "data/status.json"
    )  # the work tree follows


def test_record__a_dry_run_writes_nothing(room: Newsroom) -> None:
    tip = room.open().tip
    done = record(room.open(), trouble, clock=lambda: NOW, dry_run=True)
    assert (done.changed, done.commit, room.open().tip) == (False, tip, tip)
    assert len(done.record.events) == 1


def test_record__derives_again_where_another_was_quicker(room: Newsroom) -> None:
    seen: list[int] = []

    def derive(state: State, book: StatusBook) -> Record:
        seen.append(last_id(state.log))
        if len(seen) < 3:
            room.happen("roads")
        return trouble(state, book)

    assert record(room.open(), derive, clock=lambda: NOW).changed
    assert seen == [1, 2, 3]
    assert [each.id for each in parse_changes(room.text("data/changes.csv"))] == [1, 2, 3, 4]
