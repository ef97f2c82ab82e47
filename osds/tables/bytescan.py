"""What the bytes of a CSV file say before any parser sees them: marks that no table has, and records without an end.

Two readings, both linear and in constant memory. `Glance` looks at every file: it takes every second quote as one that
closes, and where each stretch between a closing and an opening quote begins and ends with a delimiter or a line end (or is
empty: a doubled quote), the file is regular. `Quotes` follows the quotes one after the other as Python's `csv` does, and so
as frictionless does; it is only needed where the glance found something odd, and only what it finds is told. Places are
lines as an editor counts them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

BLOCK = 1 << 18  # bytes that are looked at at once; lengths of records are known to within one block
MAX_RECORD = 4 << 20  # bytes
MAX_COLUMNS = 2000
MAX_MISPLACED = 1000  # after these nobody knows any more what is quoted
_DELIMITERS = b",\t;|"


@dataclass(frozen=True, kw_only=True)
class Marks:
    """How a file separates its cells. An empty `delimiter` is to be guessed; unless `quoted`, quotes mean nothing here.

    `blanks`: some reader may skip blanks before a quote, so that it opens a cell.
    """

    delimiter: bytes = b""
    quoted: bool = True
    blanks: bool = False


@dataclass(kw_only=True)
class Odd:
    """What is odd in a file: the line where each oddity is first seen, 0 for nowhere."""

    columns: int = 0
    nul: int = 0
    lone_return: int = 0
    long_record: int = 0  # the line where a record of more than MAX_RECORD bytes begins, or just before it
    misplaced: int = 0  # text after a closing quote
    misplaced_count: int = 0
    unclosed: int = 0  # the opening quote of a cell that the file does not end


def settle(marks: Marks, head: bytes) -> Marks:
    """The marks of a file that begins with `head`. Quotes are not followed where they may mean something else here.

    frictionless guesses a delimiter that is not stated; so does this, from the first line. It also guesses, from what comes
    first, whether blanks before quotes count. ISO-2022-JP (an escape sequence) uses quotes as letters.
    """
    first = re.sub(rb'"[^"]*+"?', b"", head.split(b"\n", 1)[0])
    delimiter = marks.delimiter or max((bytes([d]) for d in _DELIMITERS), key=first.count)
    blanks = re.search(re.escape(delimiter) + rb' +"', head) is not None
    return Marks(delimiter=delimiter, quoted=marks.quoted and b"\x1b$" not in head, blanks=blanks)


def end_of(pattern: re.Pattern[bytes], seen: bytes, start: int) -> int:
    """Where the match of a pattern at `start` ends; `start` itself if it does not match."""
    match = pattern.match(seen, start)
    return start if match is None else match.end()


@dataclass(kw_only=True)
class Patterns:
    """The regular expressions for one delimiter; possessive, so that each reads every byte once."""

    marks: Marks
    regular: re.Pattern[bytes] = field(init=False)
    record: re.Pattern[bytes] = field(init=False)
    quoted: re.Pattern[bytes] = field(init=False)
    inside: re.Pattern[bytes] = field(init=False)
    line: re.Pattern[bytes] = field(init=False)

    def __post_init__(self) -> None:
        edge = b"[" + re.escape(self.marks.delimiter) + rb"\r\n]"
        cell = rb'(?<=%b)"[^"]*+(?:""[^"]*+)*"(?!")' % edge
        letter = rb'(?<!%b)"' % edge  # a quote within a cell that is not quoted
        self.regular = re.compile(rb'(?:[^"]*+(?:%b(?=%b)|%b))*' % (cell, edge, letter))
        self.record = re.compile(rb'(?:[^"\r\n]*+(?:%b|%b))*[^"\r\n]*+[\r\n]' % (cell, letter))
        self.quoted = re.compile(cell)
        self.inside = re.compile(rb'[^"]*+(?:""[^"]*+)*')
        self.line = re.compile(rb"[^\r\n]*+[\r\n]")

    def end_of_record(self, seen: bytes, start: int, stop: int) -> int | None:
        """Where the record that goes on at `start`, outside quotes, ends; None if not before `stop`."""
        match = (self.record if self.marks.quoted else self.line).match(seen, start, stop)
        return None if match is None else match.end()


def _kinds(delimiter: bytes) -> bytes:
    """A table for `translate`: the edges of cells become a comma, all but quotes an x."""
    kinds = bytearray(b"x" * 256)
    for edge in delimiter + b"\r\n":
        kinds[edge] = ord(",")
    kinds[ord('"')] = ord('"')
    return bytes(kinds)


class Glance:
    """The first reading: `feed` it the file block by block. `odd` then holds all but what quotes decide."""

    def __init__(self, marks: Marks) -> None:
        self.odd = Odd()
        self._marks = marks
        self._patterns = Patterns(marks=marks)
        self._kinds = _kinds(marks.delimiter)
        self._last = b"\n"
        self._lines = 1
        self._offset = 0
        self._boundary = 0
        self._quotes = 0
        self._returns = 0
        self._ends = 0  # carriage returns before a line feed
        self._odd_quote = False

    def feed(self, block: bytes) -> None:
        """Look at the next block."""
        seen = self._last + block
        if not self.odd.nul and b"\0" in block:
            self.odd.nul = self._lines + block.count(b"\n", 0, block.find(b"\0"))
        if not self._offset:
            self.odd.columns = 1 + self._first_record(seen).count(self._marks.delimiter)
        if b"\r" in seen:
            self._returns += block.count(b"\r")
            self._ends += seen.count(b"\r\n")
        self._measure(seen)
        if self._marks.quoted and not self._odd_quote:
            if block.find(b'"') >= 0 or self._last == b'"':
                self._odd_quote = self._is_odd(seen)
            self._quotes += block.count(b'"')
        self._offset += len(block)
        self._lines += block.count(b"\n")
        self._last = block[-1:]

    @property
    def wants_quotes(self) -> bool:
        """True if only a second reading, by `Quotes`, can tell whether the file is regular."""
        if not self._marks.quoted:
            return False
        return bool(self._odd_quote or self._quotes % 2 or self._returns > self._ends or self.odd.long_record)

    def _is_odd(self, seen: bytes) -> bool:
        """True if text stands beside a quote, outside of quotes. `seen` begins with the byte before the block."""
        inside = (self._quotes - (self._last == b'"')) % 2
        parts = seen.split(b'"')
        outside = b'"'.join(parts[inside::2])  # each quoted cell has become one quote, each doubled quote two
        outside = b'"' * inside + outside + b'"' * (len(parts) % 2 == inside)
        kinds = outside.translate(self._kinds)
        return kinds.rfind(b'x"') >= 0 or kinds.rfind(b'"x') >= 0  # rfind is faster than `in` where most bytes are x

    def _first_record(self, seen: bytes) -> bytes:
        first = seen[: self._patterns.end_of_record(seen, 1, len(seen))]
        return self._patterns.quoted.sub(b"", first) if self._marks.quoted else first

    def _measure(self, seen: bytes) -> None:
        """Every block that lies in more than one record holds the end of one; where none does for long, one is long."""
        start = 1
        if self._quotes % 2:
            start = end_of(self._patterns.inside, seen, 1) + 1
        end = self._patterns.end_of_record(seen, start, len(seen))
        if end is not None:
            self._boundary = self._offset + end
        elif not self.odd.long_record and self._offset + len(seen) - self._boundary > MAX_RECORD + BLOCK:
            self.odd.long_record = self._lines
