"""A report as annotations of the Actions runner, within its limits.

The runner shows at most 10 errors, 10 warnings and 10 notices of a step and drops the rest without a word
(actions/toolkit#734), so each kind of finding speaks once per spot, and the last one says how much is not shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from posixpath import join

from osds.report import Report, Severity
from osds.untrusted import one_line
from osds.views.grouping import Spot, group
from osds.views.text import describe

LIMIT = 10


def render(report: Report, folder: str = "") -> Iterator[str]:
    """One workflow command per line; `folder` is the dataset's path in the repository."""
    for severity in Severity:
        spots = _ranked(report, severity)
        shown = spots if len(spots) <= LIMIT else spots[: LIMIT - 1]
        for spot in shown:
            yield _annotation(spot, folder)
        left = len(spots) - len(shown)
        if left:
            yield command(severity.value, f"{left} more; the job summary has them all", title="osds")


def error(message: str) -> str:
    """An annotation for an error that belongs to no file."""
    return command("error", message, title="osds")


def _ranked(report: Report, severity: Severity) -> list[Spot]:
    """The first spot of every check before the second of any."""
    groups = [each.spots for each in group(report) if each.first.severity is severity]
    return [spots[i] for i in range(max(map(len, groups), default=0)) for spots in groups if i < len(spots)]


def _annotation(spot: Spot, folder: str) -> str:
    first = spot.first
    times = f" ({len(spot.findings):,} times)" if len(spot.findings) > 1 else ""
    properties = {"title": f"{first.title}{times}"}
    if first.place.file and "://" not in first.place.file:
        properties = {"file": join(folder, first.place.file), "line": str(first.place.row or 1), **properties}
    return command(first.severity.value, f"{describe(spot)}. {first.advice}", **properties)


def command(name: str, message: str, **properties: str) -> str:
    """A workflow command; values are escaped as the runner unescapes them, after being made one harmless line."""
    told = ",".join(f"{key}={_escape(one_line(value), ':,')}" for key, value in properties.items())
    return f"::{name} {told}::{_escape(one_line(message, 2000))}"


def _escape(text: str, more: Iterable[str] = "") -> str:
    for character in ("%", *more):
        text = text.replace(character, f"%{ord(character):02X}")
    return text
