"""Letting frictionless judge some rows of a table as it would judge them among all rows.

frictionless takes the rows of a table from its dialect, numbered; this dialect hands out the doubtful ones alone, at their
true numbers. Everything else is frictionless' own: header, cells, keys, the words of errors and where it stops.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from frictionless import Dialect

Numbered = tuple[int, Sequence[str]]


class _DoubtedRows(Dialect):
    """The dialect of one table whose other rows are known to be good."""

    _handed_out: tuple[Sequence[Numbered], Any, int]

    def __bool__(self) -> bool:
        return True  # frictionless would replace an empty dialect by one of its own

    def hand_out(self, rows: Sequence[Numbered], stats: Any, count: int) -> None:  # noqa: ANN401 (frictionless' own)
        """Hand out these rows of `count`, and count in `stats` as if all had been read."""
        object.__setattr__(
            self, "_handed_out", (rows, stats, count)
        )  # past frictionless' book-keeping of what is stated

    def read_enumerated_content_stream(self, cell_stream: Iterable[list[Any]]) -> Iterator[Numbered]:
        """The numbered rows of the table, or those of the sample that frictionless has a look at first."""
        if isinstance(cell_stream, list):
            yield from super().read_enumerated_content_stream(cell_stream)
            return
        rows, stats, count = self._handed_out
        for number, cells in rows:
            stats.rows = number - 2  # those between the header and this one
            yield number, list(cells)
        stats.rows = count


def show_only(resource: Any, rows: Sequence[Numbered], *, rows_in_all: int) -> None:  # noqa: ANN401 (frictionless' own)
    """Let a resource that is not open consist of these rows, each with its number (the header is 1), and good ones."""
    dialect = _DoubtedRows.from_descriptor(resource.dialect.to_descriptor())
    dialect.hand_out(rows, resource.stats, rows_in_all)
    resource.dialect = dialect
