"""A publisher's side of the agreement with the removal of unreferenced objects; `osds.store.intent` says what it is."""

from __future__ import annotations

from collections.abc import Iterable

from osds.commands.clock import Clock
from osds.commands.store.place import Place
from osds.edges.store.objects import Version
from osds.progress import Progress
from osds.store import layout
from osds.store.intent import IDLE, LEASE, is_running, render_intent

_LOOK = 1.0  # seconds between two looks at gc.json


def announce(place: Place, content_sha256: str, keys: Iterable[str]) -> None:
    """Say which objects the version with this content will refer to."""
    key = layout.intent_key(content_sha256)
    place.store.put(
        place.key(key), render_intent(keys), content_type=layout.content_type(key), cache_control=layout.CHANGING
    )


def withdraw(place: Place, content_sha256: str) -> None:
    """Take that back, when a version refers to them."""
    place.store.delete(place.key(layout.intent_key(content_sha256)))


def is_announced(place: Place, content_sha256: str) -> bool:
    """True if somebody, perhaps a publisher that was killed, has said so and not taken it back."""
    return place.key(layout.intent_key(content_sha256)) in place.store.list(place.key(layout.PUBLISHING))


def wait_for_removal(place: Place, clock: Clock, progress: Progress) -> None:
    """Wait until no objects are being removed; at most `LEASE` seconds if whoever was at it has died.

    A removal that begins after this has seen what was announced before.
    """
    seen: Version | None = None
    since = clock.monotonic()
    with progress.task("Waiting for the removal of old objects to end"):
        while (found := place.store.get(place.key(layout.GC))) is not None and is_running(found[0]):
            if found[1] != seen:
                seen, since = found[1], clock.monotonic()
            elif clock.monotonic() - since >= LEASE:
                set_removal(place, IDLE, found[1])
            clock.sleep(_LOOK)


def set_removal(place: Place, content: bytes, expected: Version | None) -> bool:
    """Change `gc.json` if it is still as expected; False if it is not."""
    return place.store.replace(
        place.key(layout.GC),
        content,
        expected=expected,
        content_type=layout.content_type(layout.GC),
        cache_control=layout.CHANGING,
    )
