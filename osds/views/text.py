"""A report as text for a person: what is wrong, where, an example, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from osds.report import DESCRIPTOR_FILE, Report, Severity, TableFacts
from osds.untrusted import one_line
from osds.views.grouping import Group, Spot, group, row_list

MAX_SPOTS = 30
MAX_VALUES = 3
_SIGNS = {Severity.ERROR: "✗", Severity.WARNING: "!", Severity.NOTICE: "i"}


def render(report: Report) -> str:
    """The whole report, ending with a line break."""
    return "\n".join([verdict(report), *_checked(report), *_groups(report)]) + "\n"


def verdict(report: Report) -> str:
    """One line: the dataset, whether it is valid, and how many findings of each severity."""
    name = one_line(report.dataset) or "The dataset"
    counts = [_count(report, Severity.ERROR, "error"), _count(report, Severity.WARNING, "warning")]
    told = ", ".join(count for count in counts if count)
    return f"{name} is {'valid' if report.valid else 'not valid'}{f': {told}' if told else ''}"


def _count(report: Report, severity: Severity, word: str) -> str:
    number = report.count(severity)
    kinds = sum(each.first.severity is severity for each in group(report))
    of = f" of {kinds} kind{'s' * (kinds != 1)}" if number > kinds else ""
    return f"{number:,} {word}{'' if number == 1 else 's'}{of}" if number else ""


def _checked(report: Report) -> Iterator[str]:
    for table in report.tables:
        yield f"  {table_line(table)}"
    for words in report.left_out:
        yield f"  not checked: {one_line(words)}"


def table_line(table: TableFacts) -> str:
    """What was checked of one table."""
    name = one_line(", ".join(table.files) or table.resource)
    if not table.judged:
        return f"not checked: {name} ({table.reason})"
    rows = "" if table.rows is None else f", {table.rows:,} row{'s' * (table.rows != 1)}"
    columns = f", {table.fields:,} column{'s' * (table.fields != 1)}"
    did = "not read again" if table.known else "checked"
    return f"{did}: {name}{rows}{columns}{f' ({one_line(table.reason)})' if table.reason else ''}"


def _groups(report: Report) -> Iterator[str]:
    for each in group(report):
        yield ""
        yield from _group(each)


def _group(each: Group) -> Iterator[str]:
    first = each.first
    times = f", {each.count:,} times" if each.count > 1 else ""
    yield f"{_SIGNS[first.severity]} {one_line(first.headline)} [{first.code}{times}]"
    for file, spots in groupby(each.spots[:MAX_SPOTS], lambda spot: spot.first.place.file):
        yield from _in_file(file, list(spots))
    left = len(each.spots) - MAX_SPOTS
    if left > 0:
        yield f"    … and in {left:,} more places; --json lists all"
    yield f"  → {one_line(first.advice)}"


def _in_file(file: str | None, spots: list[Spot]) -> Iterator[str]:
    """The spots in one file, which is named once."""
    if file is None or len(spots) == 1 or not all(spot.first.place.field for spot in spots):
        yield from (f"    {describe(spot)}" for spot in spots)
        return
    yield f"    {one_line(file, 200)}"
    yield from (f"      {describe(spot, file=False)}" for spot in spots)


def describe(spot: Spot, *, file: bool = True) -> str:
    """One spot in one line: file, column, values and rows, or the message of a finding without rows."""
    first = spot.first
    where = _where(spot, file=file)
    if not spot.rows:
        return f"{where}{one_line(first.message)}"
    values = [f"“{one_line(value, 60)}”" for value in spot.values]
    note = f" ({one_line(spot.note, 200)})" if spot.note else ""
    return f"{where}{in_rows(values, spot.rows)}{note}"


def in_rows(values: Sequence[str], rows: tuple[int, ...]) -> str:
    """Values and the rows they stand in: `“a”, “b” and 3 other values in rows 2, 5–9`."""
    told = ", ".join(values[:MAX_VALUES])
    left = len(values) - MAX_VALUES
    if left > 0:
        told += f" and {left:,} other value{'s' * (left != 1)}"
    return f"{told} in {row_list(rows)}" if told else row_list(rows)


def _where(spot: Spot, *, file: bool) -> str:
    place = spot.first.place
    parts = [place.file or ""] if file else []
    if place.file == DESCRIPTOR_FILE and place.pointer:
        parts.append(place.pointer)
    if place.row is not None and place.field:
        parts.append(f"column “{place.field}”")
    told = ", ".join(one_line(part, 200) for part in parts if part)
    return f"{told}: " if told else ""
