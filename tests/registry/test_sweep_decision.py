"""What follows from a sweep: statuses and events, and when so much is wrong that nothing is believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from osds.errors import OutsideError
from osds.registry.catalog import COLUMNS, Catalog, Entry, empty_catalog
from osds.registry.policy import Policy
from osds.registry.status import EMPTY_BOOK, Standing, Status, StatusBook, Trouble, Verdict, book_of
from osds.registry.sweep_decision import Found, Stored, check_arrived, check_losses, decide
from osds.registry.sweep_plan import GENERATOR
from osds.registry.sweep_result import Outcome, Result

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
THEN, NOW_TEXT = "2026-01-01T00:00:00Z", "2026-01-31T12:00:00Z"
POLICY = Policy(grace_days=7, shrink_floor=80)
OLD, NEW = "a" * 40, "b" * 40
URL = "https://github.com/alice/budget"
KNOWN = Status(
    owner="alice",
    name="budget",
    url=URL,
    commit=OLD,
    generator=GENERATOR,
    verdict=Verdict.VALID,
    rows=46,
    seconds=3,
    version=4,
    published=THEN,
    until="2024",
)


def catalog_of(*names: str) -> Catalog:
    catalog = empty_catalog(COLUMNS)
    for name in names:
        catalog = catalog.with_entry(Entry(url=f"https://github.com/alice/{name}", name=name, owner="alice"))
    return catalog


def result(outcome: Outcome = Outcome.LOOKED, **values: Any) -> Result:
    judged = {"verdict": Verdict.VALID, "rows": 50, "seconds": 5, "until": "2025"} if outcome is Outcome.LOOKED else {}
    known = {"owner": "alice", "name": "budget", "url": URL, "commit": NEW}
    return Result(**{**known, **judged, "outcome": outcome, **values})


def standing(trouble: Trouble, *, told: bool = True, detail: str = "") -> Standing:
    return Standing(trouble=trouble, since=THEN, told=told, detail=detail)


def follow(
    before: Status | None,
    found: Result | None,
    stored: Stored | None = None,
    *,
    now: datetime = NOW,
    watched: str | None = None,
) -> tuple[Status | None, list[str]]:
    """The status after a sweep, and its events as `event detail`."""
    book = EMPTY_BOOK if before is None else book_of([before])
    seen = {} if found is None else {("alice", "budget"): Found(result=found, stored=stored or Stored())}
    decided = decide(catalog_of("budget"), book, seen, now=now, policy=POLICY, watched=watched)
    told = [f"{event.event} {event.detail}".strip() for event in decided.events]
    return decided.book.statuses.get(("alice", "budget")), told


def test_decide__a_new_version_is_noted_and_told() -> None:
    after, told = follow(KNOWN, result(), Stored(version=5))
    assert told == ["published version 5"]
    changed: dict[str, Any] = {
        "commit": NEW,
        "rows": 50,
        "seconds": 5,
        "version": 5,
        "published": NOW_TEXT,
        "until": "2025",
    }
    assert after == replace(KNOWN, **changed)


def test_decide__a_version_that_the_dataset_published_itself_is_told_too() -> None:
    assert follow(KNOWN, result(Outcome.SETTLED, commit=OLD), Stored(version=6))[1] == ["published version 6"]


def test_decide__the_same_again_is_no_news() -> None:
    assert follow(KNOWN, result(Outcome.SETTLED, commit=OLD), Stored(version=4)) == (KNOWN, [])
    again = result(commit=OLD, rows=46, until="2024", seconds=9)  # it took longer this time
    assert follow(KNOWN, again, Stored(version=4)) == (KNOWN, [])


def test_decide__a_version_that_the_store_has_lost_is_made_again() -> None:
    after, told = follow(KNOWN, result(Outcome.SETTLED, commit=OLD), Stored(version=0))
    assert (after, told) == (replace(KNOWN, version=0, published=""), [])


def test_decide__errors_are_told_and_the_published_version_stays() -> None:
    after, told = follow(KNOWN, result(verdict=Verdict.INVALID, errors=2, until=""), Stored(version=4))
    assert told == ["trouble invalid: 2 errors"]
    assert after is not None
    assert (after.verdict, after.errors, after.version, after.until) == (Verdict.INVALID, 2, 4, "2024")
    _, told = follow(after, result(), Stored(version=5))
    assert told == ["published version 5", "recovered invalid: 2 errors"]


def test_decide__what_is_held_back_is_told_until_a_person_accepts_it() -> None:
    after, told = follow(KNOWN, result(), Stored(version=4, held="rows of budget: 46 before, 2 now"))
    assert told == ["trouble held: rows of budget: 46 before, 2 now"]
    assert follow(after, result(), Stored(version=5))[1] == [
        "published version 5",
        "recovered held: rows of budget: 46 before, 2 now",
    ]
    # Where the new data is invalid, or the store did not answer, nobody knows.
    for found, stored in ((result(verdict=Verdict.INVALID), Stored(version=4)), (result(), Stored(failure="x"))):
        kept, _ = follow(after, found, stored)
        assert kept is not None
        assert Trouble.HELD in {each.trouble for each in kept.troubles}


@pytest.mark.parametrize(
    ("found", "stored", "trouble", "detail"),
    [
        (result(Outcome.GONE, commit="", detail="not found"), Stored(version=4), Trouble.GONE, "not found"),
        (result(Outcome.FAILED, detail="too slow"), Stored(version=4), Trouble.FAILED, "too slow"),
        (result(Outcome.LFS_QUOTA, detail="spent"), Stored(version=4), Trouble.LFS_QUOTA, "spent"),
        (result(), Stored(failure="the store is full"), Trouble.FAILED, "the store is full"),
        (result(), Stored(version=4, quota="spent"), Trouble.LFS_QUOTA, "spent"),
    ],
)
def test_decide__what_hangs_on_a_host_is_told_after_the_grace(
    found: Result, stored: Stored, trouble: Trouble, detail: str
) -> None:
    first, told = follow(KNOWN, found, stored)
    assert first is not None
    assert (told, [(s.trouble, s.told, s.detail) for s in first.troubles]) == ([], [(trouble, False, detail)])
    assert first.version == 4
    later, told = follow(first, found, stored, now=NOW + timedelta(days=7))
    assert told == [f"trouble {trouble}: {detail}"]
    assert follow(later, result(), Stored(version=4))[1] == [f"recovered {trouble}: {detail}"]


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        (result(Outcome.LEFT), set(Trouble)),
        (result(Outcome.GONE, commit=""), set(Trouble)),
        (result(Outcome.FAILED, commit="", detail="no answer"), set(Trouble)),
        (result(Outcome.FAILED, detail="too slow"), set(Trouble) - {Trouble.GONE}),
        (result(Outcome.LFS_QUOTA), set(Trouble) - {Trouble.GONE, Trouble.FAILED}),
        (result(Outcome.SETTLED), set(Trouble) - {Trouble.GONE, Trouble.FAILED, Trouble.LFS_QUOTA}),
        (
            result(verdict=Verdict.INVALID, errors=1),
            set(Trouble) - {Trouble.GONE, Trouble.FAILED, Trouble.LFS_QUOTA},
        ),
        (result(), {Trouble.MOVED, Trouble.SILENT, Trouble.FAILING, Trouble.DISABLED}),
    ],
)
def test_decide__a_look_ends_only_the_troubles_that_it_looked_for(found: Result, kept: set[Trouble]) -> None:
    before = replace(KNOWN, troubles=tuple(standing(trouble) for trouble in Trouble))
    after, _ = follow(before, found, Stored(version=4))
    assert after is not None
    assert {each.trouble for each in after.troubles} == kept


def test_decide__where_the_watchdog_looks_it_alone_says_that_a_repository_is_back() -> None:
    gone = replace(KNOWN, troubles=(standing(Trouble.GONE, detail="another repository is there"),))
    seen, stored = result(commit=OLD, rows=46, until="2024"), Stored(version=4)
    assert follow(gone, seen, stored, watched="https://github.com") == (gone, [])
    for elsewhere in (None, "https://git.example.org"):
        assert follow(gone, seen, stored, watched=elsewhere)[1] == ["recovered gone: another repository is there"]


def test_decide__two_who_notice_the_same_do_not_correct_each_others_words() -> None:
    told = replace(KNOWN, troubles=(standing(Trouble.GONE, detail="its repository cannot be seen"),))
    again = result(Outcome.GONE, commit="", detail="There is no repository")
    assert follow(told, again, Stored(version=4), watched="https://github.com") == (told, [])


def test_decide__who_is_not_found_stays_and_who_is_not_listed_goes() -> None:
    assert follow(KNOWN, None) == (KNOWN, [])
    assert follow(None, None) == (None, [])
    assert follow(KNOWN, result(Outcome.LEFT)) == (KNOWN, [])
    gone = book_of([KNOWN, Status(owner="bob", name="x", url="https://github.com/bob/x")])
    assert list(decide(catalog_of("budget"), gone, {}, now=NOW, policy=POLICY).book.statuses) == [("alice", "budget")]


def test_decide__a_result_of_another_repository_says_nothing() -> None:
    elsewhere = result(url="https://github.com/mallory/budget")
    assert follow(KNOWN, elsewhere, Stored(version=9)) == (KNOWN, [])


@pytest.mark.parametrize(
    ("arrived", "planned", "stops"), [(0, 0, False), (80, 100, False), (79, 100, True), (0, 1, True), (1, 1, False)]
)
def test_check_arrived__stops_below_the_floor(arrived: int, planned: int, *, stops: bool) -> None:
    if stops:
        with pytest.raises(OutsideError, match=f"Only {arrived} of {planned}"):
            check_arrived(arrived, planned, POLICY)
    else:
        check_arrived(arrived, planned, POLICY)


def town(wrong: Mapping[int, Trouble], size: int) -> StatusBook:
    """So many datasets, those with these numbers in trouble."""
    return book_of(
        replace(
            KNOWN,
            name=f"d{n:03}",
            url=f"https://github.com/alice/d{n:03}",
            troubles=(standing(wrong[n], told=False),) if n in wrong else (),
        )
        for n in range(size)
    )


@pytest.mark.parametrize("trouble", [Trouble.GONE, Trouble.FAILED, Trouble.INVALID, Trouble.HELD, Trouble.LFS_QUOTA])
@pytest.mark.parametrize(
    ("before", "lost", "size", "stops"),
    [
        (0, 20, 100, False),
        (0, 21, 100, True),
        (50, 10, 100, False),  # of the 50 that were well
        (50, 11, 100, True),
        (0, 4, 4, False),  # a small registry
        (0, 5, 5, True),
        (0, 0, 0, False),
    ],
)
def test_check_losses__stops_where_it_must_be_an_outage(
    trouble: Trouble, before: int, lost: int, size: int, *, stops: bool
) -> None:
    was = town(dict.fromkeys(range(before), trouble), size)
    now = town(dict.fromkeys(range(before + lost), trouble), size)
    if stops:
        with pytest.raises(OutsideError, match=rf"{lost} of {size - before} datasets"):
            check_losses(was, now, POLICY)
    else:
        check_losses(was, now, POLICY)
    check_losses(now, was, POLICY)  # to get well is no loss


def test_check_losses__rows_that_were_removed_are_no_loss() -> None:
    check_losses(town({}, 100), EMPTY_BOOK, POLICY)
    check_losses(town({}, 20), town(dict.fromkeys(range(10), Trouble.SILENT), 20), POLICY)  # the watchdog's
