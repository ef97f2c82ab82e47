"""What an update changed, from the figures of the dataset before and after it: rows, totals, members of dimensions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from osds.store.figures import Figures


@dataclass(frozen=True, kw_only=True)
class RowCount:
    """How many rows a table gained and lost; a row that changed counts as one of each."""

    added: int
    removed: int


@dataclass(frozen=True, kw_only=True)
class TableChange:
    """One table whose rows changed. `before` or `after` is None where there is no such table; `rows` if nobody counted."""

    table: str
    before: int | None
    after: int | None
    rows: RowCount | None


@dataclass(frozen=True, kw_only=True)
class TotalChange:
    """The total of a measure, year and so on, as the gate names it; None where there is none."""

    total: str
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True, kw_only=True)
class MemberChange:
    """The members that a dimension gained and lost, each as its codes with slashes between."""

    dimension: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Everything that changed, in the order of the dataset. `same_totals` counts the totals that did not.

    `compared` is False if there was nothing to compare with, because the dataset could not be summed before.
    """

    tables: tuple[TableChange, ...] = ()
    totals: tuple[TotalChange, ...] = ()
    members: tuple[MemberChange, ...] = ()
    same_totals: int = 0
    compared: bool = True


def find_changes(before: Figures | None, after: Figures, rows: Mapping[str, RowCount]) -> Changes:
    """What changed between two states of a dataset; `rows` tells, per table, how many rows came and went."""
    old = before or Figures(rows={}, columns={}, totals={}, empty={}, members={})
    totals = tuple(_totals(old, after))
    return Changes(
        tables=tuple(_tables(old, after, rows)),
        totals=totals,
        members=tuple(_members(old, after)) if before else (),
        same_totals=len(old.totals.keys() | after.totals.keys()) - len(totals),
        compared=before is not None,
    )


def _tables(before: Figures, after: Figures, rows: Mapping[str, RowCount]) -> Iterator[TableChange]:
    for table in dict.fromkeys((*after.rows, *before.rows)):
        old, new, counted = before.rows.get(table), after.rows.get(table), rows.get(table)
        if old != new or (counted and (counted.added or counted.removed)):
            yield TableChange(table=table, before=old, after=new, rows=counted)


def _totals(before: Figures, after: Figures) -> Iterator[TotalChange]:
    for total in dict.fromkeys((*after.totals, *before.totals)):
        old, new = before.totals.get(total), after.totals.get(total)
        if old != new:
            yield TotalChange(total=total, before=old, after=new)


def _members(before: Figures, after: Figures) -> Iterator[MemberChange]:
    for dimension, members in after.members.items():
        old = before.members.get(dimension)
        if old is not None and old != members:
            gained, lost = (tuple(map(_name, sorted(paths))) for paths in (members - old, old - members))
            yield MemberChange(dimension=dimension, gained=gained, lost=lost)


def _name(path: tuple[str, ...]) -> str:
    return "/".join(code or "(empty)" for code in path)
