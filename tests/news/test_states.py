"""The words of badges, and that they are the same everywhere."""

from __future__ import annotations

import json

import pytest

from osds.news.states import Mood, State, state_of
from osds.registry.catalog import Entry
from osds.registry.status import EMPTY_BOOK, Status, Trouble, Verdict, book_of
from tests.news.cases import URL, event, log, rendered, standing, status, told


def state(known: Status | None, **extra: str) -> State:
    entry = Entry(url=URL, name="budget", owner="town", extra=extra)
    return state_of(entry, book_of([known]) if known else EMPTY_BOOK)


VALID = Verdict.VALID
SILENT = standing(Trouble.SILENT)
CASES = [
    (None, Mood.UNKNOWN, "not checked yet"),
    (status(), Mood.UNKNOWN, "not checked yet"),
    (status(verdict=VALID), Mood.VALID, "valid"),
    (status(verdict=VALID, until="2025", version=3), Mood.VALID, "valid · 2025 · version 3"),
    (status(verdict=Verdict.INVALID, errors=1, version=3), Mood.INVALID, "1 error"),
    (status(verdict=Verdict.INVALID, errors=12345), Mood.INVALID, "12,345 errors"),
    (status(verdict=Verdict.INVALID), Mood.INVALID, "invalid"),
    (
        status(verdict=Verdict.INVALID, errors=2, troubles=(standing(Trouble.INVALID), SILENT)),
        Mood.INVALID,
        "2 errors · no run since 2026-01-20",
    ),
    (status(verdict=VALID, troubles=(SILENT,)), Mood.TROUBLE, "no run since 2026-01-20"),
    (
        status(verdict=VALID, troubles=(SILENT,), last_run="2025-12-24T04:17:00Z"),
        Mood.TROUBLE,
        "no run since 2025-12-24",
    ),
    (status(troubles=(standing(Trouble.GONE),)), Mood.TROUBLE, "repository cannot be seen"),
    (status(verdict=VALID, troubles=(standing(Trouble.GONE, told=False),)), Mood.VALID, "valid"),
]


@pytest.mark.parametrize(("known", "mood", "message"), CASES)
def test_state__in_a_few_words(known: Status | None, mood: Mood, message: str) -> None:
    found = state(known)
    assert (found.mood, found.message) == (mood, message)


@pytest.mark.parametrize("trouble", [each for each in Trouble if each is not Trouble.INVALID])
def test_state__every_trouble_shows(trouble: Trouble) -> None:
    assert state(status(verdict=VALID, troubles=(standing(trouble),))).mood is Mood.TROUBLE


def test_state__of_a_row_in_quarantine() -> None:
    assert state(status(verdict=VALID), status="quarantine").message == "in quarantine"


def test_badge__is_what_shields_io_takes() -> None:
    known = status(verdict=VALID, until="2025", version=3)
    assert state(known).badge == {
        "schemaVersion": 1,
        "label": "OpenSpending",
        "message": "valid · 2025 · version 3",
        "color": "brightgreen",
    }


def test_documents__badge_status_and_page_say_the_same() -> None:
    from osds.views.registry_page import page_document

    book = book_of([status(verdict=VALID, troubles=(SILENT,), rows=46)])
    what = told(log(event()), book=book)
    files = rendered(what)
    message = "no run since 2026-01-20"
    assert json.loads(files["registry/datasets/town/budget/badge.json"])["message"] == message
    assert json.loads(files["registry/datasets/town/budget/status.json"])["message"] == message
    (whole,) = json.loads(files["registry/status.json"])["datasets"]
    assert whole["message"] == message
    assert whole["troubles"] == [{"trouble": "silent", "since": "2026-01-20T00:00:00Z", "detail": ""}]
    assert message in page_document(what).render()


def test_documents__of_a_dataset_that_was_removed() -> None:
    files = rendered(told(log(event()), names=()))
    assert json.loads(files["registry/datasets/town/budget/badge.json"])["message"] == "not in the registry"
    assert json.loads(files["registry/status.json"])["datasets"] == []
