"""Rows that are found again: those that are looked for, and those that are ragged, held to Python's own reader."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osds.tables.bytescan import Marks
from osds.tables.census import Census, CensusTaker
from osds.tables.proof import answers
from osds.tables.proof.finding import Found, find

unhurried = settings(deadline=None)
CELL = st.text(alphabet='ab,"\né', max_size=4)
ENDS = st.sampled_from(["\n", "\r\n"])


def blocks_of(content: bytes, size: int) -> list[bytes]:
    return [content[start : start + size] for start in range(0, len(content), size)]


def census_of(blocks: list[bytes]) -> Census:
    taker = CensusTaker(Marks(delimiter=b","))
    for block in blocks:
        taker.feed(block)
    return taker.finish()


def write(rows: list[list[str]], end: str, *, all_quoted: bool, ends: bool) -> bytes:
    text = io.StringIO()
    if all_quoted:
        csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    else:
        csv.writer(text, lineterminator=end).writerows(rows)
    return text.getvalue().removesuffix("" if ends else end).encode()


@unhurried
@given(
    rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=12),
    wanted=st.sets(st.integers(0, 11)),
    end=ENDS,
    size=st.integers(1, 40),
    all_quoted=st.booleans(),
    ends=st.booleans(),
)
def test_find__numbers_are_those_of_the_file(
    rows: list[tuple[str, str]], wanted: set[int], end: str, size: int, *, all_quoted: bool, ends: bool
) -> None:
    content = write([["h", "i"], *map(list, rows)], end, all_quoted=all_quoted, ends=ends)
    blocks = blocks_of(content, size)
    suspects = {row for number, row in enumerate(rows) if number in wanted}
    found = find(blocks, census_of(blocks), [row for row in rows if row in suspects])
    assert found == Found(suspects=tuple((n, list(row)) for n, row in enumerate(rows, start=2) if row in suspects))


def test_find__says_so_where_a_row_is_written_in_another_way() -> None:
    blocks = [b'h,i\n"a",b\n']
    assert find(blocks, census_of(blocks), [("a", "b")]) is None


def test_find__an_empty_line_and_an_empty_cell_are_not_the_same() -> None:
    blocks = [b'h\n\n""\nx\n']
    found = find(blocks, census_of(blocks), [("",), ("",)])
    assert found == Found(suspects=((2, []), (3, [""])))


@unhurried
@given(
    rows=st.lists(st.lists(CELL, max_size=4), min_size=1, max_size=12),
    width=st.integers(1, 3),
    end=ENDS,
    size=st.integers(1, 40),
    all_quoted=st.booleans(),
    ends=st.booleans(),
)
def test_find__ragged_records_are_those_that_python_reads_with_another_width(
    rows: list[list[str]], width: int, end: str, size: int, *, all_quoted: bool, ends: bool
) -> None:
    content = write([["h", "i", "j"][:width], *rows], end, all_quoted=all_quoted, ends=ends)
    blocks = blocks_of(content, size)
    census = census_of(blocks)
    if not census.regular or not census.line_end:
        return
    read = list(csv.reader(io.StringIO(content.decode(), newline="")))
    suspects = [tuple(row) for row in read[1:] if len(row) == width]
    found = find(blocks, census, suspects, width=width)
    assert found is not None
    assert list(found.ragged.records) == [(n, row) for n, row in enumerate(read, start=1) if len(row) != width]
    assert list(found.suspects) == [(n, row) for n, row in enumerate(read, start=1) if n > 1 and len(row) == width]


@pytest.mark.parametrize("limit", ["MAX_SUSPECTS", "MAX_SUSPECT_BYTES"])
def test_find__gives_up_where_too_much_is_ragged(limit: str) -> None:
    wide = b"a" * (answers.MAX_SUSPECT_BYTES // 4) if limit == "MAX_SUSPECT_BYTES" else b"a"
    count = 5 if limit == "MAX_SUSPECT_BYTES" else answers.MAX_SUSPECTS + 1
    blocks = blocks_of(b"h,i\n" + (wide + b"\n") * count, 1 << 18)
    assert find(blocks, census_of(blocks), (), width=2) is None
    assert find(blocks, census_of(blocks), (), width=1) is not None
