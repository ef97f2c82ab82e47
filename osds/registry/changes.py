"""The registry's log, `data/changes.csv`: append-only typed events, the source of every changelog and feed.

Earlier bytes never change. Ids count from 1 and give the order; times are for people.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from osds.dataset.identity import DatasetId
from osds.errors import OsdsError, UsageError
from osds.registry.lines import RegistryFileError, check_value, join_line, split_line, split_lines
from osds.registry.urls import check_url

CHANGES_FILE = "data/changes.csv"
COLUMNS = ("id", "time", "event", "owner", "name", "url", "actor", "detail")
EMPTY_CHANGES = join_line(COLUMNS) + "\n"

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_ID = re.compile(r"[1-9][0-9]{0,17}")
_WAS = re.compile(r"was ([^/;\s]+/[^/;\s]+)")


class EventType(StrEnum):
    """What can happen to a dataset in a registry."""

    ADDED = "added"
    UPDATED = "updated"
    REMOVED = "removed"
    RENAMED = "renamed"
    TRANSFERRED = "transferred"
    CORE = "core"  # it became a core dataset, or ceased to be one
    QUARANTINED = "quarantined"  # another repository or owner stands where the dataset's was
    PUBLISHED = "published"  # the store has a new version
    TROUBLE = "trouble"  # something is wrong with it; the detail begins with the word for what (osds.registry.status)
    RECOVERED = "recovered"  # and that is over


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened. `time` is UTC, ISO 8601, whole seconds; `actor` is who did it, `detail` one line.

    Raises `UsageError` or `UnsafeInputError` if a value could not stand in the log.
    """

    time: str
    event: EventType
    owner: str
    name: str
    url: str
    actor: str = ""
    detail: str = ""

    def __post_init__(self) -> None:
        if not TIME.fullmatch(self.time):
            raise UsageError(f"{self.time!r} is not a time", next_step="Write it as 2026-01-31T12:00:00Z")
        DatasetId(owner=self.owner, name=self.name)
        check_url(self.url)
        check_value(self.actor, "actor")
        check_value(self.detail, "detail")

    @property
    def id(self) -> DatasetId:
        """`owner/name`."""
        return DatasetId(owner=self.owner, name=self.name)

    @property
    def was(self) -> str:
        """The id that the dataset had before, `owner/name`, where the event gave it another; else empty."""
        former = _WAS.match(self.detail)
        try:
            return str(DatasetId.parse(former[1])) if former else ""
        except OsdsError:  # a person wrote it
            return ""


@dataclass(frozen=True, kw_only=True)
class RecordedEvent:
    """An event as the log has it, with its number."""

    id: int
    event: Event


def timestamp(time: datetime) -> str:
    """How the log writes a time: UTC, whole seconds. `time` must know its zone."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def append(text: str, event: Event) -> str:
    """The log with `event` as its last line. Raises `RegistryFileError` if the log does not end as a log must."""
    values = (event.time, event.event.value, event.owner, event.name, event.url, event.actor, event.detail)
    return text + join_line((str(last_id(text) + 1), *values)) + "\n"


def last_time(text: str) -> datetime | None:
    """When the newest event happened; None if the log has none."""
    last = _last(text)
    return datetime.strptime(last.event.time, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) if last else None


def last_id(text: str) -> int:
    """The number of the newest event; 0 if the log has none."""
    last = _last(text)
    return last.id if last else 0


def _last(text: str) -> RecordedEvent | None:
    header, *lines = split_lines(text, CHANGES_FILE)
    _check_header(header)
    return _parse_line(lines[-1], len(lines) + 1) if lines else None


def parse_changes(text: str) -> tuple[RecordedEvent, ...]:
    """Every event, oldest first. Raises `RegistryFileError`, which names the line, if an id or value is wrong."""
    header, *lines = split_lines(text, CHANGES_FILE)
    _check_header(header)
    events = tuple(_parse_line(line, number) for number, line in enumerate(lines, start=2))
    for number, recorded in enumerate(events, start=1):
        if recorded.id != number:
            raise RegistryFileError(
                f"{CHANGES_FILE}, line {number + 1} has the id {recorded.id} instead of {number}",
                next_step="Lines of the log are never removed or moved: restore it from its history",
            )
    return events


def ids_in(text: str) -> frozenset[str]:
    """Every `owner/name` that the log speaks of, also those that a dataset had before (`was owner/name`).

    Reads quickly and judges nothing but the form of the lines.
    """
    header, *lines = split_lines(text, CHANGES_FILE)
    _check_header(header)
    found = set()
    for number, line in enumerate(lines, start=2):
        values = line.split(",") if '"' not in line else split_line(line, f"{CHANGES_FILE}, line {number}")
        if len(values) != len(COLUMNS):
            raise RegistryFileError(f"{CHANGES_FILE}, line {number} is not an event", next_step="Restore the log")
        found.add(f"{values[3]}/{values[4]}")
        was = _WAS.match(values[7])
        if was:
            found.add(was[1])
    return frozenset(found)


def _check_header(header: str) -> None:
    if split_line(header, f"{CHANGES_FILE}, line 1") != list(COLUMNS):
        raise RegistryFileError(
            f"{CHANGES_FILE}, line 1: the header is {header[:200]!r}", next_step=f"It must be {join_line(COLUMNS)}"
        )


def _parse_line(line: str, number: int) -> RecordedEvent:
    place = f"{CHANGES_FILE}, line {number}"
    values = split_line(line, place)
    if len(values) != len(COLUMNS) or not _ID.fullmatch(values[0]):
        raise RegistryFileError(f"{place} is not an event", next_step=f"The columns are {join_line(COLUMNS)}")
    found = dict(zip(COLUMNS, values, strict=True))
    del found["id"]
    kind = found.pop("event")
    if kind not in set(EventType):
        raise RegistryFileError(f"{place}: {kind!r} is not an event", next_step=f"One of {', '.join(EventType)}")
    try:
        return RecordedEvent(id=int(values[0]), event=Event(event=EventType(kind), **found))
    except OsdsError as error:
        raise RegistryFileError(f"{place}: {error.what}", next_step=error.next_step) from error
