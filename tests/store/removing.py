"""What the tests of removing old objects share: a clock, and files that nobody refers to."""

from __future__ import annotations

import datetime
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from osds.commands.store.gc import Removed, remove_unreferenced
from osds.commands.store.place import Place
from osds.commands.store.publish import publish_bundle
from osds.edges.store.objects import ObjectStore
from osds.progress import Silent
from tests.store.publisher import DATASET, SOURCE
from tests.store.publishing import (
    PREFIX,
    Killed,
    Watched,
    everything,
    publish,
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
