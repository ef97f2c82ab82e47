"""Events as the entries of a feed, and a long feed cut into pages: the newest, and archives that never change.

An archive holds `PAGE` entries and is complete, so its bytes stay; the current page holds what came after, and always
between `PAGE` and twice as many where there are so many (RFC 5005, section 4). Each page names the one before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from osds.news.words import story, title
from osds.registry.changes import RecordedEvent
from osds.registry.urls import is_public

PAGE = 200  # entries; a JSON Feed of twice as many stays below 250 kB, as its specification advises

# Who may say what a tag means, since when (RFC 4151). Nothing is ever fetched from it.
_AUTHORITY = "openspending.org,2026"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry. `time` is that of the event, and `id` stays for ever: it follows from the log alone."""

    id: str
    title: str
    text: str
    url: str
    time: datetime
    category: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of a feed, newest entry first. `number` counts archives from 1; 0 is the current page.

    `before` is the number of the archive before it; 0 if there is none.
    """

    number: int
    before: int
    entries: tuple[Entry, ...]


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
    return Entry(
        id=tag(origin, "event", str(recorded.id)),
        title=title(event),
        text=story(recorded),
        url=link_of(event.url),
        time=datetime.strptime(event.time, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC),
        category=event.event.value,
    )


def link_of(url: str) -> str:
    """The address of a repository as a link: a path of this computer becomes a file: URL."""
    return url if is_public(url) else f"file://{quote(url.removeprefix('file://'))}"


def cut(log: Sequence[RecordedEvent]) -> list[tuple[int, int, Sequence[RecordedEvent]]]:
    """The pages of a feed of these events, oldest first: number, number of the archive before, events in their order."""
    full = max(0, len(log) // PAGE - 1)
    pages = [(number, number - 1, log[(number - 1) * PAGE : number * PAGE]) for number in range(1, full + 1)]
    return [*pages, (0, full, log[full * PAGE :])]


def page_of(number: int, before: int, events: Sequence[RecordedEvent], origin: str) -> Page:
    """One page with its entries."""
    return Page(number=number, before=before, entries=tuple(entry_of(each, origin) for each in reversed(events)))
