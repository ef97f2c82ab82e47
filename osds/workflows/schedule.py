"""When schedules are due, and when a run that did not come is missed for certain.

GitHub takes a schedule for a wish: runs start late, most of all at full hours, and some never do; a busy day doubles them.
So a run is missed when the one after it should have come as well, and six hours have gone by since.
https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

LATE = timedelta(hours=6)  # by which GitHub may start a run late
LONGEST = timedelta(days=7)  # after which a run is missed, be it one of a year

# POSIX cron with names of months and days, and nothing that GitHub does not know: no seconds, no L, no #.
_FIELD = r"[0-9A-Za-z*,/-]{1,100}"
_LINE = re.compile(
    rf"(?P<cron>{_FIELD}(?: +{_FIELD}){{4}})(?: +(?P<zone>[A-Za-z0-9_+-]{{1,20}}(?:/[A-Za-z0-9_+-]{{1,30}}){{0,2}}))?"
)
_LAST = re.compile(r"[0-7]?L|LW", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, order=True)
class Line:
    """One line of cron, five fields with one space between them, and the time zone that it is meant in."""

    cron: str
    zone: str = "UTC"

    def __str__(self) -> str:
        return self.cron if self.zone == "UTC" else f"{self.cron} {self.zone}"


def read_line(text: str) -> Line | None:
    """The line in a text: five fields, and the name of a zone if it is not UTC. None if GitHub could not follow it."""
    match = _LINE.fullmatch(text)
    if match is None:
        return None
    fields, zone = match["cron"].split(), match["zone"] or "UTC"
    try:
        if any(_LAST.fullmatch(part) for field in fields for part in field.split(",")) or _zone(zone) is None:
            return None
        line = Line(cron=" ".join(fields), zone=zone)
        return line if _after(line, datetime(2026, 1, 1, tzinfo=UTC)) is not None else None
    except (CronSimError, AssertionError):
        return None


def due_after(lines: Iterable[Line], moment: datetime) -> datetime | None:
    """The first time (UTC) after `moment` at which one of the lines is due; None without lines."""
    return min((due for line in lines if (due := _after(line, moment)) is not None), default=None)


def missed(lines: Iterable[Line], last: datetime, now: datetime) -> datetime | None:
    """The time (UTC) of a run that is missed for certain by `now`, if none has started since `last`; None if none is.

    A clock that goes backwards, or is behind GitHub's, misses nothing.
    """
    lines = tuple(lines)
    due = due_after(lines, last)
    following = due_after(lines, due or last)
    if due is None or following is None:
        return None
    return due if now >= due + min(following - due, LONGEST) + LATE else None


def _after(line: Line, moment: datetime) -> datetime | None:
    """The clock may show an hour twice, so times are compared in UTC."""
    moment = moment.astimezone(UTC)
    for due in CronSim(line.cron, moment.astimezone(_zone(line.zone))):
        if (found := due.astimezone(UTC)) > moment:
            return found
    return None  # never: such as 30 February


@lru_cache(maxsize=1000)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # KeyError: no such zone; OSError: the name of a folder
        return None
