"""Events as the entries of a feed, and a long feed cut into pages: the newest, and archives that never change.

An archive holds `PAGE` entries and is complete, so its bytes stay; the current page holds what came after, and always
between `PAGE` and twice as many where there are so many (RFC 5005, section 4). Each page names the one before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from osds.news.words import story, title
from osds.registry.changes import RecordedEvent
from osds.registry.urls import is_public

PAGE = 200  # entries; a JSON Feed of twice as many stays below 250 kB, as its specification advises

# Who may say what a tag means, since when (RFC 4151). Nothing is ever fetched from it.
_AUTHORITY = "openspending.org,2026"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry. `time` is that of the event, as the log has it. `id` stays for ever: it follows from the log alone."""

    id: str
    title: str
    text: str
    url: str
    time: str
    category: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of a feed. `number` counts archives from 1; 0 is the current page.

    `before` is the number of the archive before it; 0 if there is none. `events` are in the order of the log.
    """

    number: int
    before: int
    events: tuple[RecordedEvent, ...]
    origin: str

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Its entries, newest first."""
        return tuple(entry_of(each, self.origin) for each in reversed(self.events))


def origin_of(log: Sequence[RecordedEvent]) -> str:
    """What tells the events of one registry from those of others: its first event, which stays when the registry moves."""
    first = repr(log[0].event) if log else ""
    return hashlib.sha256(first.encode()).hexdigest()[:16]


def tag(origin: str, *what: str) -> str:
    """An id that nothing else has, as a `tag:` URI (RFC 4151)."""
    return ":".join((f"tag:{_AUTHORITY}", "osds", origin, *what))


def entry_of(recorded: RecordedEvent, origin: str) -> Entry:
    """The entry that tells an event."""
    event = recorded.event
    said = title(event)
    return Entry(
        id=tag(origin, "event", str(recorded.id)),
        title=said,
        text=story(event, said),
        url=link_of(event.url),
        time=event.time,
        category=event.event.value,
    )


def link_of(url: str) -> str:
    """The address of a repository as a link: a path of this computer becomes a file: URL."""
    return url if is_public(url) else f"file://{quote(url.removeprefix('file://'))}"


def cut(log: Sequence[RecordedEvent], origin: str) -> Iterator[Page]:
    """The pages of a feed of these events: the archives, oldest first, then the current page."""
    full = max(0, len(log) // PAGE - 1)
    for number in range(1, full + 1):
        yield Page(
            number=number, before=number - 1, events=tuple(log[(number - 1) * PAGE : number * PAGE]), origin=origin
        )
    yield Page(number=0, before=full, events=tuple(log[full * PAGE :]), origin=origin)
