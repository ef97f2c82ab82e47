"""The offending rows of a spot as small tables: labels, the cells below them, the offending ones marked."""

from __future__ import annotations

from dataclasses import dataclass

from osds.report import Excerpt, Finding
from osds.views.grouping import Spot

NEAR = 4  # columns that still fit on paper on either side of what is marked


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell, or one label; `marked` if something is wrong with it or below it, `far` if nothing near is."""

    text: str
    marked: bool
    far: bool


@dataclass(frozen=True, kw_only=True)
class Peek:
    """Some rows of one file with the same columns. A row is its number (None: the header row) and its cells.

    `window` says which columns are shown if they are not all.
    """

    labels: tuple[Cell, ...]
    rows: tuple[tuple[int | None, tuple[Cell, ...]], ...]
    window: str


def peeks(spot: Spot) -> tuple[Peek, ...]:
    """The rows of a spot that the report shows; rows with other columns are another table."""
    by_columns: dict[tuple[int, tuple[str, ...]], list[tuple[Finding, Excerpt]]] = {}
    for finding in spot.findings:
        if finding.excerpt is not None:
            key = (finding.excerpt.first, finding.excerpt.labels)
            by_columns.setdefault(key, []).append((finding, finding.excerpt))
    return tuple(_peek(shown) for shown in by_columns.values())


def _peek(shown: list[tuple[Finding, Excerpt]]) -> Peek:
    excerpt = shown[0][1]
    marked = {number for _, each in shown for number in each.marked}
    return Peek(
        labels=_cells(excerpt.labels, excerpt.first, marked),
        rows=tuple((finding.place.row, _cells(each.cells, each.first, set(each.marked))) for finding, each in shown),
        window=_window(excerpt),
    )


def _cells(texts: tuple[str, ...], first: int, marked: set[int]) -> tuple[Cell, ...]:
    nearest = [min((abs(n - each) for each in marked), default=0) for n in range(first, first + len(texts))]
    return tuple(
        Cell(text=text, marked=near == 0 and bool(marked), far=near > NEAR)
        for text, near in zip(texts, nearest, strict=True)
    )


def _window(excerpt: Excerpt) -> str:
    if len(excerpt.cells) == excerpt.columns:
        return ""
    return f"columns {excerpt.first:,} to {excerpt.first + len(excerpt.cells) - 1:,} of {excerpt.columns:,}"
