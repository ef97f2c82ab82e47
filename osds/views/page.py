"""A report as one HTML page that can be mailed: nothing in it comes from elsewhere, and its policy forbids asking.

`page.html.j2`, `page.css` and `page.js` are put together here. Offending rows are shown as far as the report holds them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING

from osds import __version__
from osds.errors import EXIT_UNSAFE
from osds.report import Report, Severity
from osds.untrusted import one_line
from osds.views.grouping import Group, group, row_list
from osds.views.html import environment, policy, read
from osds.views.peeks import peeks
from osds.views.text import MAX_SPOTS, MAX_VALUES

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

LIMIT = 1_000  # findings told one by one
_MEANINGS = {
    Severity.ERROR: "make the dataset invalid",
    Severity.WARNING: "are doubtful",
    Severity.NOTICE: "are good to know",
}


@dataclass(frozen=True, kw_only=True)
class _Section:
    """All findings of one severity."""

    severity: Severity
    meaning: str
    count: int
    groups: tuple[Group, ...]


def render(report: Report) -> str:
    """The report as an HTML document. It is bounded: 30 places of a kind, and as many rows as the report holds."""
    from markupsafe import Markup

    style, script = read("page.css"), read("page.js")
    groups = group(report)
    ranked = [finding for each in groups for spot in each.spots for finding in spot.findings]
    return _template().render(
        report=report,
        name=report.dataset.strip() or "The dataset",
        verdict=_verdict(report),
        lead=_lead(report),
        mood="good" if report.valid else "error",
        sections=[_section(report, groups, severity) for severity in Severity],
        listed=ranked[:LIMIT],
        left=len(ranked) - len(ranked[:LIMIT]),
        max_spots=MAX_SPOTS,
        max_values=MAX_VALUES,
        version=__version__,
        policy=policy(style, script),
        style=Markup(style),  # noqa: S704 (our own file)
        script=Markup(script),  # noqa: S704
    )


def _verdict(report: Report) -> str:
    if report.exit_code == EXIT_UNSAFE:
        return "is refused as unsafe"
    return "is valid" if report.valid else "is not valid"


def _lead(report: Report) -> str:
    """How much was looked at."""
    total, judged = len(report.tables), sum(table.judged for table in report.tables)
    rows = sum(table.rows or 0 for table in report.tables)
    if not total:
        return "No table was checked."
    tables = f"{total:,} table{'s' * (total != 1)}" if judged == total else f"{judged:,} of {total:,} tables"
    return f"{tables} checked, {rows:,} row{'s' * (rows != 1)}.{'' if report.findings else ' Nothing was found.'}"


def _section(report: Report, groups: tuple[Group, ...], severity: Severity) -> _Section:
    return _Section(
        severity=severity,
        meaning=_MEANINGS[severity],
        count=report.count(severity),
        groups=tuple(each for each in groups if each.first.severity is severity),
    )


@cache
def _template() -> Template:
    page = environment()
    page.filters["row_list"] = row_list
    page.filters["peeks"] = peeks
    page.filters["words"] = _words
    page.filters["cut"] = partial(one_line, limit=100)
    return page.from_string(read("page.html.j2"))


def _words(text: str) -> Markup:
    """A sentence of osds, in which `backticks` mark what is code; all of it is escaped before."""
    from markupsafe import Markup, escape

    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(one_line(text)))))  # noqa: S704 (escaped)
