"""Many registrations at once, and several mergers at once: what has to come out of it."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
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
    chance = random.Random(seed)
    owners = [f"o{chance.getrandbits(48):012x}" for _ in range(registrations)]  # nobody looks like anybody else
    names = [f"{owner}/spending" for owner in owners]
    start, runs, done = time.perf_counter(), Counter[str](), threading.Event()
    for name in names:
        town.forge.add_dataset(name)
    heads = [town.with_row(town.row(name)) for name in names]
    errors: list[BaseException] = []

    def register(part: int) -> None:
        for number in range(part, registrations, 8):
            time.sleep(delays[number])
            town.forge.ask(owners[number], heads[number])

    def keep_merging() -> None:
        try:
            while not done.is_set():
                runs["all"] += 1
                result = town.merge()
                runs["moved"] += result.moved
                town.later(seconds=20)
        except BaseException as error:  # noqa: BLE001 (told in the thread that waits)
            errors.append(error)

    delays = [chance.uniform(0, 0.05) for _ in names]
    askers = [threading.Thread(target=register, args=(part,)) for part in range(8)]
    writers = [threading.Thread(target=keep_merging) for _ in range(mergers)]
    for thread in (*askers, *writers):
        thread.start()
    for thread in askers:
        thread.join()
    while not errors and any(town.forge.is_open.values()) and time.perf_counter() - start < 200:
        time.sleep(0.1)
    done.set()
    for thread in writers:
        thread.join()
    if errors:
        raise errors[0]
    town.later(hours=1)
    town.merge()
    ids = Counter(town.ids())
    events = Counter(town.events())
    each = Counter(write.split()[1] for write in town.forge.writes)
    return Race(
        rows=len(ids),
        lost=len(set(names) - set(ids)),
        duplicates=sum(ids.values()) - len(ids) + sum(events.values()) - len(events),
        writes=max(each.values()),
        comments=max(len(said) for said in town.forge.said.values()),
        runs=runs["all"],
        moves=runs["moved"],
        seconds=time.perf_counter() - start,
    )
