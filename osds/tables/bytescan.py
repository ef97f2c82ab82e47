"""What the bytes of a CSV file say before any parser sees them: marks that no table has, and records without an end.

Two readings, both linear and in constant memory. `census` looks at every file, by counting, and knows whether its quotes
are regular. `quotes` follows the quotes one after the other as Python's `csv` does, and so as frictionless does; it is only
needed where the census found something odd, and only what it finds is told. Places are lines as an editor counts them.
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
