"""Quotes, held to Python's own strict reader: what it refuses is found, what it accepts is not."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osds.tables.bytescan import MAX_RECORD, Marks, Odd, settle
from osds.tables.intake import Wanted, examine
from osds.tables.quotes import Quotes

MARKS = Marks(delimiter=b",")
unhurried = settings(deadline=None)
TEXTS = st.text(alphabet='a,"\n\r', max_size=30)


def follow(content: bytes, size: int) -> Odd:
    quotes = Quotes(MARKS)
    for start in range(0, len(content), size):
        quotes.feed(content[start : start + size])
    return quotes.finish()


def refusal(text: str, *, skip: bool = False) -> str:
    """What Python's strict reader says of the first thing that is wrong with quotes."""
    try:
        list(csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=skip))
    except csv.Error as error:
        return str(error)
    return ""


@unhurried
@given(text=TEXTS, size=st.integers(1, 8))
def test_quotes__agree_with_the_strict_reader(text: str, size: int) -> None:
    odd = follow(text.encode(), size)
    wrong = refusal(text)
    assert bool(odd.misplaced or odd.unclosed) == bool(wrong)
    if not odd.misplaced:
        assert bool(odd.unclosed) == (wrong == "unexpected end of data")


@unhurried
@given(text=TEXTS, size=st.integers(1, 8))
def test_quotes__blocks_make_no_difference(text: str, size: int) -> None:
    assert follow(text.encode(), size) == follow(text.encode(), 100)


@unhurried
@given(text=st.text(alphabet='a, "\n', max_size=30), size=st.integers(1, 8))
def test_examine__refuses_what_a_reader_that_skips_blanks_refuses(text: str, size: int) -> None:
    content = text.encode()
    blocks = [content[start : start + size] for start in range(0, len(content), size)]
    wanted = Wanted(path="a", marks=Marks(delimiter=b","), labelled=False)
    marks = settle(wanted.marks or MARKS, blocks[0] if blocks else b"")
    found = examine(wanted, lambda: blocks).findings
    assert bool(found) == bool(refusal(text) or (marks.blanks and refusal(text, skip=True)))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"a,b\n1,2\n", []),
        (b'a,b\n"1","2"\n', []),
        (b'a,b\n"1","2"', []),
        (b'a,b\n1,5" pipe\n', []),
        (b'a,b\n1,"say ""x"""\n', []),
        (b'a,b\n1,"two\nlines"\n', []),
        (b'\xef\xbb\xbf"a","b"\n1,2\n', []),
        (b'a,b\n1,"x\n2,y\n', [("quote-unclosed", 2)]),
        (b'a,b\n1,"x\n2,"y"\n', [("quote-misplaced", 3)]),
        (b'a,b\n1,"x"y\n', [("quote-misplaced", 2)]),
        (b'a;b\n1;"x\n', [("delimiter-guessed", 1), ("quote-unclosed", 2)]),
        (b'a\tb\n1\t"x\n', [("delimiter-guessed", 1), ("quote-unclosed", 2)]),
        (b'a, b\n1, "x"\n', []),  # whether a blank before a quote is seen as nothing or not
        (b'a,b\n1,"x, ""y"""\n', []),
        (b'a, b\n1, "x\n', [("quote-unclosed", 2)]),  # frictionless may see the blank as nothing
        (b'a, b\n1,"x, "y"\n', [("quote-misplaced", 2)]),
        (b"a,b\n1,x\0\n", [("nul-byte", 2)]),
        (b"a,b\r\n1,x\ry\r\n", [("lone-return", 2)]),
        (b"a,b\r1,x\r", [("lone-return", 1)]),
        (b'a,b\r\n1,"x\ry"\r\n', []),
        (b'a,b\n"1\n\n","x\ry"\n2,z\rz\n', [("lone-return", 5)]),
        (b"a,b\r\n1,2\r\n", []),
        ("a,b\n1,2\n".encode("utf-16"), []),
        (b"", []),
        (b"\na,b\n1,2\n", [("blank-header", 1)]),
        (b"\xef\xbb\xbf\r\na,b\r\n", [("blank-header", 1)]),
        (b'a,b\n",\n"x,1\n', [("quote-misplaced", 3)]),
        (b'a,b\n"Smith,"John,1\n', [("quote-misplaced", 2)]),
        (b'a,b\n""x,1\n', [("quote-misplaced", 2)]),
        (b"," * 1999 + b"\n", []),
        (b"," * 2000 + b"\n", [("table-limit", 1)]),
        (b'"' + b"," * 3000 + b'"\n', []),
    ],
)
def test_examine__what_is_odd_and_where(content: bytes, found: list[tuple[str, int]]) -> None:
    findings = examine(Wanted(path="a.csv", marks=Marks()), lambda: [content] if content else []).findings
    assert [(f.code, int(f.message.split("line ")[1].split(":")[0])) for f in findings] == found


@pytest.mark.parametrize("cell", [b"x", b'"x\n', b'"x', b"x,"])
def test_examine__a_row_without_an_end(cell: bytes) -> None:
    size = 1 << 18
    content = b"a,b\n" + cell + b"y" * (MAX_RECORD + 3 * size) + b'"\n' * cell.count(b'"')
    for text, count in ((content, 1), (content[:MAX_RECORD], 0)):
        blocks = [text[start : start + size] for start in range(0, len(text), size)]
        codes = [f.code for f in examine(Wanted(path="a", marks=Marks()), blocks.copy).findings]
        assert codes.count("table-limit") == count


def test_examine__many_rows_with_lines_in_cells_are_no_long_row() -> None:
    block = b'1,"two\nlines"\n' * 1000
    assert not examine(Wanted(path="a", marks=Marks()), lambda: [b"a,b\n"] + [block] * 800).findings


def test_examine__where_the_dialect_is_unusual_quotes_are_left_alone() -> None:
    wanted = Wanted(path="a", marks=Marks(quoted=False))
    assert not examine(wanted, lambda: [b'a,b\n1,"x\n\ry']).findings


def test_examine__a_header_elsewhere_may_have_an_empty_line_before_it() -> None:
    assert not examine(Wanted(path="a", marks=Marks(), labelled=False), lambda: [b"\na,b\n"]).findings


def test_settle__guesses_from_the_first_line() -> None:
    assert settle(Marks(), b'a;b;"x,y,z"\n1,2,3,4,5\n') == Marks(delimiter=b";")
    assert settle(Marks(delimiter=b"|"), b"a;b\n") == Marks(delimiter=b"|")
    assert settle(Marks(), b'a, "b"\n').blanks
    assert not settle(Marks(), b'a,"b"\n').blanks
    assert not settle(Marks(), b'a,\x1b$B"\n').quoted
