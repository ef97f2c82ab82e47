"""`osds store gc`: remove the objects that no version refers to, safely beside publishers (`osds.store.intent`).

Versions are for ever, so what one of them refers to stays. What is left are the files of publishers that were killed or
held back, and they stay too until they are older than the grace time, because a publisher may be about to need them.
"""

from __future__ import annotations

import datetime
import secrets
from dataclasses import dataclass

from osds.commands.clock import Clock
from osds.commands.store.intents import set_removal, wait_for_removal
from osds.commands.store.place import Place, list_versions, read_current, require_version
from osds.dataset.identity import DatasetId
from osds.edges.store.objects import Stored
from osds.errors import OutsideError
from osds.progress import Progress
from osds.store import layout
from osds.store.intent import IDLE, WORKING, parse_intent, render_lease

_ROUNDS = 1000  # of WORKING seconds each


@dataclass(frozen=True, kw_only=True)
class Removed:
    """What was removed, or would be: keys below the dataset's prefix, and the bytes that this makes free."""

    dataset: DatasetId
    removed: tuple[str, ...]
    bytes: int
    kept: int  # objects that stay


@dataclass(kw_only=True)
class _Work:
    """What all rounds together have done."""

    removed: dict[str, int]
    kept: int = 0


def remove_unreferenced(
    place: Place, grace: datetime.timedelta, *, clock: Clock, dry_run: bool, progress: Progress
) -> Removed:
    """Remove what no version and no young intent refers to and is older than `grace`.

    Raises `OutsideError`, before anything is removed, if a version cannot be read: what it refers to is not known then.
    """
    work = _Work(removed={})
    if dry_run:
        condemned, work.kept = _look(place, grace, clock)
        work.removed = {key: stored.bytes for key, stored in condemned.items()}
    else:
        for _ in range(_ROUNDS):
            if _round(place, grace, clock, work, progress):
                break
    return Removed(
        dataset=place.dataset,
        removed=tuple(sorted(work.removed)),
        bytes=sum(work.removed.values()),
        kept=work.kept,
    )


def _round(place: Place, grace: datetime.timedelta, clock: Clock, work: _Work, progress: Progress) -> bool:
    """Say that we are at it, look, and remove for `WORKING` seconds at most. True if nothing is left to be removed."""
    wait_for_removal(place, clock, progress)
    found = place.store.get(place.key(layout.GC))
    lease = render_lease(secrets.token_hex(8))
    began = clock.monotonic()
    if not set_removal(place, lease, found[1] if found else None):
        return False  # somebody else began at the same moment
    condemned, work.kept = _look(place, grace, clock)
    done = True
    with progress.task("Removing old objects", total=len(condemned)) as task:
        for key, stored in condemned.items():
            if clock.monotonic() - began >= WORKING:
                done = False
                break
            place.store.delete(place.key(key))
            work.removed[key] = stored.bytes
            task.advance()
    _finish(place, lease)
    return done


def _finish(place: Place, lease: bytes) -> None:
    """Say that we are not at it any more, unless somebody has taken us for dead and said so."""
    found = place.store.get(place.key(layout.GC))
    if found is not None and found[0] == lease:
        set_removal(place, IDLE, found[1])


def _look(place: Place, grace: datetime.timedelta, clock: Clock) -> tuple[dict[str, Stored], int]:
    """What may go, by key below the prefix, and how many objects stay.

    The order matters: objects, then intents, then versions. A publisher takes its intent back when its version is
    written; so who is not seen by the second look is seen by the third.
    """
    start = len(place.key(""))
    objects = {key[start:]: stored for key, stored in place.store.stored(place.key(layout.OBJECTS)).items()}
    intents = {key[start:]: stored for key, stored in place.store.stored(place.key(layout.PUBLISHING)).items()}
    old = clock.now() - grace
    dead = {key: stored for key, stored in intents.items() if stored.modified < old}
    needed: set[str] = set()
    for key in intents.keys() - dead.keys():
        found = place.store.get(place.key(key))
        needed |= parse_intent(found[0]) if found else set()
    needed |= _referenced(place)
    condemned = {key: stored for key, stored in objects.items() if key not in needed and stored.modified < old}
    return condemned | dead, len(objects) - len(condemned)


def _referenced(place: Place) -> set[str]:
    current = read_current(place)
    numbers = list_versions(place)  # after it: a publisher may have gone on meanwhile
    if current is not None and current.manifest.sequence not in numbers:
        raise OutsideError(
            f"Version {current.manifest.sequence} of {place.dataset} is current and its own file is missing",
            next_step="Nothing was removed: run `osds store verify`",
        )
    return {key for number in numbers for key in require_version(place, number).objects}
