"""Removing what no version refers to: what goes, what stays, and that no publisher beside it ever loses a file."""

from __future__ import annotations

import datetime
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from osds.commands.place import Place
from osds.commands.publish import publish_bundle
from osds.commands.store_gc import Removed, remove_unreferenced
from osds.edges.objects import ObjectStore, open_store
from osds.errors import OutsideError
from osds.progress import Silent
from osds.store.intent import IDLE, LEASE, render_intent, render_lease
from tests.store.publisher import DATASET, SOURCE
from tests.store.publishing import (
    ONE,
    PREFIX,
    TWO,
    Killed,
    Killer,
    Watched,
    everything,
    files_of,
    publish,
    sequence_of,
    write_bundle,
)

WEEK = datetime.timedelta(days=7)
GC = f"{PREFIX}/gc.json"


@dataclass
class Later:
    """A clock that is some days ahead, so that what was written now is old; a second of sleep takes one of its own
    seconds and hardly any time."""

    days: float = 30
    seconds: float = 0.0
    asleep: threading.Event = field(default_factory=threading.Event)

    def now(self) -> datetime.datetime:
        return datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=self.days, seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        self.asleep.set()
        time.sleep(0.005)


def remove(store: ObjectStore, clock: Later | None = None, *, dry_run: bool = False) -> Removed:
    place = Place(store=store, dataset=DATASET)
    return remove_unreferenced(place, WEEK, clock=clock or Later(), dry_run=dry_run, progress=Silent())


def publish_beside(bundle: Path, store: ObjectStore, clock: Later) -> None:
    publish_bundle(
        bundle,
        DATASET,
        SOURCE,
        store,
        dry_run=False,
        progress=Silent(),
        clock=clock,
        accept="what is lost is no matter",
    )


def leave_orphans(store: ObjectStore, bundle: Path) -> set[str]:
    """A publisher of `bundle` was killed before it wrote its version, so long ago that its intent is gone. The keys."""
    before = set(everything(store))

    def kill(when: str, call: str, key: str) -> None:
        if call == "create" and "/datapackage-" in key:
            raise Killed

    with pytest.raises(Killed):
        publish(bundle, Watched(store, kill))
    for key in store.list(f"{PREFIX}/publishing"):
        store.delete(key)
    return {key.removeprefix(f"{PREFIX}/") for key in set(everything(store)) - before}


def test_gc__what_no_version_refers_to(store: ObjectStore, one: Path, two: Path) -> None:
    publish(one, store)
    before = everything(store)
    orphans = leave_orphans(store, two)
    assert len(orphans) == 3
    planned = remove(store, dry_run=True)
    assert set(planned.removed) == orphans
    assert (planned.bytes > 0, planned.kept) == (True, 4)
    assert everything(store).items() > before.items()
    assert remove(store) == planned
    assert everything(store) == {**before, GC: IDLE}
    assert remove(store).removed == ()


def test_gc__what_is_young_stays(store: ObjectStore, one: Path, two: Path) -> None:
    publish(one, store)
    leave_orphans(store, two)
    assert remove(store, Later(days=6.9)).removed == ()
    assert len(remove(store, Later(days=7.1)).removed) == 3


def test_gc__old_versions_and_their_files_stay(store: ObjectStore, one: Path, two: Path) -> None:
    publish(one, store)
    publish(two, store)
    assert remove(store, Later(days=10_000)).removed == ()
    assert sequence_of(store) == 2
    assert files_of(store, f"{PREFIX}/datapackage-000001.json") == ONE


def test_gc__a_version_that_never_became_current_is_a_version(store: ObjectStore, one: Path, two: Path) -> None:
    publish(one, store)

    def kill(when: str, call: str, key: str) -> None:
        if call == "replace":
            raise Killed

    with pytest.raises(Killed):
        publish(two, Watched(store, kill))
    remove(store)
    publish(one, store)
    publish(two, store)
    assert sequence_of(store) == 2


def test_gc__an_intent_protects_until_it_is_old(store: ObjectStore, one: Path, two: Path) -> None:
    publish(one, store)
    orphans = leave_orphans(store, two)
    intent = f"publishing/{'a' * 64}.json"
    store.put(f"{PREFIX}/{intent}", render_intent(orphans), content_type="", cache_control="")
    assert remove(store, Later(days=6.9)).removed == ()
    assert set(remove(store, Later(days=7.1)).removed) == {*orphans, intent}


def test_gc__a_version_that_cannot_be_read_stops_it(store: ObjectStore, one: Path, two: Path) -> None:
    publish(one, store)
    leave_orphans(store, two)
    store.put(f"{PREFIX}/datapackage-000007.json", b"{}", content_type="", cache_control="")
    before = everything(store)
    with pytest.raises(OutsideError, match=r"datapackage-000007\.json in the store was not written"):
        remove(store)
    assert before.items() <= everything(store).items()


