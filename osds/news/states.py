"""The state of a dataset in the words that badge, page, comment and command line share, so that none contradicts another.

Follows from the catalog and from what `data/status.json` has; nothing in it changes because time passes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from osds.registry.catalog import CORE, QUARANTINE, STATUS, Catalog, Entry
from osds.registry.status import Status, StatusBook, Trouble, Verdict
from osds.untrusted import one_line

FORMAT = 1


class Mood(StrEnum):
    """How a dataset is, in one word."""

    VALID = "valid"
    INVALID = "invalid"  # its data has errors
    TROUBLE = "trouble"  # anything else is wrong
    QUARANTINE = "quarantine"
    UNKNOWN = "unknown"  # nobody has looked yet
    UNLISTED = "unlisted"  # the registry had it once


# Colours that badges know by name: https://shields.io/badges
COLOURS = {
    Mood.VALID: "brightgreen",
    Mood.INVALID: "red",
    Mood.TROUBLE: "orange",
    Mood.QUARANTINE: "red",
    Mood.UNKNOWN: "lightgrey",
    Mood.UNLISTED: "lightgrey",
}
_TROUBLES = {
    Trouble.HELD: "new version held back",
    Trouble.FAILED: "could not be processed",
    Trouble.LFS_QUOTA: "git-lfs quota spent",
    Trouble.GONE: "repository cannot be seen",
    Trouble.MOVED: "repository has moved",
    Trouble.FAILING: "updates fail",
    Trouble.DISABLED: "updates switched off",
}


@dataclass(frozen=True, kw_only=True)
class State:
    """A dataset as everybody is told of it. `message` is a few words, such as `valid · 2025 · version 3`."""

    status: Status
    mood: Mood
    message: str
    core: bool = False

    @property
    def colour(self) -> str:
        """The name of a colour."""
        return COLOURS[self.mood]

    @property
    def badge(self) -> dict[str, Any]:
        """What shields.io draws: https://shields.io/badges/endpoint-badge."""
        return {"schemaVersion": 1, "label": "OpenSpending", "message": self.message, "color": self.colour}

    @property
    def document(self) -> dict[str, Any]:
        """For machines. A value that is not known is null."""
        status = self.status
        return {
            "dataset": str(status.id),
            "repository": status.url,
            "core": self.core,
            "state": self.mood.value,
            "message": self.message,
            "errors": status.errors if status.verdict else None,
            "warnings": status.warnings if status.verdict else None,
            "rows": status.rows if status.verdict else None,
            "commit": status.commit or None,
            "version": status.version or None,
            "published": status.published or None,
            "until": status.until or None,
            "last-run": status.last_run or None,
            "troubles": [
                {"trouble": each.trouble.value, "since": each.since, "detail": one_line(each.detail)}
                for each in status.told
            ],
        }


def state_of(entry: Entry, book: StatusBook) -> State:
    """The state of a dataset that the catalog lists."""
    status = book.of(entry.owner, entry.name, entry.url)
    mood = _mood(entry, status)
    return State(status=status, mood=mood, message=_message(mood, status), core=entry.core == CORE)


def unlisted(owner: str, name: str, url: str) -> State:
    """The state of a dataset that the registry lists no more."""
    return State(status=Status(owner=owner, name=name, url=url), mood=Mood.UNLISTED, message="not in the registry")


def states_of(catalog: Catalog, book: StatusBook) -> dict[str, State]:
    """By `owner/name`, in the order of the catalog."""
    return {str(row.entry.id): state_of(row.entry, book) for row in catalog.rows}


def _mood(entry: Entry, status: Status) -> Mood:
    if entry.extra.get(STATUS) == QUARANTINE:
        return Mood.QUARANTINE
    if status.verdict is Verdict.INVALID:
        return Mood.INVALID
    if any(each.trouble is not Trouble.INVALID for each in status.told):
        return Mood.TROUBLE
    return Mood.UNKNOWN if status.verdict is Verdict.UNKNOWN else Mood.VALID


def _message(mood: Mood, status: Status) -> str:
    if mood is Mood.QUARANTINE:
        return "in quarantine"
    wrong = [*_errors(status), *_troubles(status)]
    if wrong:
        return one_line(" · ".join(wrong), 120)
    if mood is Mood.UNKNOWN:
        return "not checked yet"
    known = ("valid", one_line(status.until, 20), f"version {status.version}" if status.version else "")
    return " · ".join(filter(None, known))


def _errors(status: Status) -> Iterator[str]:
    if status.verdict is Verdict.INVALID:
        yield f"{status.errors:,} error{'' if status.errors == 1 else 's'}" if status.errors else "invalid"


def _troubles(status: Status) -> Iterator[str]:
    for standing in status.told:
        if standing.trouble is Trouble.SILENT:
            yield f"no run since {(status.last_run or standing.since)[:10]}"
        elif standing.trouble is not Trouble.INVALID:
            yield _TROUBLES[standing.trouble]
