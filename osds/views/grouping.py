"""Findings that are the same thing in many places, told once: 155 bad cells are three sentences, not 155."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from osds.report import DESCRIPTOR_FILE, Finding, Report, Severity

_NOTED = {"primary-key", "unique-error", "constraint-error"}  # codes whose message ends with what only it says
_ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTICE)


@dataclass(frozen=True, kw_only=True)
class Spot:
    """One column (or file, or place in the descriptor) where a check did not hold, with all rows and values."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The first of the findings; they share file and field."""
        return self.findings[0]

    @property
    def rows(self) -> tuple[int, ...]:
        """The rows, in order, each once; none in the descriptor, where the message says what matters."""
        if self.first.place.file == DESCRIPTOR_FILE:
            return ()
        return tuple(sorted({f.place.row for f in self.findings if f.place.row is not None}))

    @property
    def line(self) -> int:
        """The first line of the file where the check did not hold; 1 where nobody knows."""
        return min((f.place.row for f in self.findings if f.place.row is not None), default=1)

    @property
    def values(self) -> tuple[str, ...]:
        """The different values, in the order of the findings; an empty cell has none to show."""
        return tuple(dict.fromkeys(f.value for f in self.findings if f.value))

    @property
    def note(self) -> str:
        """What the first message says beyond the title, for the kinds of error where it says more."""
        if self.first.code not in _NOTED or self.first.kind:
            return ""
        note = self.first.message.partition(": ")[2].replace("in the row at position", "row")
        return f"row {self.first.place.row}: {note}" if len(self.rows) > 1 else note


@dataclass(frozen=True, kw_only=True)
class Group:
    """All findings of one check and one kind."""

    spots: tuple[Spot, ...]

    @property
    def first(self) -> Finding:
        """The first finding; all share code, severity, title, kind."""
        return self.spots[0].first

    @property
    def count(self) -> int:
        """How many findings."""
        return sum(len(spot.findings) for spot in self.spots)


def group(report: Report) -> tuple[Group, ...]:
    """The findings of a report by check and kind, errors first, otherwise in the order of the report."""
    by_kind: dict[tuple[Severity, str, str], list[Finding]] = {}
    for finding in report.findings:
        by_kind.setdefault((finding.severity, finding.code, finding.kind), []).append(finding)
    codes = list(dict.fromkeys(code for _, code, _ in by_kind))  # the kinds of a check stand together
    ordered = sorted(by_kind.items(), key=lambda item: (_ORDER.index(item[0][0]), codes.index(item[0][1])))
    return tuple(Group(spots=_spots(findings)) for _, findings in ordered)


def _spots(findings: Iterable[Finding]) -> tuple[Spot, ...]:
    by_place: dict[object, list[Finding]] = {}
    for finding in findings:
        place = finding.place
        # Without a row the message itself says what is special; with rows the column is what they have in common.
        in_table = place.row is not None and place.file != DESCRIPTOR_FILE
        key = (place.file, place.field) if in_table else (place.file, place.pointer, finding.message)
        by_place.setdefault(key, []).append(finding)
    return tuple(Spot(findings=tuple(same)) for same in by_place.values())


def row_list(rows: tuple[int, ...], most: int = 12) -> str:
    """Rows as a person writes them: `rows 3, 7–9, 12 and 5 more`, at most so many numbers."""
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][-1] + 1:
            runs[-1].append(row)
        else:
            runs.append([row])
    shown = [f"{run[0]}" if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs[:most]]
    left = sum(len(run) for run in runs[most:])
    return ("row " if len(rows) == 1 else "rows ") + ", ".join(shown) + (f" and {left:,} more" if left else "")