def test_gc__one_that_died_is_waited_for_and_followed(store: ObjectStore, one: Path, two: Path) -> None:
    publish(one, store)
    orphans = leave_orphans(store, two)
    store.put(GC, render_lease("dead"), content_type="", cache_control="")
    clock = Later()
    assert set(remove(store, clock).removed) == orphans
    assert LEASE <= clock.seconds <= LEASE + 5
    store.put(GC, render_lease("dead again"), content_type="", cache_control="")
    publish_beside(two, store, clock)
    assert clock.seconds >= 2 * LEASE
    assert sequence_of(store) == 2


def test_gc__stops_when_its_time_is_over_and_goes_on_with_a_new_look(tmp_path: Path, one: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    publish(one, store)
    many = write_bundle(tmp_path / "many", {f"by-{n}.csv": b"%d\n" % n for n in range(40)})
    orphans = leave_orphans(store, many)
    clock = Later()
    looks = []

    def slow(when: str, call: str, key: str) -> None:
        if when == "after" and call == "delete":
            clock.sleep(2)
        if when == "before" and call == "stored" and key.endswith("/objects"):
            looks.append(key)

    assert set(remove(Watched(store, slow), clock).removed) == orphans
    assert len(looks) == 3  # 41 deletes of two seconds, fifteen in each round


# --- beside publishers ---


def age(folder: Path) -> None:
    """Make all files of a folder thirty days old."""
    then = time.time() - 30 * 86_400
    for path in folder.rglob("*"):
        os.utime(path, (then, then))


def everything_happens(folder: Path, one: Path, two: Path, *, deaf: bool = False) -> int:
    """A removal during every call of a publisher, and a publisher during every call of a removal.

    The publisher finds old files that nobody refers to, and does not send them again. Returns how many of the histories
    end with a version that lacks a file. `deaf`: intents get lost.
    """
    wrapped = Deaf if deaf else (lambda store: store)
    lost = 0
    for first, second in ((_publisher(two), remove), (remove, _publisher(two))):
        for when in ("before", "after"):
            at = 0
            while True:
                place = folder / f"{first is remove}-{when}-{at}"
                store = open_store(str(place))
                publish(one, store)
                leave_orphans(store, two)
                age(place)
                clock = Later(days=0)
                if not _interrupted(wrapped(store), first, second, when, at, clock):
                    break
                lost += not _is_whole(store)
                at += 1
            assert at > 8
    return lost


def _publisher(bundle: Path) -> Callable[[ObjectStore, Later], object]:
    return lambda store, clock: publish_beside(bundle, store, clock)


def _interrupted(
    store: ObjectStore,
    first: Callable[[ObjectStore, Later], object],
    second: Callable[[ObjectStore, Later], object],
    when: str,
    at: int,
    clock: Later,
) -> bool:
    """Run `first`, and at its call number `at` all of `second`, or as much of it as comes before it waits for `first`.

    False if `first` has no such call.
    """
    calls = iter(range(100_000))
    happened: list[Future[object]] = []

    def interrupt(now: str, call: str, key: str) -> None:
        if now == when and not happened and next(calls) == at:
            happened.append(pool.submit(second, store, clock))
            while not happened[0].done() and not clock.asleep.is_set():
                time.sleep(0.001)

    with ThreadPoolExecutor(1) as pool:
        first(Watched(store, interrupt), clock)
    for one in happened:
        one.result()
    return bool(happened)


def _is_whole(store: ObjectStore) -> bool:
    try:
        return sequence_of(store) == 2
    except AssertionError:
        return False


class Deaf(Watched):
    """A store that loses every intent: what publishing beside a removal would be without them."""

    def __init__(self, inner: ObjectStore) -> None:
        super().__init__(inner, lambda *_: None)

    def put(self, key: str, content: bytes, **kwargs: Any) -> None:
        if "/publishing/" not in key:
            super().put(key, content, **kwargs)


def test_gc__beside_a_publisher_loses_nothing(tmp_path: Path, one: Path, two: Path) -> None:
    assert everything_happens(tmp_path, one, two) == 0


def test_gc__beside_a_publisher_without_intents_would_lose_files(tmp_path: Path, one: Path, two: Path) -> None:
    """The same histories find the fault that the intents are against."""
    assert everything_happens(tmp_path, one, two, deaf=True) > 0


@pytest.mark.parametrize("when", ["before", "after"])
def test_gc__killed_at_every_call(tmp_path: Path, one: Path, two: Path, when: str) -> None:
    for at in range(100):
        store = open_store(str(tmp_path / f"{when}-{at}"))
        publish(one, store)
        before = everything(store)
        leave_orphans(store, two)
        try:
            remove(Watched(store, Killer(when, at)))
        except Killed:
            assert files_of(store, f"{PREFIX}/datapackage.json") == ONE
            remove(store)
            assert everything(store) == {**before, GC: IDLE}
        else:
            assert at > 8
            return
    raise AssertionError("it never ends")


def test_gc__objects_of_the_next_version_stay_while_it_is_published(store: ObjectStore, one: Path, two: Path) -> None:
    publish(one, store)
    leave_orphans(store, two)
    clock = Later()
    publish_beside(two, store, clock)
    assert remove(store, clock).removed == ()
    assert files_of(store, f"{PREFIX}/datapackage.json") == TWO
