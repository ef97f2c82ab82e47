"""One line of a registry's CSV: strict, and in agreement with every other CSV reader."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.errors import UsageError
from osds.registry.lines import RegistryFileError, check_value, join_line, split_line, split_lines

PRINTABLE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cf"]))


def by_csv(line: str) -> list[str]:
    return next(csv.reader([line], strict=True), []) or [""]  # csv gives no value at all for an empty line


@given(st.lists(PRINTABLE, min_size=1))
def test_join_line__is_read_back_the_same_by_us_and_by_csv(values: list[str]) -> None:
    line = join_line(values)
    assert split_line(line, "here") == values
    assert by_csv(line) == values


@given(st.text('",ab ', max_size=12))
def test_split_line__agrees_with_csv_or_refuses(line: str) -> None:
    try:
        ours = split_line(line, "here")
    except RegistryFileError:
        return
    assert by_csv(line) == ours


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a,b,c", ["a", "b", "c"]),
        (",,", ["", "", ""]),
        ('"a,b",c', ["a,b", "c"]),
        ('"say ""hi""",', ['say "hi"', ""]),
        ("", [""]),
        ("Zürich, 东京", ["Zürich", " 东京"]),
    ],
)
def test_split_line__values(line: str, expected: list[str]) -> None:
    assert split_line(line, "here") == expected


@pytest.mark.parametrize(
    "line", ['"open', '"a"b,c', 'a"b', '"a""', "a\rb", "a\x00b", "a\x1b[31m", "a\u2028b", "a\u202eb"]
)
def test_split_line__refuses_and_names_the_place(line: str) -> None:
    with pytest.raises(RegistryFileError, match=r"^data/catalog\.csv, line 7 "):
        split_line(line, "data/catalog.csv, line 7")


def test_split_lines__a_file_that_was_cut_short() -> None:
    with pytest.raises(RegistryFileError, match="cut short"):
        split_lines("url,name,owner,core\nhttps://git", "data/catalog.csv")


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "a\nb", "a\tb"])
def test_check_value__refuses_formulas_and_controls(value: str) -> None:
    with pytest.raises(UsageError):
        check_value(value, "title")
