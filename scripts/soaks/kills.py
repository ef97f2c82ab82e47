"""Publishers that are killed with SIGKILL, while others read."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from osds.edges.store.objects import ObjectStore, open_store
from tests.store.publisher import publish_into
from tests.store.publishing import (
    CURRENT,
    PREFIX,
    Watched,
    assert_plain_paths_are_current,
    files_of,
    publish,
    sequence_of,
    write_bundle,
)

_FILES = 12
_LINES = 5_000
_PER_STORE = 20  # kills, before a new store is begun: all versions are read after each


@dataclass(kw_only=True)
class Seen:
    """What readers saw: whole versions, and what must never be."""

    reads: Synchronized[int]
    mixed: Synchronized[int]


def soak_kills(folder: Path, *, kills: int, readers: int, seed: int, every: int = 1) -> Iterator[str]:
    """Kill at every call (or at each one of so many), then at `kills` random moments."""
    folder.mkdir(parents=True)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["scripts.soaks.kills", "tests.store.publisher"])
    seen = Seen(reads=context.Value("q", 0), mixed=context.Value("q", 0))
    calls = _count_calls(folder)
    moments: list[tuple[str, int] | None] = [
        (when, at) for at in range(0, calls, every) for when in ("before", "after")
    ]
    yield f"kills: {len(moments)} at the {calls} calls of a publisher, {kills} at random moments, {readers} readers"
    chance = random.Random(seed)
    duration = _time_of_a_publication(folder)
    moments += [None] * kills
    dead = committed = different = 0
    start = time.monotonic()
    for number in range(0, len(moments), _PER_STORE):
        store = open_store(str(folder / f"store-{number}"))
        publish(_bundle(folder, 0), store)
        with _reading(context, store.url, readers, seen):
            for moment in moments[number : number + _PER_STORE]:
                died, done, same = _kill_one(context, store, folder, moment, duration * 2 * chance.random())
                dead += died
                committed += done
                different += not same
    yield (
        f"killed {dead:,} of {len(moments):,} publishers: {dead - committed:,} before the commit point moved, "
        f"{committed:,} after; the other {len(moments) - dead:,} had ended; "
        f"{seen.reads.value:,} versions read whole, "
        f"{seen.mixed.value} mixed or corrupt; {different} second runs ended otherwise ({time.monotonic() - start:.0f} s)"
    )
    if seen.mixed.value or different:
        yield "WRONG: readers noticed, or a second run did not repair"


def _kill_one(
    context: Any,  # noqa: ANN401 (a context of multiprocessing)
    store: ObjectStore,
    folder: Path,
    moment: tuple[str, int] | None,
    delay: float,
) -> tuple[bool, bool, bool]:
    """Kill one publisher of the next content.

    Whether it died, whether its version was current by then, and whether one more run ends as if nothing had been.
    """
    current = sequence_of(store)
    bundle = _bundle(folder, current)
    if moment is None:
        process = context.Process(target=publish_into, args=(store.url, bundle))
        process.start()
        process.join(delay)
        process.kill()
    else:
        process = context.Process(target=publish_and_die, args=(store.url, bundle, *moment))
        process.start()
    process.join()
    died = process.exitcode == -signal.SIGKILL
    process.close()
    committed = died and sequence_of(store) == current + 1
    publish_into(store.url, bundle)
    wanted = {p.name: p.read_bytes() for p in bundle.iterdir() if p.name != "datapackage.json"}
    try:
        same = sequence_of(store) == current + 1 and files_of(store, CURRENT) == wanted
        assert_plain_paths_are_current(store)
        assert not store.list(f"{PREFIX}/publishing")
    except AssertionError:
        return died, committed, False
    return died, committed, same


def publish_and_die(url: str, bundle: Path, when: str, at: int) -> None:
    """Publish, and die by SIGKILL before or after call number `at` to the store."""
    store = open_store(url)
    left = iter(range(at + 1))

    def die(now: str, _call: str, _key: str) -> None:
        if now == when and next(left, -1) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    publish(bundle, Watched(store, die))


def _bundle(folder: Path, number: int) -> Path:
    """A bundle whose files all begin with its number, like those of no other."""
    return write_bundle(
        folder / f"bundle-{number}", {f"by-{f}.csv": b"%d,%d\n" % (number, f) * _LINES for f in range(_FILES)}
    )


def _count_calls(folder: Path) -> int:
    store = open_store(str(folder / "counted"))
    publish(_bundle(folder, 0), store)
    calls: list[str] = []

    def count(when: str, call: str, _: str) -> None:
        calls.extend([call] if when == "before" else [])

    publish(_bundle(folder, 1), Watched(store, count))
    return len(calls)


def _time_of_a_publication(folder: Path) -> float:
    store = open_store(str(folder / "timed"))
    publish(_bundle(folder, 0), store)
    start = time.monotonic()
    publish(_bundle(folder, 1), store)
    return time.monotonic() - start


@contextmanager
def _reading(context: Any, url: str, readers: int, seen: Seen) -> Iterator[None]:  # noqa: ANN401
    """Processes that read as long as the context lasts."""
    stop = context.Event()
    processes = [context.Process(target=read_on, args=(url, stop, seen.reads, seen.mixed)) for _ in range(readers)]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        stop.set()
        for process in processes:
            process.join()


def read_on(url: str, stop: Event, reads: Synchronized[int], mixed: Synchronized[int]) -> None:
    """Read the current version again and again, as a reader does who compares everything."""
    store = open_store(url)
    while not stop.is_set():
        try:
            files = files_of(store, CURRENT)
            # Each content names its bundle at the beginning: files of two bundles in one version would be a mixture.
            whole = len({content.split(b",", 1)[0] for content in files.values()}) == 1 and len(files) == _FILES
        except (AssertionError, KeyError, json.JSONDecodeError):
            whole = False
        with (reads if whole else mixed).get_lock():
            (reads if whole else mixed).value += 1
