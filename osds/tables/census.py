"""Counting the bytes of a CSV file in one pass: enough to know its structure without following a parser.

A file is *regular* if every quote in it opens a cell, closes one, or is half of a doubled one inside a quoted cell
(RFC 4180, section 2.5 to 2.7). Split at its quotes, a file alternates between text outside and inside of quoted cells;
it is regular exactly if every piece outside is empty (a doubled quote) or begins and ends with the edge of a cell. All
CSV parsers read a regular file with one kind of line end alike, so what was counted holds for each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter

from osds.tables.bytescan import BLOCK, MAX_RECORD, Marks, Odd

_FIRST, _LAST = itemgetter(0), itemgetter(-1)


@dataclass(frozen=True, kw_only=True)
class Census:
    """What was counted in a file, without its byte order mark; `outside` means outside of quoted cells.

    `odd` holds what is wrong with single bytes, and how wide the header is.
    """

    delimiter: bytes
    bytes: int
    quotes: int
    doubled: int  # pairs of quotes that stand for one in a quoted cell, of a regular file
    line_feeds: int  # outside
    returns: int  # carriage returns, outside
    all_returns: int
    return_line_feeds: int  # "\r\n", wherever it stands
    regular: bool
    ends: bool  # the last byte is a line feed
    odd: Odd

    @property
    def lone_returns(self) -> bool:
        """True if a carriage return stands without a line feed, be it within quotes."""
        return self.all_returns != self.return_line_feeds

    @property
    def records(self) -> int:
        """How many records a regular file has, the header and blank lines included."""
        return self.line_feeds + (0 if self.ends or not self.bytes else 1)

    @property
    def line_end(self) -> int:
        """The bytes of a line end: 1 (LF) or 2 (CRLF); 0 where both kinds are used."""
        if self.returns == 0:
            return 1
        return 2 if self.returns == self.line_feeds and not self.lone_returns else 0


class CensusTaker:
    """Reads a file block by block (`feed`), and says what it counted (`finish`). `marks` must state the delimiter."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._edges = frozenset(marks.delimiter + b"\r\n")
        self._odd = Odd()
        self._bytes = self._quotes = self._doubled = self._line_feeds = self._returns = 0
        self._all_returns = self._return_line_feeds = 0
        self._regular = True
        self._inside = False
        self._piece = b"\n"  # first and last byte of the piece outside that goes on; a file begins like a line
        self._last = b"\n"
        self._lines = 1
        self._boundary = 0

    @property
    def odd(self) -> Odd:
        """What has been found to be odd so far."""
        return self._odd

    @property
    def wants_quotes(self) -> bool:
        """True if only a reading of quotes one by one can tell what is wrong, and where."""
        lone = self._all_returns != self._return_line_feeds
        return self._marks.quoted and bool(not self._closed or not self._regular or lone or self._odd.long_record)

    @property
    def _closed(self) -> bool:
        """True if no quoted cell is open, and nothing but the edge of a cell followed the last one."""
        return not self._inside and (not self._piece or self._piece[0] in self._edges)

    def feed(self, block: bytes) -> None:
        """Count the next block, which is not empty."""
        if not self._odd.nul and b"\0" in block:
            self._odd.nul = self._lines + block.count(b"\n", 0, block.find(b"\0"))
        if b"\r" in block or self._last == b"\r":
            self._all_returns += block.count(b"\r")
            self._return_line_feeds += block.count(b"\r\n") + (self._last == b"\r" and block[:1] == b"\n")
        pieces = block.split(b'"') if self._marks.quoted else [block]
        outside = pieces[self._inside :: 2]
        if not self._bytes:
            self._odd.columns = _columns(outside, self._marks.delimiter)
        self._count(outside)
        self._check(outside, len(pieces) - 1)
        self._bytes += len(block)
        self._lines += block.count(b"\n")
        self._last = block[-1:]

    def finish(self) -> Census:
        """What was counted."""
        return Census(
            delimiter=self._marks.delimiter,
            bytes=self._bytes,
            quotes=self._quotes,
            doubled=self._doubled,
            line_feeds=self._line_feeds,
            returns=self._returns,
            all_returns=self._all_returns,
            return_line_feeds=self._return_line_feeds,
            regular=self._marks.quoted and self._regular and self._closed,
            ends=self._last == b"\n" and not self._inside and self._bytes > 0,
            odd=self._odd,
        )

    def _count(self, outside: list[bytes]) -> None:
        text = outside[0] if len(outside) == 1 else b"".join(outside)
        line_feeds = text.count(b"\n")
        self._line_feeds += line_feeds
        if self._all_returns:
            self._returns += text.count(b"\r")
        if line_feeds:  # every block that lies in more than one record holds the end of one
            self._boundary = self._bytes
        elif not self._odd.long_record and self._bytes + BLOCK - self._boundary > MAX_RECORD + BLOCK:
            self._odd.long_record = self._lines

    def _check(self, outside: list[bytes], quotes: int) -> None:
        """Look at the pieces that end in this block; the last one, if it is outside, goes on in the next."""
        if not self._inside:
            outside[0] = self._piece + outside[0]
        self._quotes += quotes
        self._inside ^= bool(quotes & 1)
        if not self._inside:
            piece = outside.pop()
            self._piece = piece[:1] + piece[-1:] if len(piece) > 1 else piece
        whole = list(filter(None, outside))
        self._doubled += len(outside) - len(whole)
        if self._regular and not (
            self._edges.issuperset(map(_FIRST, whole)) and self._edges.issuperset(map(_LAST, whole))
        ):
            self._regular = False


def _columns(outside: list[bytes], delimiter: bytes) -> int:
    """How many columns the first record has, which ends in the first block unless it is far too long."""
    columns = 1
    for piece in outside:
        end = piece.find(b"\n")
        columns += piece.count(delimiter) if end < 0 else piece.count(delimiter, 0, end)
        if end >= 0:
            break
    return columns
