"""A report as text for a person: what is wrong, where, an example, and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from osds.report import DESCRIPTOR_FILE, Report, Severity, TableFacts
from osds.untrusted import one_line
from osds.views.grouping import Group, Spot, group, row_list

MAX_SPOTS = 30
_SIGNS = {Severity.ERROR: "✗", Severity.WARNING: "!", Severity.NOTICE: "i"}


def render(report: Report) -> str:
    """The whole report, ending with a line break."""
    return "\n".join([verdict(report), *_tables(report), *_groups(report)]) + "\n"


def verdict(report: Report) -> str:
    """One line: the dataset, whether it is valid, and how many findings of each severity."""
    name = one_line(report.dataset) or "The dataset"
    counts = [_count(report, Severity.ERROR, "error"), _count(report, Severity.WARNING, "warning")]
    told = ", ".join(count for count in counts if count)
    return f"{name} is {'valid' if report.valid else 'not valid'}{f': {told}' if told else ''}"


def _count(report: Report, severity: Severity, word: str) -> str:
    number = report.count(severity)
    return f"{number:,} {word}{'' if number == 1 else 's'}" if number else ""


def _tables(report: Report) -> Iterator[str]:
    for table in report.tables:
        yield f"  {table_line(table)}"


def table_line(table: TableFacts) -> str:
    """What was checked of one table."""
    name = one_line(", ".join(table.files) or table.resource)
    if not table.judged:
        return f"not checked: {name} ({table.reason})"
    rows = "" if table.rows is None else f", {table.rows:,} rows"
    return f"checked: {name}{rows}, {table.fields} columns{f' ({table.reason})' if table.reason else ''}"


def _groups(report: Report) -> Iterator[str]:
    for each in group(report):
        yield ""
        yield from _group(each)


def _group(each: Group) -> Iterator[str]:
    first = each.first
    times = f", {each.count:,} times" if each.count > 1 else ""
    yield f"{_SIGNS[first.severity]} {one_line(first.title)} [{first.code}{times}]"
    for spot in each.spots[:MAX_SPOTS]:
        yield f"    {describe(spot)}"
    left = len(each.spots) - MAX_SPOTS
    if left > 0:
        yield f"    … and in {left:,} more places; --json lists all"
    yield f"  → {one_line(first.advice)}"


def describe(spot: Spot) -> str:
    """One spot in one line: file, column, rows and examples, or the message of a finding without rows."""
    first = spot.first
    if not spot.rows or len(spot.findings) == 1:
        return f"{_where(spot)}{one_line(first.message)}"
    examples = ", ".join(f"“{one_line(value, 60)}”" for value in spot.values())
    return f"{_where(spot)}{row_list(spot.rows)}{f', for instance {examples}' if examples else ''}"


def _where(spot: Spot) -> str:
    place = spot.first.place
    parts = [place.file or ""]
    if place.file == DESCRIPTOR_FILE and place.pointer:
        parts.append(place.pointer)
    if place.row is not None and place.field:
        parts.append(f"column “{place.field}”")
    told = ", ".join(one_line(part, 200) for part in parts if part)
    return f"{told}: " if told else ""
