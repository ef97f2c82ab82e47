"""Removing what no version refers to: what goes and what stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from osds.edges.store.objects import ObjectStore, open_store
from osds.errors import OutsideError
from osds.store.intent import IDLE, LEASE, render_intent, render_lease
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
from tests.store.removing import GC, Later, leave_orphans, publish_beside, remove


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
