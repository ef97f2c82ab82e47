"""Finding rows again in the file by their bytes, with the numbers that they have there.

The engine promises no order of rows, so a doubtful row is looked for by what it must look like in the file: its cells,
quoted where they have to be, or all of them. What is found is what was asked for, byte for byte, at the begin of a record;
how many records ended before it is counted, in a file whose quotes are known to be regular.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from osds.tables.census import Census, Checkpoint
from osds.tables.proof.answers import Cells

Located = tuple[int, list[str]]


def locate(blocks: Iterable[bytes], census: Census, suspects: Sequence[Cells], delimiter: str) -> list[Located] | None:
    """Number and cells of each suspect, in the order of the file; None if not all of them, and no others, were found.

    `blocks` are those that the census was taken of, with the same sizes; the header is record 1.
    """
    end = b"\r\n" if census.line_end == 2 else b"\n"
    wanted = {raw: found for cells in set(suspects) for raw, found in _forms(cells, delimiter)}
    found = list(_find(blocks, census, wanted, end))
    same = Counter(tuple(cells) or ("",) for _, cells in found) == Counter(suspects)
    return found if same else None


def _forms(cells: Cells, delimiter: str) -> Iterator[tuple[bytes, list[str]]]:
    """How a row may stand in a file. An empty line is a row without cells for `csv.reader`."""
    special = (delimiter, '"', "\r", "\n")
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
    needed = [q if any(mark in cell for mark in special) else cell for cell, q in zip(cells, quoted, strict=True)]
    yield delimiter.join(quoted).encode(), list(cells)
    yield delimiter.join(needed).encode(), list(cells) if any(needed) or len(cells) > 1 else []


def _find(blocks: Iterable[bytes], census: Census, wanted: Mapping[bytes, list[str]], end: bytes) -> Iterator[Located]:
    search = _Search(wanted, end)
    for checkpoint, block in zip(census.checkpoints, blocks, strict=True):
        search.begin(checkpoint)
        yield from search.read(block)
    search.begin(Checkpoint(offset=census.bytes, records=census.line_feeds, inside=False))
    yield from search.read(b"" if census.ends else end)


class _Search:
    """The search through a file, block by block. `_rest` is what has not been understood yet, a record or less."""

    def __init__(self, wanted: Mapping[bytes, list[str]], end: bytes) -> None:
        self._wanted = wanted
        self._end = end
        self._firsts: dict[bytes, list[bytes]] = {}  # the first line of a row: the rows that begin with it
        for raw in wanted:
            self._firsts.setdefault((raw + end).split(b"\n", 1)[0], []).append(raw)
        self._rest = b""
        self._records = 0
        self._inside = False

    def begin(self, checkpoint: Checkpoint) -> None:
        """Take the place of the next block from the census, which is that of the rest as well if no record ends in it."""
        if b"\n" not in self._rest:
            self._records = checkpoint.records
            self._inside = checkpoint.inside ^ bool(self._rest.count(b'"') & 1)

    def read(self, block: bytes) -> Iterator[Located]:
        """The rows that are found with the next block."""
        seen = self._rest + block
        lines = seen.split(b"\n")
        keep = len(seen) - len(lines.pop())
        known = 0
        if hits := self._firsts.keys() & lines:
            ends = list(accumulate(len(line) + 1 for line in lines))
            for index in [index for index, line in enumerate(lines) if line in hits]:
                offset = ends[index - 1] if index else 0
                self._move(seen[known:offset])
                known = offset
                raw = None if self._inside else self._match(seen, offset, lines[index])
                if raw == b"" and block:  # it may go on in the next block
                    keep = offset
                    break
                if raw:
                    yield self._records + 1, self._wanted[raw[: -len(self._end)]]
            self._move(seen[known:keep])
        self._rest = seen[keep:]

    def _match(self, seen: bytes, offset: int, line: bytes) -> bytes | None:
        """The row that stands at the offset, with its line end; empty if that cannot be said yet."""
        rows = [raw + self._end for raw in self._firsts[line]]
        for row in rows:
            if seen.startswith(row, offset):
                return row
        return b"" if any(len(row) > len(seen) - offset for row in rows) else None

    def _move(self, over: bytes) -> None:
        pieces = over.split(b'"')
        self._records += b"".join(pieces[self._inside :: 2]).count(b"\n")
        self._inside ^= bool((len(pieces) - 1) & 1)
