"""The registry's log: only ever longer, and strict to read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from osds.errors import OsdsError
from osds.registry.changes import EMPTY_CHANGES, Event, EventType, append, last_id, parse_changes, timestamp
from osds.registry.lines import RegistryFileError

LINE = "1,2026-01-31T12:00:00Z,added,a,b,https://github.com/a/b,alice,\n"


def event(**changes: Any) -> Event:
    values: dict[str, Any] = {
        "time": "2026-01-31T12:00:00Z",
        "event": EventType.ADDED,
        "owner": "a",
        "name": "b",
        "url": "https://github.com/a/b",
        "actor": "alice",
    }
    return Event(**(values | changes))


def test_append__counts_from_one_and_keeps_every_byte() -> None:
    first = append(EMPTY_CHANGES, event())
    second = append(first, event(event=EventType.UPDATED, detail='url: x -> y, "z"'))
    assert first == EMPTY_CHANGES + LINE
    assert second.startswith(first)
    assert [recorded.id for recorded in parse_changes(second)] == [1, 2]
    assert parse_changes(second)[1].event.detail == 'url: x -> y, "z"'


def test_append__earlier_lines_are_not_judged() -> None:
    damaged = EMPTY_CHANGES + "whatever\n" + LINE.replace("1,", "7,", 1)
    assert append(damaged, event()) == damaged + LINE.replace("1,", "8,", 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line feed"),
        ("id,time\n", "line 1: the header"),
        (EMPTY_CHANGES + LINE[:-1], "line feed"),
        (EMPTY_CHANGES + LINE.replace("1,", "01,", 1), "line 2 is not an event"),
        (EMPTY_CHANGES + LINE.replace("1,", "x,", 1), "line 2 is not an event"),
        (EMPTY_CHANGES + LINE.replace(",alice", ""), "line 2 is not an event"),
        (EMPTY_CHANGES + LINE.replace("added", "eaten"), "'eaten' is not an event"),
        (EMPTY_CHANGES + LINE.replace("T12", " 12"), "is not a time"),
        (EMPTY_CHANGES + LINE.replace("alice", "=alice"), "begins like a formula"),
        (EMPTY_CHANGES + LINE.replace("a,b,", "../a,b,"), "The owner"),
    ],
)
def test_append_and_parse__refuse_a_damaged_end(text: str, said: str) -> None:
    with pytest.raises(RegistryFileError, match=said):
        append(text, event())
    with pytest.raises(RegistryFileError, match=said):
        parse_changes(text)


def test_parse_changes__a_missing_line_is_noticed() -> None:
    with pytest.raises(RegistryFileError, match="line 3 has the id 3 instead of 2"):
        parse_changes(EMPTY_CHANGES + LINE + LINE.replace("1,", "3,", 1))


@pytest.mark.parametrize(
    "changes",
    [{"time": "yesterday"}, {"owner": "a/b"}, {"name": "B"}, {"url": "x"}, {"actor": "a\nb"}, {"detail": "@x"}],
)
def test_event__refuses_values_that_could_not_stand_there(changes: dict[str, str]) -> None:
    with pytest.raises(OsdsError):
        event(**changes)


def test_timestamp__is_utc() -> None:
    noon = datetime(2026, 1, 31, 12, 0, 0, 999, tzinfo=timezone(timedelta(hours=2)))
    assert timestamp(noon) == "2026-01-31T10:00:00Z"
    assert timestamp(noon) == timestamp(noon.astimezone(UTC))


def test_last_id__counts_as_the_log_does() -> None:
    assert last_id(EMPTY_CHANGES) == 0
    log = append(append(EMPTY_CHANGES, event()), event())
    assert last_id(log) == 2


@pytest.mark.parametrize(
    ("detail", "was"),
    [
        ("was alice/old", "alice/old"),
        ("was alice/old; core: (empty) -> core", "alice/old"),
        ("", ""),
        ("was ../..", ""),
        ("was", ""),
    ],
)
def test_event__the_id_that_it_had_before(detail: str, was: str) -> None:
    assert event(detail=detail).was == was
