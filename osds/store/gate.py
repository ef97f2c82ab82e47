"""The gate: whether a new version may replace the published one, or loses so much that a person has to say so.

A version is compared with the one that it replaces: rows, columns, the totals of each year and measure, members of
dimensions, the share of empty cells. More is never held back, except a total that becomes many times as large, which is
what a misread decimal separator looks like. Whatever its figures, data of an older commit is held back: a job that comes
late, or is run again, must not take away what is newer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from osds.store.figures import Figures
from osds.thresholds import Thresholds

_SHOWN = 5  # names of members or columns in one line


@dataclass(frozen=True, kw_only=True)
class Loss:
    """One figure that changed by more than it may: `before` and `after` in words, and the rule (a key of `gate`)."""

    rule: str
    what: str
    before: str
    after: str
    change: str


def find_losses(before: Figures, after: Figures, limits: Thresholds) -> tuple[Loss, ...]:
    """Everything that holds the new version back; empty if nothing does."""
    return (
        *_rows(before, after, limits.lost_rows),
        *_columns(before, after, limits.lost_columns),
        *_totals(before, after, limits),
        *_members(before, after, limits.lost_members),
        *_empty(before, after, limits.more_empty),
    )


def older_commit(published: str, offered: str) -> Loss:
    """The loss of everything since: the commit that is offered came before the published one."""
    return Loss(rule="older-commit", what="commit", before=published[:12], after=offered[:12], change="older")


def _rows(before: Figures, after: Figures, limit: int) -> Iterator[Loss]:
    for table, rows in before.rows.items():
        left = after.rows.get(table, 0)
        if (rows - left) * 100 > rows * limit:
            yield Loss(
                rule="lost-rows",
                what=f"rows of {table}",
                before=f"{rows:,}",
                after=f"{left:,}" if table in after.rows else "no such table",
                change=_percent(Decimal(left - rows), Decimal(rows)),
            )


def _columns(before: Figures, after: Figures, limit: int) -> Iterator[Loss]:
    for table, columns in before.columns.items():
        if table not in after.columns:
            continue  # its rows are gone, which is told already
        lost = [name for name in columns if name not in after.columns[table]]
        if len(lost) > limit:
            yield Loss(
                rule="lost-columns",
                what=f"columns of {table}",
                before=f"{len(columns):,}",
                after=f"{len(after.columns[table]):,}",
                change=f"without {_some(lost)}",
            )


def _totals(before: Figures, after: Figures, limits: Thresholds) -> Iterator[Loss]:
    for name, total in before.totals.items():
        left = after.totals.get(name)
        if left is None:
            yield Loss(rule="lost-total", what=name, before=f"{total:,f}", after="no amount", change="-100%")
        elif total:
            # A total that changes its sign has lost all of itself, and more.
            kept = left / total * 100
            rule = "lost-total" if kept < 100 - limits.lost_total else "grown-total"
            if not 100 - limits.lost_total <= kept <= 100 + limits.grown_total:
                change = _percent(left - total, abs(total))
                yield Loss(rule=rule, what=name, before=f"{total:,f}", after=f"{left:,f}", change=change)


def _members(before: Figures, after: Figures, limit: int) -> Iterator[Loss]:
    for dimension, members in before.members.items():
        if dimension not in after.members:
            continue  # too many members for a list, or left out: its columns and totals are compared all the same
        lost = sorted(members - after.members[dimension])
        if len(lost) * 100 > len(members) * limit:
            names = ["/".join(code or "(empty)" for code in path) for path in lost]
            yield Loss(
                rule="lost-members",
                what=f"members of {dimension}",
                before=f"{len(members):,}",
                after=f"{len(after.members[dimension]):,}",
                change=f"without {_some(names)}",
            )


def _empty(before: Figures, after: Figures, limit: int) -> Iterator[Loss]:
    for column, (empty, cells) in before.empty.items():
        now_empty, now_cells = after.empty.get(column, (0, 0))
        was, now = _share(empty, cells), _share(now_empty, now_cells)
        if now - was > limit:
            yield Loss(
                rule="more-empty",
                what=f"empty cells of {column}",
                before=f"{was:.1f}%",
                after=f"{now:.1f}%",
                change=f"{now_empty - empty:+,} cells",
            )


def _share(part: int, whole: int) -> Decimal:
    return Decimal(part * 100) / whole if whole else Decimal(0)


def _percent(change: Decimal, whole: Decimal) -> str:
    return f"{change / whole * 100:+,.1f}%"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
