"""The plan of a sweep: which datasets, in which jobs, and that no other plan is believed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.errors import UnsafeInputError
from osds.registry.catalog import COLUMNS, KEPT_BY_OSDS, Catalog, Entry, empty_catalog
from osds.registry.policy import Policy
from osds.registry.status import EMPTY_BOOK, Standing, Status, StatusBook, Trouble, Verdict, book_of
from osds.registry.sweep_plan import (
    GENERATOR,
    LOOK_SECONDS,
    UNKNOWN_SECONDS,
    Plan,
    expected_seconds,
    make_plan,
    parse_plan,
    render_plan,
    settled_commit,
)

COMMIT = "c" * 40
SINCE = "2026-01-31T12:00:00Z"


def url(name: str) -> str:
    return f"https://github.com/alice/{name}"


def catalog_of(*names: str, urls: Mapping[str, str] = {}, **extra: str) -> Catalog:
    catalog = empty_catalog((*COLUMNS, *KEPT_BY_OSDS))
    for name in names:
        catalog = catalog.with_entry(Entry(url=urls.get(name, url(name)), name=name, owner="alice", extra=extra))
    return catalog


def status(name: str = "budget", **values: object) -> Status:
    return replace(Status(owner="alice", name=name, url=url(name)), **values)  # type: ignore[arg-type]


def settled(name: str = "budget", **values: object) -> Status:
    known = {"commit": COMMIT, "generator": GENERATOR, "verdict": Verdict.VALID, "version": 1, "seconds": 30}
    return status(name, **{**known, **values})


def plan(catalog: Catalog, book: StatusBook = EMPTY_BOOK, policy: Policy = Policy(), **values: object) -> Plan:  # noqa: B008
    known = {"commit": COMMIT, "local": False, "server_url": "https://github.com"}
    return make_plan(catalog, book, policy, **{**known, **values})  # type: ignore[arg-type]


def names(made: Plan) -> list[list[str]]:
    return [[planned.name for planned in shard] for shard in made.shards]


def standing(trouble: Trouble) -> tuple[Standing, ...]:
    return (Standing(trouble=trouble, since=SINCE),)


@pytest.mark.parametrize(
    ("known", "commit"),
    [
        (settled(), COMMIT),
        (settled(verdict=Verdict.INVALID, version=0), COMMIT),
        (settled(troubles=standing(Trouble.GONE)), COMMIT),
        (settled(troubles=standing(Trouble.INVALID)), COMMIT),
        (settled(version=0), ""),  # valid, and never published
        (settled(generator="osds 0.0.1"), ""),
        (settled(troubles=standing(Trouble.FAILED)), ""),
        (settled(troubles=standing(Trouble.LFS_QUOTA)), ""),
        (settled(troubles=standing(Trouble.HELD)), ""),
        (settled(verdict=Verdict.UNKNOWN), ""),
        (status(), ""),
    ],
)
def test_settled__only_where_another_look_would_find_nothing_new(known: Status, commit: str) -> None:
    assert settled_commit(known) == commit
    [planned] = plan(catalog_of("budget"), book_of([known])).datasets
    assert planned.settled == commit
    [again] = plan(catalog_of("budget"), book_of([known]), anew=True).datasets
    assert again.settled == ""


@pytest.mark.parametrize(
    ("known", "seconds"),
    [
        (status(), LOOK_SECONDS + UNKNOWN_SECONDS),
        (status(seconds=300), LOOK_SECONDS + 300),
        (settled(), LOOK_SECONDS + 3),
        (settled(seconds=9), LOOK_SECONDS),
        (settled(generator="osds 0.0.1"), LOOK_SECONDS + 30),
    ],
)
def test_expected_seconds(known: Status, seconds: int) -> None:
    assert expected_seconds(known, settled=bool(settled_commit(known))) == seconds


def test_plan__as_few_jobs_as_the_time_allows_the_longest_first() -> None:
    book = book_of([status(name, seconds=seconds) for name, seconds in (("a", 598), ("b", 398), ("c", 298), ("d", 98))])
    made = plan(catalog_of("a", "b", "c", "d"), book, job_minutes=12)
    assert names(made) == [["a", "d"], ["b", "c"]]
    assert names(plan(catalog_of("a", "b", "c", "d"), book, job_minutes=60)) == [["a", "b", "c", "d"]]
    assert names(plan(catalog_of("a", "b", "c", "d"), book, job_minutes=1, max_jobs=3)) == [["a"], ["b"], ["c", "d"]]
    assert len(names(plan(catalog_of("a", "b", "c", "d"), book, job_minutes=1))) == 4


def test_plan__leaves_out_what_nobody_may_ask() -> None:
    places = {"here": "/srv/here", "elsewhere": "https://codeberg.org/alice/elsewhere"}
    rows = catalog_of("budget", "elsewhere", "here", urls=places)
    assert names(plan(rows)) == [["budget"]]
    assert names(plan(rows, policy=Policy(hosts=("codeberg.org",)))) == [["budget", "elsewhere"]]
    assert names(plan(rows, local=True)) == [["budget", "here"]]
    assert names(plan(catalog_of("budget", status="quarantine"))) == []
    assert names(plan(catalog_of())) == []


def test_plan__a_dataset_whose_repository_is_another_is_unknown() -> None:
    book = book_of([settled()])
    [planned] = plan(catalog_of("budget", urls={"budget": url("other")}), book).datasets
    assert planned.settled == ""


@given(
    st.lists(st.integers(0, 10_000), max_size=40),
    st.integers(1, 256),
    st.integers(1, 200),
    st.randoms(use_true_random=False),
)
def test_plan__every_dataset_once_in_few_even_jobs_whatever_the_order(
    times: list[int], most: int, minutes: int, lot: object
) -> None:
    known = [status(f"d{n:02}", seconds=seconds) for n, seconds in enumerate(times)]
    catalog = catalog_of(*(each.name for each in known))
    made = plan(catalog, book_of(known), max_jobs=most, job_minutes=minutes)
    assert sorted(planned.name for planned in made.datasets) == [each.name for each in known]
    assert len(made.shards) <= min(most, len(known))
    assert all(made.shards)
    costs = {each.name: expected_seconds(each, settled=False) for each in known}
    loads = [sum(costs[planned.name] for planned in shard) for shard in made.shards]
    if loads:
        best = max(sum(loads) / len(loads), *costs.values())
        assert max(loads) <= 2 * best  # any list schedule keeps this; LPT stays below 4/3 of the best possible
    rows = list(catalog.rows)
    lot.shuffle(rows)  # type: ignore[attr-defined]
    mixed = replace(catalog, rows=tuple(rows))
    assert plan(mixed, book_of(reversed(known)), max_jobs=most, job_minutes=minutes) == made
    assert parse_plan(render_plan(made).encode()) == made


def raw(**changes: object) -> bytes:
    planned = {"owner": "alice", "name": "budget", "url": url("budget"), "settled": ""}
    return json.dumps(
        {"format": 1, "commit": COMMIT, "generator": GENERATOR, "shards": [[planned]], **changes}
    ).encode()


def shard(**changes: object) -> bytes:
    return raw(shards=[[{"owner": "alice", "name": "budget", "url": url("budget"), "settled": "", **changes}]])


def test_parse__takes_what_osds_writes() -> None:
    assert [planned.name for planned in parse_plan(raw()).datasets] == ["budget"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        b'{"format": 1}',
        raw(format=2),
        raw(generator="osds 0.0.1"),
        raw(commit="HEAD"),
        raw(colour="red"),
        raw(shards=[{}]),
        raw(shards=[[1]]),
        shard(owner="../.."),
        shard(name="../x"),
        shard(url="file:///etc/../x"),
        shard(url="--upload-pack=x"),
        shard(settled="HEAD"),
        shard(settled=None),
        shard(colour="red"),
        raw(shards=[[{"owner": "a", "name": "b", "url": url("b"), "settled": ""}]] * 2),
    ],
)
def test_parse__refuses_everything_else(content: bytes) -> None:
    with pytest.raises(UnsafeInputError, match=r"plan\.json"):
        parse_plan(content)
