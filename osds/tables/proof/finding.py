"""Finding doubtful rows in the file by their bytes, with the numbers that they have there, in one pass.

Two kinds are looked for. Suspects: the engine promises no order of rows, so each is looked for by what it must look like in
the file, with its cells quoted where they have to be, or all of them. Ragged records: they are not as wide as the header,
blank lines included, and the engine leaves them out; of each record what lies outside quotes is reduced to its delimiters.

The file is one whose quotes are known to be regular and which has no NUL byte, so that a NUL may stand for a line feed
within quotes: then each line is one record, and the number of the line that of the record.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from osds.tables.census import Census
from osds.tables.proof.answers import MAX_SUSPECT_BYTES, MAX_SUSPECTS, Cells

Located = tuple[int, list[str]]
_HIDDEN = b"\0"


@dataclass(frozen=True, kw_only=True)
class Ragged:
    """The ragged records of a file, and their weight: bytes without line ends, and quotes that are no part of a cell."""

    records: tuple[Located, ...] = ()
    bytes: int = 0
    quotes: int = 0


NOTHING = Ragged()


@dataclass(frozen=True, kw_only=True)
class Found:
    """Number and cells of the suspects and of the ragged records, each in the order of the file; the header is record 1."""

    suspects: tuple[Located, ...] = ()
    ragged: Ragged = NOTHING


def find(blocks: Iterable[bytes], census: Census, suspects: Sequence[Cells], *, width: int = 0) -> Found | None:
    """Find the suspects in the `blocks` of which the census was taken, and with a `width` all records of another width.

    None if not all the suspects, and no others, were found, or if ragged records are too many, or one is too long.
    """
    end = b"\r" * (census.line_end - 1)
    wanted = {raw + end: cells for row in set(suspects) for raw, cells in _forms(row, census.delimiter.decode())}
    shapes = _Shapes(census.delimiter, width) if width else None
    if width:
        wanted.pop(end, None)  # a blank line is ragged
    found: list[Located] = []
    ragged: list[tuple[int, bytes]] = []
    number, weight = 1, 0
    for pieces, lines in _lines(blocks, last=b"" if census.ends else end + b"\n"):
        if hits := wanted.keys() & lines:
            found += ((number + place, wanted[line]) for place, line in enumerate(lines) if line in hits)
        for place in () if shapes is None else shapes.ragged(pieces, lines):
            ragged.append((number + place, lines[place].removesuffix(end)))
            weight += len(lines[place])
        number += len(lines)
        if len(ragged) > MAX_SUSPECTS or weight > MAX_SUSPECT_BYTES:
            return None
    weighed = _weigh(ragged, census.delimiter.decode())
    if weighed is None or Counter(tuple(cells) or ("",) for _, cells in found) != Counter(suspects):
        return None
    return Found(suspects=tuple(found), ragged=weighed)


def _forms(cells: Cells, delimiter: str) -> Iterator[tuple[bytes, list[str]]]:
    """How a row may stand in a file, its line feeds hidden. An empty line is a row without cells for `csv.reader`."""
    special = (delimiter, '"', "\r", "\n")
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
    needed = [q if any(mark in cell for mark in special) else cell for cell, q in zip(cells, quoted, strict=True)]
    yield _hide(delimiter.join(quoted).encode()), list(cells)
    yield _hide(delimiter.join(needed).encode()), list(cells) if any(needed) or len(cells) > 1 else []


def _hide(record: bytes) -> bytes:
    return record.replace(b"\n", _HIDDEN)


def _lines(blocks: Iterable[bytes], *, last: bytes) -> Iterator[tuple[list[bytes], list[bytes]]]:
    """For each block the whole records up to its end: split at their quotes, and line by line with hidden line feeds.

    The pieces hold in addition the begin of the next record. `last` is what the file lacks at its end.
    """
    rest = b""  # of a record that goes on, so it begins outside quotes
    for block in chain(blocks, (last,)):
        seen = rest + block
        if b"\n" not in block:
            rest = seen
            continue
        pieces = seen.split(b'"')
        if len(pieces) > 1:
            pieces[1::2] = _hide(b'"'.join(pieces[1::2])).split(b'"')  # none of them holds a quote
            seen = b'"'.join(pieces)
        lines = seen.split(b"\n")
        rest = lines.pop().replace(_HIDDEN, b"\n")
        yield pieces, lines


class _Shapes:
    """Looks for records of another width than the header's."""

    def __init__(self, delimiter: bytes, width: int) -> None:
        self._letters = bytes(byte for byte in range(256) if byte not in delimiter + b"\n")
        self._good = delimiter * (width - 1)

    def ragged(self, pieces: list[bytes], lines: list[bytes]) -> Sequence[int]:
        """The places of ragged records among the lines; a blank line is ragged, however narrow the table is."""
        shapes = b"".join(pieces[::2]).translate(None, self._letters).split(b"\n")[: len(lines)]
        if not self._good:
            shapes = [shape if line.strip(b"\r") else b"blank" for shape, line in zip(shapes, lines, strict=True)]
        if shapes.count(self._good) == len(shapes):
            return ()
        return [place for place, shape in enumerate(shapes) if shape != self._good]


def _weigh(records: Sequence[tuple[int, bytes]], delimiter: str) -> Ragged | None:
    """What ragged records hold and weigh; None if one cannot be read."""
    raw = [(number, record.replace(_HIDDEN, b"\n")) for number, record in records]
    try:
        read = tuple((number, next(csv.reader([record.decode()], delimiter=delimiter), [])) for number, record in raw)
    except (UnicodeDecodeError, csv.Error):
        return None
    quotes = sum(record.count(b'"') for _, record in raw) - sum(cell.count('"') for _, row in read for cell in row)
    return Ragged(records=read, bytes=sum(len(record) for _, record in raw), quotes=quotes)
