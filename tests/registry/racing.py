"""Many registrations at once, and several mergers at once: what has to come out of it."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.registry.merging import Town


@dataclass(frozen=True, kw_only=True)
class Race:
    """What came out. `writes` are the most calls that any one request took."""

    rows: int
    lost: int
    duplicates: int
    writes: int
    comments: int  # the most on any one request
    runs: int
    moves: int  # runs that moved the branch
    seconds: float


def race(town: Town, *, registrations: int, mergers: int, seed: int) -> Race:
    """Let everybody register at random moments while the mergers run; then one last run closes what is left."""
    chance, start = random.Random(seed), time.perf_counter()
    names = [f"o{chance.getrandbits(48):012x}/spending" for _ in range(registrations)]  # nobody looks like anybody else
    for name in names:
        town.forge.add_dataset(name)
    asked = [(name, town.with_row(town.row(name)), chance.uniform(0, 0.05)) for name in names]
    done, runs = threading.Event(), Counter[str]()
    with ThreadPoolExecutor() as pool:
        askers = [pool.submit(_register, town, asked[part::4]) for part in range(4)]
        writers = [pool.submit(_keep_merging, town, done, runs) for _ in range(mergers)]
        for asker in askers:
            asker.result()
        while any(town.forge.is_open.values()) and not any(writer.done() for writer in writers):
            time.sleep(0.1)
        done.set()
        for writer in writers:
            writer.result()
    town.later(hours=1)
    town.merge()
    return _count(town, names, runs, time.perf_counter() - start)


def _register(town: Town, asked: Sequence[tuple[str, str, float]]) -> None:
    for name, head, delay in asked:
        time.sleep(delay)
        town.forge.ask(name.partition("/")[0], head)


def _keep_merging(town: Town, done: threading.Event, runs: Counter[str]) -> None:
    deadline = time.monotonic() + 600
    while not done.is_set() and time.monotonic() < deadline:
        runs["all"] += 1
        runs["moved"] += town.merge().moved
        town.later(seconds=20)


def _count(town: Town, names: list[str], runs: Counter[str], seconds: float) -> Race:
    ids, events = Counter(town.ids()), Counter(town.events())
    each = Counter(write.split()[1] for write in town.forge.writes)
    return Race(
        rows=len(ids),
        lost=len(set(names) - set(ids)),
        duplicates=ids.total() - len(ids) + events.total() - len(events),
        writes=max(each.values()),
        comments=max(len(said) for said in town.forge.said.values()),
        runs=runs["all"],
        moves=runs["moved"],
        seconds=seconds,
    )
