"""Going back, and showing what there is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from osds.commands.store.place import Place
from osds.commands.store.rollback import roll_back
from osds.commands.store.show import list_datasets, show_current, show_versions
from osds.edges.store.objects import ObjectStore
from osds.errors import OutsideError, UsageError
from osds.progress import Silent
from tests.store.publisher import DATASET, SOURCE
from tests.store.publishing import (
    CURRENT,
    ONE,
    PREFIX,
    TWO,
    Killed,
    Killer,
    Watched,
    assert_plain_paths_are_current,
    content,
    everything,
    files_of,
    publish,
    sequence_of,
)


def back(store: ObjectStore, sequence: int, *, dry_run: bool = False) -> tuple[bool, int]:
    place = Place(store=store, dataset=DATASET)
    done = roll_back(place, sequence, "Two is wrong", dry_run=dry_run, progress=Silent())
    return done.changed, done.sequence


def test_roll_back__is_a_new_version(store: ObjectStore, one: Path, two: Path) -> None:
    publish(one, store)
    publish(two, store)
    before = everything(store)
    assert back(store, 1, dry_run=True) == (True, 3)
    assert everything(store) == before
    assert back(store, 1) == (True, 3)
    assert sequence_of(store) == 3
    assert files_of(store, CURRENT) == ONE
    assert_plain_paths_are_current(store)
    assert json.loads(content(store, CURRENT))["osds"]["rollback"] == {"to": 1, "reason": "Two is wrong"}
    assert back(store, 1) == (False, 3)
    assert back(store, 2) == (True, 4)
    assert files_of(store, CURRENT) == TWO


def test_roll_back__the_same_data_again_is_unchanged(store: ObjectStore, one: Path, two: Path) -> None:
    publish(one, store)
    publish(two, store)
    back(store, 1)
    assert publish(one, store).changed is False


def test_roll_back__what_cannot_be(store: ObjectStore, one: Path, two: Path) -> None:
    with pytest.raises(UsageError, match="There is no os-data/budget"):
        back(store, 1)
    publish(one, store)
    publish(two, store)
    with pytest.raises(UsageError, match="There is no version 9"):
        back(store, 9)
    store.delete(next(key for key in store.list(f"{PREFIX}/objects") if key.endswith("by-old.csv")))
    with pytest.raises(OutsideError, match="1 files of version 1 are not there any more"):
        back(store, 1)


@pytest.mark.parametrize("when", ["before", "after"])
def test_roll_back__killed_at_every_call(tmp_path: Path, one: Path, two: Path, when: str) -> None:
    from osds.edges.store.objects import open_store

    for at in range(100):
        store = open_store(str(tmp_path / f"{when}-{at}"))
        publish(one, store)
        publish(two, store)
        try:
            back(Watched(store, Killer(when, at)), 1)
        except Killed:
            assert files_of(store, CURRENT) in (ONE, TWO)
            back(store, 1)
            publish(one, store)  # whoever comes next refreshes the copies
        assert sequence_of(store) == 3
        assert files_of(store, CURRENT) == ONE
        assert_plain_paths_are_current(store)
        if at > 20:
            return


def test_show__what_there_is(store: ObjectStore, one: Path, two: Path) -> None:
    place = Place(store=store, dataset=DATASET)
    assert list_datasets(store) == ()
    with pytest.raises(UsageError, match="There is no os-data/budget"):
        show_current(place)
    publish(one, store)
    publish(two, store)
    store.put("datasets/os-data/Not A Name/x.csv", b"", content_type="", cache_control="")
    store.put("datasets/loose.csv", b"", content_type="", cache_control="")
    back(store, 1)
    assert list_datasets(store) == (DATASET,)
    shown = show_versions(place)
    assert [(one.sequence, one.files, one.note) for one in shown] == [
        (1, 4, ""),
        (2, 4, ""),
        (3, 4, "back to version 1: Two is wrong"),
    ]
    current = show_current(place)
    assert current == shown[-1]
    assert (current.commit, current.repository, current.title) == (SOURCE.commit, SOURCE.repository, "Año")
    assert current.bytes == sum(len(data) for data in ONE.values()) + len((one / "datapackage.json").read_bytes())
