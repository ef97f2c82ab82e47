"""News in a store: whole, only what has changed, never older than what is there, whoever is killed or beside us."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from osds.cli import cli
from osds.commands.registry.news import News, write_news
from osds.edges.store.objects import ObjectStore, open_store
from osds.errors import OutsideError, UsageError
from osds.news.index import Index, parse_index
from osds.news.layout import INDEX
from osds.progress import Silent
from osds.registry.status import Standing, Status, Trouble, Verdict
from tests.commands.conftest import NewStore
from tests.registry.newsroom import Newsroom
from tests.store.publishing import Killed, Killer, Watched, writes
from tests.store.s3 import new_bucket, request_s3, s3_environment

BUDGET = Status(owner="town", name="budget", url="https://github.com/town/budget", verdict=Verdict.VALID)


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    made = Newsroom.make(tmp_path / "registry")
    made.happen("budget", "schools")
    return made


def tell(room: Newsroom, store: ObjectStore, **options: Any) -> News:
    return write_news(room.open(), store, progress=Silent(), **options)


def files(store: ObjectStore) -> dict[str, bytes]:
    found = {key: store.get(key) for key in store.list("registry")}
    return {key: there[0] for key, there in found.items() if there}


def short(keys: tuple[str, ...]) -> list[str]:
    return sorted(key.removeprefix("registry/") for key in keys)


def test_news__everything_then_nothing(room: Newsroom, store: ObjectStore) -> None:
    assert tell(room, store, dry_run=True).total == 13
    assert files(store) == {}
    first = tell(room, store)
    assert len(first.written) == first.total == 13
    told = files(store)
    assert set(told) == {*first.written, INDEX}
    calls: list[tuple[str, str]] = []
    watched = Watched(store, lambda when, call, key: calls.append((call, key)) if when == "before" else None)
    assert tell(room, watched).written == ()
    assert calls == [("get", INDEX), ("list", "registry")]
    assert files(store) == told


def test_news__only_what_an_event_changes(room: Newsroom, store: ObjectStore) -> None:
    tell(room, store)
    room.happen("budget", detail="version 2")
    assert short(tell(room, store).written) == [
        "changelog.md",
        "datasets/town/budget/feed.json",
        "datasets/town/budget/feed.xml",
        "feed.json",
        "feed.xml",
        "index.html",
    ]
    room.note(BUDGET)
    assert short(tell(room, store).written) == [
        "datasets/town/budget/badge.json",
        "datasets/town/budget/status.json",
        "index.html",
        "status.json",
    ]
    room.commit({"README.md": "Another word\n"})
    assert tell(room, store).written == ()


def test_news__are_the_same_in_another_store(room: Newsroom, new_store: NewStore) -> None:
    one, other = new_store(), new_store()
    for store in (one, other):
        tell(room, store)
    assert files(one) == files(other)


def test_news__what_somebody_removed_or_changed_comes_back(room: Newsroom, store: ObjectStore) -> None:
    tell(room, store)
    told = files(store)
    store.delete("registry/feed.xml")
    assert short(tell(room, store).written) == ["feed.xml"]
    for damaged in (b"", b"[]", b"{", b'{"format": 1, "commit": "HEAD", "sources": {}}', b'{"format": 1, "commit": 7}'):
        store.put(INDEX, damaged, content_type="application/json", cache_control="no-cache")
        store.put("registry/feed.xml", b"x", content_type="text/plain", cache_control="no-cache")
        assert short(tell(room, store).written) == ["feed.xml"]
        assert files(store) == told


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_index__of_which_nothing_can_be_believed(content: bytes) -> None:
    assert parse_index(content) == Index()


def test_news__of_an_older_registry_are_never_written(room: Newsroom, store: ObjectStore, tmp_path: Path) -> None:
    shutil.copytree(room.folder, tmp_path / "older")
    room.happen("budget", detail="version 2")
    tell(room, store)
    told = files(store)
    with pytest.raises(OutsideError, match="is not in the history of this registry"):
        tell(Newsroom(tmp_path / "older"), store)
    assert files(store) == told


def test_news__killed_at_any_call_the_next_run_completes_them(room: Newsroom, tmp_path: Path) -> None:
    calls = _next(room, tmp_path)
    clean = _copy(tmp_path, "clean")
    tell(room, clean)
    for at in range(calls):
        store = _copy(tmp_path, f"store-{at}")
        with pytest.raises(Killed):
            tell(room, Watched(store, Killer("before", at)))
        tell(room, store)
        assert files(store) == files(clean), at
        assert tell(room, store).written == ()


def test_news__a_newer_run_during_any_call_of_an_older_one_has_the_last_word(room: Newsroom, tmp_path: Path) -> None:
    calls = _next(room, tmp_path)
    shutil.copytree(room.folder, tmp_path / "newer")
    newer = Newsroom(tmp_path / "newer")
    newer.happen("budget", "schools", detail="version 3")
    clean = _copy(tmp_path, "clean")
    tell(newer, clean)
    for at in range(calls):
        store = _copy(tmp_path, f"store-{at}")
        with pytest.raises(
            OutsideError, match="not in the history"
        ):  # in life it reads the newer registry, and goes on
            tell(room, Watched(store, _Interruption(at, lambda store=store: tell(newer, store))))
        assert files(store) == files(clean), at


def test_news__a_run_that_is_overtaken_goes_on_with_the_newer_registry(room: Newsroom, tmp_path: Path) -> None:
    def overtake(store: ObjectStore) -> None:
        room.happen("budget", detail="version 3")
        tell(room, store)

    for at in range(0, _next(room, tmp_path), 4):
        store = _copy(tmp_path, f"store-{at}")
        done = tell(room, Watched(store, _Interruption(at, lambda store=store: overtake(store))))
        assert done.commit == room.open().tip
        clean = _copy(tmp_path, f"clean-{at}")
        tell(room, clean)
        assert files(store) == files(clean)


class _Interruption:
    """Does something before call number `at`, once."""

    def __init__(self, at: int, act: Any) -> None:
        self._left, self._act = at, act

    def __call__(self, when: str, call: str, key: str) -> None:
        if when == "before":
            self._left -= 1
            if self._left == -1:
                self._act()


def _next(room: Newsroom, tmp_path: Path) -> int:
    """How many calls it takes to tell one more event; the store `before` has the news without it."""
    tell(room, open_store(str(tmp_path / "before")))
    room.happen("budget", detail="version 2")
    calls: list[tuple[str, str]] = []
    store = Watched(
        _copy(tmp_path, "counted"), lambda when, call, key: calls.append((call, key)) if when == "before" else None
    )
    tell(room, store)
    assert len(writes(calls)) == 8  # six documents, and the index before and after
    return len(calls)


def _copy(tmp_path: Path, name: str) -> ObjectStore:
    """A store like `before`."""
    shutil.copytree(tmp_path / "before", tmp_path / name)
    return open_store(str(tmp_path / name))


def test_news__say_what_they_are_and_how_long_they_may_be_kept(
    room: Newsroom, s3: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3_environment(monkeypatch)
    bucket = new_bucket(s3)
    tell(room, open_store(f"s3://{bucket}", endpoint=s3))
    types = {
        "feed.xml": "application/atom+xml; charset=utf-8",
        "feed.json": "application/feed+json",
        "status.json": "application/json",
        "changelog.md": "text/markdown; charset=utf-8",
        "index.html": "text/html; charset=utf-8",
        "datasets/town/budget/badge.json": "application/json",
    }
    for key, kind in types.items():
        headers = request_s3("GET", s3, f"/{bucket}/registry/{key}")
        assert (headers["Content-Type"], headers["Cache-Control"]) == (kind, "public, max-age=300")
        assert headers["ETag"]


def run(*arguments: str) -> Any:
    return CliRunner().invoke(cli, list(arguments), standalone_mode=False)


def test_command__news_and_status(room: Newsroom, tmp_path: Path) -> None:
    where, store = str(room.folder), str(tmp_path / "store")
    assert run("registry", "news", where, "--store", store, "--dry-run").stdout.startswith("Would write 13 of 13 files")
    assert run("registry", "news", where, "--store", store).stdout.startswith("Wrote 13 of 13 files of news to ")
    again = json.loads(run("registry", "news", where, "--store", store, "--json").stdout)
    assert (again["written"], again["total"], again["dry-run"]) == ([], 13, False)
    room.note(BUDGET)
    assert run("status", "town/budget", "--registry", where).stdout.splitlines()[0] == "town/budget: valid"
    document = json.loads(run("status", "town/budget", "--registry", where, "--json").stdout)
    assert (document["dataset"], document["state"], document["rows"]) == ("town/budget", "valid", 0)


def test_command__status_of_a_dataset_with_a_trouble(room: Newsroom) -> None:
    silent = Standing(trouble=Trouble.SILENT, since="2026-01-20T00:00:00Z", told=True, detail="due each Monday")
    facts = {"rows": 1234, "until": "2025", "version": 3, "published": "2025-12-24T08:00:00Z", "commit": "a" * 40}
    room.note(replace(BUDGET, **facts, last_run="2025-12-24T04:17:00Z", troubles=(silent,)))  # type: ignore[arg-type]
    assert run("status", "town/budget", "--registry", str(room.folder)).stdout.splitlines() == [
        "town/budget: no run since 2025-12-24",
        "  repository: https://github.com/town/budget",
        "  figures until: 2025",
        "  published: version 3, 2025-12-24",
        "  rows: 1,234",
        "  commit: aaaaaaaaaaaa",
        "  last run: 2025-12-24T04:17:00Z",
        "  since 2026-01-20: silent, due each Monday",
    ]


def test_command__status_of_a_dataset_that_is_not_there(room: Newsroom) -> None:
    done = run("status", "town/nothing", "--registry", str(room.folder))
    assert isinstance(done.exception, UsageError)
    assert "does not list town/nothing" in str(done.exception)


def test_command__news_need_a_store(room: Newsroom) -> None:
    assert isinstance(run("registry", "news", str(room.folder)).exception, UsageError)
