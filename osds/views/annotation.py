"""A report as annotations of the Actions runner, within its limits.

GitHub shows at most 10 errors, 10 warnings and 10 notices of a step and 50 annotations of a job, and drops the rest without
a word (actions/toolkit#734), so each kind of finding speaks once per file, with its total in the title, and the last one
says how much is not shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import join

from osds.report import Report, Severity
from osds.untrusted import one_line
from osds.views.grouping import Group, Spot, group
from osds.views.text import describe

LIMIT = 10  # annotations of one severity in a step
JOB_LIMIT = 50
MAX_PLACES = 5  # columns that one annotation tells of
MAX_TITLE = 150  # characters


@dataclass(frozen=True, kw_only=True)
class Told:
    """How many annotations there have been before: of each severity in this step, and of any in this job."""

    in_step: Mapping[str, int] = field(default_factory=dict)
    in_job: int = 0


def render(report: Report, folder: str = "", told: Told | None = None) -> Iterator[str]:
    """One workflow command per line; `folder` is the dataset's path in the repository."""
    told = told or Told()
    room = JOB_LIMIT - told.in_job
    for severity in Severity:
        most = min(LIMIT - told.in_step.get(severity.value, 0), room)
        shown = list(_of_severity(report, severity, folder, most))
        room -= len(shown)
        yield from shown


def _of_severity(report: Report, severity: Severity, folder: str, most: int) -> Iterator[str]:
    """At most so many annotations, of which the last one counts what is left."""
    ranked = _ranked(report, severity)
    shown = ranked if len(ranked) <= most else ranked[: max(most - 1, 0)]
    for spots in shown:
        yield _annotation(spots, folder)
    left = sum(len(spot.findings) for spots in ranked[len(shown) :] for spot in spots)
    if left and most > 0:
        words = f"{left:,} more {severity.value}s are not shown here; the job summary and the JSON report have them"
        yield command(severity.value, words, title="osds")


def error(message: str) -> str:
    """An annotation for an error that belongs to no file."""
    return command("error", message, title="osds")


def _ranked(report: Report, severity: Severity) -> list[list[Spot]]:
    """The spots of one kind in one file each: the first file of every kind before the second of any."""
    kinds = [_by_file(each) for each in group(report) if each.first.severity is severity]
    return [files[i] for i in range(max(map(len, kinds), default=0)) for files in kinds if i < len(files)]


def _by_file(kind: Group) -> list[list[Spot]]:
    files: dict[str | None, list[Spot]] = {}
    for spot in kind.spots:
        files.setdefault(spot.first.place.file, []).append(spot)
    return list(files.values())


def _annotation(spots: list[Spot], folder: str) -> str:
    first = spots[0].first
    count = sum(len(spot.findings) for spot in spots)
    times = f" ({count:,} times)" if count > 1 else ""
    properties = {"title": f"{one_line(first.headline, MAX_TITLE)}{times}"}
    if first.place.file and "://" not in first.place.file:
        line = str(min(spot.line for spot in spots))
        properties = {"file": join(folder, first.place.file), "line": line, **properties}
    told = "; ".join(describe(spot) for spot in spots[:MAX_PLACES])
    left = len(spots) - MAX_PLACES
    more = f"; and in {left:,} more places" if left > 0 else ""
    return command(first.severity.value, f"{told}{more}. {first.advice}", **properties)


def command(name: str, message: str, **properties: str) -> str:
    """A workflow command; values are escaped as the runner unescapes them, after being made one harmless line."""
    told = ",".join(f"{key}={_escape(one_line(value), ':,')}" for key, value in properties.items())
    return f"::{name} {told}::{_escape(one_line(message, 2000))}"


def _escape(text: str, more: Iterable[str] = "") -> str:
    for character in ("%", *more):
        text = text.replace(character, f"%{ord(character):02X}")
    return text
