"""Following the quotes of a CSV file one after the other, as Python's `csv` does and so frictionless.

A quote opens a cell where the cell begins, and is a letter elsewhere; in an open cell two stand for one, and one closes.
What follows the closing quote should be the end of the cell; where it is not, `csv` takes it as more of the cell.
"""

from __future__ import annotations

import re

from osds.tables.bytescan import BLOCK, MAX_MISPLACED, MAX_RECORD, Marks, Odd, Patterns, end_of

_LONE_RETURN = re.compile(rb"\r[^\n]")


class Quotes:
    """The second reading of a file: `feed` it block by block, then `finish`."""

    def __init__(self, marks: Marks) -> None:
        self._odd = Odd()
        self._patterns = Patterns(marks=marks)
        self._edges = (marks.delimiter, b"\r", b"\n")
        self._rest = b"\n"  # one byte that has been read, and perhaps one that needs the next to be understood
        self._inside = False
        self._opened = 0  # the line of the quote that opened the cell
        self._lines = 1
        self._offset = 0
        self._boundary = 0

    def feed(self, block: bytes, *, last: bool = False) -> None:
        """Read the next block."""
        if self._odd.misplaced_count >= MAX_MISPLACED:
            return
        seen, place = self._rest + block, 1
        while place < len(seen):
            if self._inside:
                place = self._read_inside(seen, place, last=last)
                if place == len(seen) - 1 and self._inside and not last:
                    break  # a quote: the next byte says whether it closes
                continue
            begin, place = place, self._read_outside(seen, place)
            self._measure(seen, begin, place)
        self._check_length(seen)
        self._lines += seen.count(b"\n", 1, place)
        self._offset += place - 1
        self._rest = seen[place - 1 :]

    def finish(self) -> Odd:
        """What is odd: lone returns, long records, misplaced and unclosed quotes."""
        self.feed(b"", last=True)
        if self._inside and self._odd.misplaced_count < MAX_MISPLACED:
            self._odd.unclosed = self._opened
        return self._odd

    def _read_inside(self, seen: bytes, place: int, *, last: bool) -> int:
        """Read on in a quoted cell; the place behind its closing quote, or as far as it can be understood."""
        quote = end_of(self._patterns.inside, seen, place)
        if quote == len(seen) or (quote == len(seen) - 1 and not last):
            return quote
        self._inside = False
        after = seen[quote + 1 : quote + 2]
        if after and after not in self._edges:
            self._odd.misplaced_count += 1
            self._odd.misplaced = self._odd.misplaced or self._line(seen, quote)
        return quote + 1

    def _read_outside(self, seen: bytes, place: int) -> int:
        """Read cells that are in order; the place behind the quote that opens one which is not, or the end."""
        end = end_of(self._patterns.regular, seen, place)
        quote = seen.find(b'"', end)
        stop = len(seen) if quote < 0 else quote + 1
        if quote >= 0:  # `regular` reads over quotes that are letters, so this one opens a cell
            self._inside = True
            self._opened = self._line(seen, quote)
        if not self._odd.lone_return:
            self._find_return(seen, place, stop)
        return stop

    def _find_return(self, seen: bytes, begin: int, stop: int) -> None:
        part = seen[begin - 1 : stop]
        if part.count(b"\r") == part.count(b"\r\n"):
            return
        # Quoted cells shrink to a quote and the line feeds they hold, so that lines can still be counted.
        bare = self._patterns.quoted.sub(lambda match: b'"' + b"\n" * match.group().count(b"\n"), part)
        match = _LONE_RETURN.search(bare)
        if match is not None:
            self._odd.lone_return = self._line(seen, begin) + bare.count(b"\n", 1, match.start())

    def _line(self, seen: bytes, place: int) -> int:
        return self._lines + seen.count(b"\n", 1, place)

    def _measure(self, seen: bytes, begin: int, stop: int) -> None:
        """Once for each block is enough."""
        if self._boundary < self._offset:
            end = self._patterns.end_of_record(seen, begin, stop)
            self._boundary = self._boundary if end is None else self._offset + end

    def _check_length(self, seen: bytes) -> None:
        if not self._odd.long_record and self._offset + len(seen) - self._boundary > MAX_RECORD + BLOCK:
            self._odd.long_record = self._opened if self._inside else self._lines
