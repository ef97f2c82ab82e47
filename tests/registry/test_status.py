"""Statuses: text to values to text, and when a trouble is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.registry.changes import EventType, timestamp
from osds.registry.lines import RegistryFileError
from osds.registry.policy import Policy
from osds.registry.status import EMPTY_BOOK, Standing, Status, Trouble, Verdict, book_of, parse_statuses
from osds.registry.troubles import observe

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
POLICY = Policy(grace_days=7)
TIMES = st.integers(0, 4_000_000_000).map(lambda seconds: timestamp(datetime.fromtimestamp(seconds, UTC)))
STANDINGS = st.builds(
    Standing, trouble=st.sampled_from(Trouble), since=TIMES, told=st.booleans(), detail=st.sampled_from(["", 'é, "x"'])
)
STATUSES = st.builds(
    lambda name, **values: Status(owner="alice", name=name, url=f"https://github.com/alice/{name}", **values),
    name=st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True),
    commit=st.sampled_from(["", "a" * 40, "0" * 64]),
    verdict=st.sampled_from(Verdict),
    errors=st.integers(0, 10**9),
    rows=st.integers(0, 10**12),
    version=st.integers(0, 10**6),
    published=TIMES | st.just(""),
    rhythm=st.sampled_from([(), ("17 4 * * *",), ("*/5 * * * * Europe/Berlin", "0 0 1 * *")]),
    last_run=TIMES | st.just(""),
    troubles=st.lists(STANDINGS, max_size=3, unique_by=lambda each: each.trouble).map(tuple),
)


def status(**values: object) -> Status:
    return replace(Status(owner="alice", name="budget", url="https://github.com/alice/budget"), **values)  # type: ignore[arg-type]


@given(st.lists(STATUSES, max_size=5))
def test_book__is_the_same_after_writing_and_reading(statuses: list[Status]) -> None:
    book = book_of(statuses)
    text = book.render()
    assert parse_statuses(text) == book
    assert parse_statuses(text).render() == text


def test_book__one_dataset_is_one_line() -> None:
    book = book_of([status(verdict=Verdict.VALID, rows=46), status(name="assets")])
    assert book.render().split("\n") == [
        '{"format": 1, "datasets": [',
        '{"owner": "alice", "name": "assets", "url": "https://github.com/alice/budget"},',
        '{"owner": "alice", "name": "budget", "url": "https://github.com/alice/budget", "verdict": "valid", "rows": 46}',
        "]}",
        "",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        '{"format": 2, "datasets": []}',
        '{"format": 1, "datasets": [{}]}',
        '{"format": 1, "datasets": [{"owner": "a", "name": "b", "url": "https://github.com/a/b", "rows": "1"}]}',
        '{"format": 1, "datasets": [{"owner": "a", "name": "b", "url": "https://github.com/a/b", "rows": true}]}',
        '{"format": 1, "datasets": [{"owner": "a", "name": "b", "url": "https://github.com/a/b", "rows": -1}]}',
        '{"format": 1, "datasets": [{"owner": "a", "name": "b", "url": "https://github.com/a/b", "colour": 1}]}',
        '{"format": 1, "datasets": [{"owner": "a", "name": "b", "url": "javascript:alert(1)"}]}',
        '{"format": 1, "datasets": [{"owner": "a", "name": "../b", "url": "https://github.com/a/b"}]}',
        '{"format": 1, "datasets": [{"owner": "a", "name": "b", "url": "https://github.com/a/b", "commit": "HEAD"}]}',
        '{"format": 1, "datasets": [{"owner": "a", "name": "b", "url": "https://github.com/a/b", "rhythm": [1]}]}',
        '{"format": 1, "datasets": [{"owner": "a", "name": "b", "url": "https://github.com/a/b", "troubles": [1]}]}',
    ],
)
def test_parse__refuses_what_osds_does_not_write(text: str) -> None:
    with pytest.raises(RegistryFileError, match=r"data/status\.json cannot be read"):
        parse_statuses(text)


def test_of__forgets_a_dataset_whose_repository_is_another() -> None:
    book = book_of([status(rows=46)])
    assert book.of("alice", "budget", "https://github.com/alice/budget").rows == 46
    assert book.of("alice", "budget", "https://github.com/alice/other").rows == 0
    assert EMPTY_BOOK.of("bob", "x", "https://github.com/bob/x").verdict is Verdict.UNKNOWN


def look(before: Status, seen: dict[Trouble, str], *, days: float = 0) -> tuple[Status, list[tuple[EventType, str]]]:
    """A look for runs that did not happen and for errors, so many days after `NOW`."""
    looked_for = {Trouble.SILENT, Trouble.INVALID}
    done = observe(before, seen, looked_for, now=NOW + timedelta(days=days), policy=POLICY)
    return done.status, [(event.event, event.detail) for event in done.events]


def test_observe__errors_in_the_data_are_told_at_once_and_once() -> None:
    first, events = look(status(), {Trouble.INVALID: "3 errors"})
    assert events == [(EventType.TROUBLE, "invalid: 3 errors")]
    again, events = look(first, {Trouble.INVALID: "3 errors"}, days=1)
    assert (again, events) == (first, [])
    over, events = look(again, {}, days=2)
    assert (over.troubles, events) == ((), [(EventType.RECOVERED, "invalid: 3 errors")])


def test_observe__silence_is_told_after_the_grace_and_not_before() -> None:
    first, events = look(status(), {Trouble.SILENT: "no run"})
    assert (events, first.told) == ([], ())
    same, events = look(first, {Trouble.SILENT: "no run"}, days=6.99)
    assert (same, events) == (first, [])
    told, events = look(first, {Trouble.SILENT: "no run"}, days=7)
    assert events == [(EventType.TROUBLE, "silent: no run")]
    assert told.told == told.troubles
    assert look(told, {}, days=8)[1] == [(EventType.RECOVERED, "silent: no run")]


def test_observe__a_trouble_that_goes_within_the_grace_was_never_there() -> None:
    first, _ = look(status(), {Trouble.SILENT: "no run"})
    assert look(first, {}, days=1) == (status(), [])
    back, _ = look(status(), {Trouble.SILENT: "no run"}, days=5)
    assert look(back, {Trouble.SILENT: "no run"}, days=8)[1] == []  # the grace begins anew


def test_observe__leaves_alone_what_nobody_looked_for() -> None:
    gone = Standing(trouble=Trouble.GONE, since="2026-01-01T00:00:00Z", told=True)
    assert look(status(troubles=(gone,)), {}) == (status(troubles=(gone,)), [])
