"""How much of an offending row a report shows: enough to find and understand it, and never the whole table.

The first rows of each error in each column and for each shape of text (`302053.8` and `nfp` are different mistakes); of a
row the columns around the offending one; of a cell the beginning.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from osds.report import Excerpt, Finding
from osds.tables.answers import RowPart

MAX_ROWS = 5  # of one code and shape in one column of one table
MAX_OF_TABLE = 200  # rows
MAX_CELLS = 20  # of a row
MAX_TEXT = 80  # characters of a cell or label
MAX_TOTAL = 100_000  # characters of all excerpts of a report


class Parts:
    """Takes the parts of rows that are shown of one table, until there are enough."""

    def __init__(self) -> None:
        self._taken: Counter[tuple[str, str | None, str]] = Counter()

    def take(
        self, code: str, field: str | None, cell: str | None, cells: Sequence[object], marked: Sequence[int]
    ) -> RowPart | None:
        """The part of a row to show for an error; None if enough like it are shown. `marked` are column numbers."""
        like = (code, field, _shape(cell or ""))
        if not cells or self._taken[like] >= MAX_ROWS or self._taken.total() >= MAX_OF_TABLE:
            return None
        self._taken[like] += 1
        first = _first(len(cells), marked)
        shown = [shorten("" if cell is None else str(cell)) for cell in cells[first - 1 : first - 1 + MAX_CELLS]]
        return RowPart(cells=tuple(shown), first=first, marked=tuple(marked), columns=len(cells))


def shorten(text: str) -> str:
    """The beginning of a text."""
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"


def excerpt(part: RowPart, labels: Sequence[str]) -> Excerpt:
    """A part of a row with the labels above it; a cell beyond the header has none."""
    above = labels[part.first - 1 : part.first - 1 + len(part.cells)]
    padded = (*above, *[""] * (len(part.cells) - len(above)))
    return Excerpt(labels=tuple(padded), cells=part.cells, first=part.first, marked=part.marked, columns=part.columns)


def thin_out(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings of a whole report, without the excerpts of the last ones if all together are too much."""
    kept, left = [], MAX_TOTAL
    for finding in findings:
        if finding.excerpt is not None:
            left -= sum(len(text) for text in (*finding.excerpt.cells, *finding.excerpt.labels))
        kept.append(finding if left >= 0 else replace(finding, excerpt=None))
    return tuple(kept)


def _shape(text: str) -> str:
    """`302,053.8` and `1,234.50` are alike, `nfp` is not."""
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", text[:MAX_TEXT]))[:12]


def _first(columns: int, marked: Sequence[int]) -> int:
    """The column to begin with, so that the first marked one stands in the middle."""
    middle = marked[0] if marked else 1
    return max(1, min(middle - MAX_CELLS // 2, columns - MAX_CELLS + 1))
