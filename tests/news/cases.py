"""What the tests of the news share: logs, catalogs and statuses, and documents by their key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from osds.news.documents import Told, documents
from osds.registry.catalog import Entry, empty_catalog
from osds.registry.changes import Event, EventType, RecordedEvent
from osds.registry.policy import Policy
from osds.registry.status import EMPTY_BOOK, Standing, Status, StatusBook, Trouble

TIME = "2026-01-31T12:00:00Z"
URL = "https://github.com/town/budget"


def event(kind: EventType = EventType.ADDED, **values: str) -> Event:
    made = Event(time=TIME, event=kind, owner="town", name="budget", url=URL)
    return replace(made, **values)  # type: ignore[arg-type]


def log(*events: Event) -> tuple[RecordedEvent, ...]:
    return tuple(RecordedEvent(id=number, event=each) for number, each in enumerate(events, start=1))


def many(count: int) -> tuple[RecordedEvent, ...]:
    """A log of so many versions of one dataset."""
    return log(*(event(EventType.PUBLISHED, detail=f"version {number}") for number in range(1, count + 1)))


def told(
    events: Sequence[RecordedEvent] = (),
    *,
    book: StatusBook = EMPTY_BOOK,
    site: str = "",
    names: Sequence[str] = ("budget",),
) -> Told:
    """A registry that lists datasets of the town."""
    catalog = empty_catalog()
    for name in names:
        catalog = catalog.with_entry(Entry(url=f"https://github.com/town/{name}", name=name, owner="town"))
    return Told(catalog=catalog, policy=Policy(title="Ours", site=site), log=events, book=book)


def rendered(what: Told) -> dict[str, str]:
    """Every document by its key."""
    return {document.key: document.render() for document in documents(what)}


def status(**values: object) -> Status:
    return replace(Status(owner="town", name="budget", url=URL), **values)  # type: ignore[arg-type]


def standing(trouble: Trouble, *, told: bool = True, detail: str = "") -> Standing:
    return Standing(trouble=trouble, since="2026-01-20T00:00:00Z", told=told, detail=detail)
