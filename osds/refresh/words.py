"""The words for an update: the message of its commit, and the same for the job summary.

Names come from the dataset, and GitHub acts on some words in a commit message (`#12`, `@name`, `[skip ci]`, `GH-12`), so
only characters pass that mean nothing there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from osds.refresh.changes import Changes, MemberChange, TableChange, TotalChange
from osds.untrusted import one_line

_MOST_TABLES, _MOST_TOTALS, _MOST_MEMBERS = 20, 60, 10
_MOST_NAMES = 5
_LOUD = re.compile(r"[#@\[\]<>`*:\\]")
_ISSUE = re.compile(r"GH-(?=\d)", re.IGNORECASE)


def commit_message(changes: Changes, paths: Sequence[str], version: str) -> str:
    """The whole message: what changed in one line, then each table, total and member list, from and to.

    `paths` are the files that are written or removed; they are named where no figure changed.
    """
    blocks = [
        _some([_table(each) for each in changes.tables], _MOST_TABLES, "tables"),
        _some([_total(each) for each in changes.totals], _MOST_TOTALS, "totals"),
        _some([_member(each) for each in changes.members], _MOST_MEMBERS, "dimensions"),
    ]
    if not any(blocks):
        blocks = [_some([plain(path) for path in paths], _MOST_TABLES, "files")]
    notes = [] if changes.compared else ["There was nothing to compare with: the data could not be summed before."]
    if changes.same_totals:
        notes.append(f"Totals that did not change: {changes.same_totals:,}")
    notes.append(f"Checked and committed by osds {version}")
    return "\n\n".join([headline(changes), *("\n".join(block) for block in (*blocks, notes) if block)]) + "\n"


def headline(changes: Changes) -> str:
    """What changed, in one line of at most 72 characters."""
    counted = [each.rows for each in changes.tables if each.rows is not None]
    added, removed = sum(rows.added for rows in counted), sum(rows.removed for rows in counted)
    told = [f"{added:,} {_rows(added)} added"] if added else []
    told += [f"{removed:,} {_rows(removed) if not told else ''} removed".replace("  ", " ")] if removed else []
    if told and len(counted) == len(changes.tables):
        return f"Update the data: {', '.join(told)}"
    if changes.tables:
        return f"Update the data of {len(changes.tables):,} {'table' if len(changes.tables) == 1 else 'tables'}"
    return "Update the data: other totals, the same rows" if changes.totals else "Update the data: the same rows"


def plain(text: str) -> str:
    """A name of the dataset in a commit message, where it links, mentions and skips nothing."""
    return _ISSUE.sub("GH·", _LOUD.sub("·", one_line(text, 80)))


def _rows(count: int) -> str:
    return "row" if count == 1 else "rows"


def _table(change: TableChange) -> str:
    if change.after is None:
        return f"{plain(change.table)}: removed, it had {change.before:,} {_rows(change.before or 0)}"
    if change.before is None:
        return f"{plain(change.table)}: new, {change.after:,} {_rows(change.after)}"
    counted = f" ({change.rows.added:,} added, {change.rows.removed:,} removed)" if change.rows else ""
    moved = f"{change.before:,} → {change.after:,}" if change.before != change.after else f"{change.after:,}"
    return f"{plain(change.table)}: {moved} {_rows(change.after)}{counted}"


def _total(change: TotalChange) -> str:
    name = plain(change.total)
    if change.before is None:
        return f"{name}: new, {_money(change.after)}"
    if change.after is None:
        return f"{name}: {_money(change.before)} → no amount"
    difference = f"{change.after - change.before:+,f}"
    return f"{name}: {_money(change.before)} → {_money(change.after)} ({difference})"


def _member(change: MemberChange) -> str:
    told = [f"{len(names):,} {what} ({_names(names)})" for names, what in _sides(change) if names]
    return f"Members of {plain(change.dimension)}: {', '.join(told)}"


def _sides(change: MemberChange) -> tuple[tuple[tuple[str, ...], str], ...]:
    return ((change.gained, "new"), (change.lost, "gone"))


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(plain(name) for name in names[:_MOST_NAMES]) + more


def _money(amount: Decimal | None) -> str:
    return f"{amount:,f}"


def _some(lines: Sequence[str], most: int, what: str) -> list[str]:
    more = [f"and {len(lines) - most:,} more {what}"] if len(lines) > most else []
    return [*lines[:most], *more]
