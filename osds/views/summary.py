"""A report as Markdown for the job summary. Untrusted text stands in code spans; the size stays far below 1 MiB."""

from __future__ import annotations

from collections.abc import Iterator

from osds.report import Report, Severity
from osds.untrusted import code, one_line
from osds.views.grouping import Group, Spot, group
from osds.views.text import MAX_SPOTS, in_rows

LIMIT = 60_000  # bytes; the runner drops the whole summary of a step above 1 MiB, and a comment holds 64 KiB
_SIGNS = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTICE: "ℹ️"}


def render(report: Report) -> str:
    """The whole report, at most 60,000 bytes of it."""
    groups = group(report)
    blocks = [_head(report), _tables(report), *(_group(each) for each in groups)]
    text, shown = "", 0
    for block in blocks:
        if len((text + block).encode()) > LIMIT:
            break
        text += block
        shown += 1
    left = sum(each.count for each in groups[max(shown - 2, 0) :])
    return text + (f"\n{left:,} more findings are in the JSON report.\n" if left else "")


def _head(report: Report) -> str:
    sign = "✅" if report.valid else "❌"
    word = "valid" if report.valid else "not valid"
    counts = ", ".join(f"{report.count(s):,} {s.value}{'s' * (report.count(s) != 1)}" for s in Severity)
    return f"## {sign} {code(report.dataset or 'dataset')} is {word}\n\n{counts}\n"


def _tables(report: Report) -> str:
    left_out = "".join(f"\nNot checked: {one_line(words)}.\n" for words in report.left_out)
    if not report.tables:
        return left_out
    lines = ["", "| Table | Rows | Columns | |", "|---|---:|---:|---|"]
    for table in report.tables:
        rows = "" if table.rows is None else f"{table.rows:,}"
        note = one_line(table.reason) if table.judged else f"not checked: {one_line(table.reason)}"
        note = f"not read again: {note}" if table.known else note
        lines.append(f"| {code(', '.join(table.files) or table.resource)} | {rows} | {table.fields} | {note} |")
    return "\n".join(lines) + "\n" + left_out


def _group(each: Group) -> str:
    first = each.first
    times = f" ({each.count:,} times)" if each.count > 1 else ""
    lines = ["", f"### {_SIGNS[first.severity]} {one_line(first.headline)}{times}", ""]
    lines += [f"- {line}" for line in _spots(each)]
    return "\n".join([*lines, "", f"{one_line(first.advice)}.", f"<sub>{first.code}</sub>", ""])


def _spots(each: Group) -> Iterator[str]:
    for spot in each.spots[:MAX_SPOTS]:
        yield _spot(spot)
    left = len(each.spots) - MAX_SPOTS
    if left > 0:
        yield f"and in {left:,} more places, listed in the JSON report"


def _spot(spot: Spot) -> str:
    place = spot.first.place
    where = code(place.file) if place.file else ""
    if not spot.rows:
        return f"{where}: {code(spot.first.message, 500)}" if where else code(spot.first.message, 500)
    column = f", column {code(place.field)}" if place.field else ""
    note = f" ({code(spot.note)})" if spot.note else ""
    return f"{where}{column}: {in_rows([code(value, 60) for value in spot.values], spot.rows)}{note}"
