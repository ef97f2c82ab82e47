"""Holding what the engine says it read against what was counted in the file: every byte must be accounted for."""

from __future__ import annotations

from osds.tables.census import Census
from osds.tables.proof.answers import Sums
from osds.tables.proof.finding import NOTHING, Ragged


def ambiguity(census: Census, sums: Sums, *, tsv: bool = False) -> str:
    """Why two parsers may read two tables in the file; empty if they certainly read one."""
    if census.delimiter != sums.delimiter.encode():
        return "its delimiter is not certain"
    if not census.regular:
        return "its quotes are not regular"
    if census.lone_returns or not census.line_end or (tsv and census.all_returns):
        return "its line ends are not of one kind"
    return "it holds NUL bytes" if census.odd.nul else ""


def loss(census: Census, sums: Sums, *, ragged: Ragged = NOTHING) -> str:
    """Why the engine may have read less than the file, or something else; empty if it certainly has not.

    Records are counted on both sides; and each byte of the file is part of a cell, a delimiter, a line end, the header, a
    ragged record (which the engine leaves out), or a quote that is no part of a cell's text. Nothing was dropped, merged or
    cut if the sum is the size of the file.
    """
    rows = sums.rows + len(ragged.records)
    if not sums.rows or rows != census.records - 1:
        return f"it has {census.records - 1:,} rows or blank lines, of which the engine reads {sums.rows:,}"
    structural = census.quotes - census.doubled - sums.header_quotes - ragged.quotes
    delimiters = sums.rows * (len(sums.labels) - 1)
    line_ends = (rows if census.ends else rows - 1) * census.line_end
    expected = sums.header_bytes + sums.cell_bytes + delimiters + line_ends + structural + ragged.bytes
    return "" if expected == census.bytes else f"{census.bytes - expected:,} of its bytes are not accounted for"
