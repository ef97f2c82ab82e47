"""The census, held to a grammar of regular files, to Python's strict reader, and to counting by hand."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osds.tables.bytescan import Marks
from osds.tables.census import Census, CensusTaker

unhurried = settings(deadline=None)
PARTS = ["a", ",", '"', '""', "\n", "\r\n", "\r", " ", '",', ',"', '"\n', "é"]
TEXTS = st.lists(st.sampled_from(PARTS), max_size=14).map("".join)
CELL = r'(?:[^",\r\n]*|"(?:[^"]|"")*")'
REGULAR = re.compile(rf"{CELL}(?:[,\r\n]{CELL})*")  # RFC 4180, with any of the three line ends


def take(content: bytes, size: int = 1 << 18, delimiter: bytes = b",") -> Census:
    taker = CensusTaker(Marks(delimiter=delimiter))
    for start in range(0, len(content), size):
        taker.feed(content[start : start + size])
    return taker.finish()


@unhurried
@given(text=TEXTS, size=st.integers(1, 9))
def test_census__knows_what_is_regular(text: str, size: int) -> None:
    assert take(text.encode(), size).regular == bool(REGULAR.fullmatch(text))


@unhurried
@given(text=TEXTS, size=st.integers(1, 9))
def test_census__a_regular_file_is_strictly_read_and_has_its_records(text: str, size: int) -> None:
    census = take(text.encode(), size)
    if not census.regular:
        return
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    if census.line_end:
        assert census.records == len(rows)


@unhurried
@given(text=TEXTS, size=st.integers(1, 9))
def test_census__blocks_make_no_difference(text: str, size: int) -> None:
    small, whole = take(text.encode(), size), take(text.encode())
    assert replace(small, odd=whole.odd) == whole


@pytest.mark.parametrize(
    ("content", "records", "line_end"),
    [
        (b"", 0, 1),
        (b"a,b\n1,2\n", 2, 1),
        (b"a,b\n1,2", 2, 1),
        (b"a,b\r\n1,2\r\n", 2, 2),
        (b"a,b\r\n1,2", 2, 2),
        (b"a,b\r\n1,2\n", 2, 0),
        (b'a,b\n"x\r\ny",2\n', 2, 1),
        (b'a,b\r\n"x\ny",2\r\n', 2, 2),
        (b'a,b\r\n"x\ry",2\r\n', 2, 0),
        (b"a,b\n\n1,2\n", 3, 1),
    ],
)
def test_census__counts_records_and_knows_their_ends(content: bytes, records: int, line_end: int) -> None:
    census = take(content)
    assert (census.regular, census.records, census.line_end) == (True, records, line_end)
