"""Removing old objects beside a publisher: each during every call of the other, and no version ever lacks a file."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from osds.edges.store.objects import ObjectStore, open_store
from tests.store.publishing import (
    Watched,
    publish,
    sequence_of,
)
from tests.store.removing import Later, leave_orphans, publish_beside, remove


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
