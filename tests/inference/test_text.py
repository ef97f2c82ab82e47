"""Encodings and delimiters, and what of them a descriptor must state."""

from __future__ import annotations

import pytest

from osds.errors import UsageError
from osds.inference.text import detect_encoding, detect_layout


@pytest.mark.parametrize(
    ("content", "name", "bom"),
    [
        (b"a,b\n1,2\n", "utf-8", False),
        ("a\nniño\n".encode(), "utf-8", False),
        (b"\xef\xbb\xbfa\n", "utf-8", True),
        ("a\nniño €\n".encode("cp1252"), "windows-1252", False),
        (b"a\n\xe9 \x81\n", "iso-8859-1", False),  # 0x81 is no character of Windows-1252
        ("a\nniñ".encode() + b"\xc3", "windows-1252", False),  # half a character at the end
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1000])  # characters cut in two by the blocks must not matter
def test_detect_encoding(content: bytes, name: str, bom: bool, size: int) -> None:
    blocks = (content[start : start + size] for start in range(0, len(content), size))
    found = detect_encoding(blocks)
    assert (found.name, found.bom) == (name, bom and size >= 3)


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "The file is empty"), ("a,b".encode("utf-16"), "not text in UTF-8")]
)
def test_detect_encoding__refuses(content: bytes, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        detect_encoding([content] if content else [])


@pytest.mark.parametrize(
    ("head", "delimiter", "dialect"),
    [
        ("a,b\n1,2\n", ",", {}),
        ("a;b\n1,5;2,5\n", ";", {"delimiter": ";"}),
        ("a\tb\n1\t2\n", "\t", {"delimiter": "\t"}),
        ("a|b\n1|2\n", "|", {"delimiter": "|"}),
        ('a,b\n"x;y",2\n"x;y;z",3\n', ",", {}),
        ("name\nSmith\nJones\n", ",", {}),
        ("a, b\n1, 2\n", ",", {"skipInitialSpace": True}),
        ("a;b,c\n1;2,3\n4;5,6\n7;8,9\n", ",", {}),
    ],
)
def test_detect_layout(head: str, delimiter: str, dialect: dict[str, object]) -> None:
    layout = detect_layout(head)
    assert layout.delimiter == delimiter
    assert {**layout.dialect} == dialect


def test_detect_layout__states_a_comma_that_frictionless_would_not_guess() -> None:
    layout = detect_layout("names,amount\n'a';'b',1\n'c';'d',2\n")
    assert (layout.delimiter, layout.dialect) == (",", {"delimiter": ","})
