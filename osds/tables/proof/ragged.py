"""Records that are not as wide as the header, blank lines included: the engine leaves them out, so they are found here."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import repeat

from osds.tables.census import Census
from osds.tables.proof.locate import Located


@dataclass(frozen=True, kw_only=True)
class Ragged:
    """The ragged records of a file, and their weight: bytes without line ends, and quotes that are no part of a cell."""

    records: tuple[Located, ...] = ()
    bytes: int = 0
    quotes: int = 0


def find_ragged(blocks: Iterable[bytes], census: Census, width: int, *, most: int) -> Ragged | None:
    """The records of a regular file that have not `width` cells; None if there are more than `most`, or one is too long.

    `blocks` are those of the file; the header is record 1. A blank line is ragged, however narrow the table is.
    """
    found: list[Located] = []
    size = quotes = 0
    delimiter = census.delimiter.decode()
    for number, record in _ragged(blocks, census, width):
        try:
            cells = next(csv.reader([record.decode()], delimiter=delimiter), [])
        except (UnicodeDecodeError, csv.Error):
            return None
        size += len(record)
        quotes += record.count(b'"') - sum(cell.count('"') for cell in cells)
        found.append((number, cells))
        if len(found) > most:
            return None
    return Ragged(records=tuple(found), bytes=size, quotes=quotes)


def _ragged(blocks: Iterable[bytes], census: Census, width: int) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each ragged record, without its line end."""
    end = b"\r" * (census.line_end - 1)
    number, wanted, delimiters = 1, width - 1, 0
    record: list[bytes] = []  # the lines of one that goes on, because a quoted cell is open
    inside = False
    for lines in _lines(blocks):
        for line, count in zip(lines, map(bytes.count, lines, repeat(census.delimiter)), strict=True):
            if record or b'"' in line:
                pieces = line.split(b'"')
                delimiters += b"".join(pieces[inside::2]).count(census.delimiter)
                inside ^= bool((len(pieces) - 1) & 1)
                record.append(line)
                if inside:
                    continue
                if delimiters != wanted:
                    yield number, b"\n".join(record).removesuffix(end)
                record, delimiters = [], 0
            elif count != wanted or line == end:
                yield number, line.removesuffix(end)
            number += 1


def _lines(blocks: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The lines of each block, without their line feeds."""
    rest = b""
    for block in blocks:
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        yield lines
    if rest:
        yield [rest]
