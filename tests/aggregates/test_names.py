from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.aggregates.lattice import Branch, Part
from osds.aggregates.names import csv_line, distinct, file_stems, slug


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Economic Classification", "economic-classification"),
        ("AÑO", "ano"),
        ("../../etc/passwd", "etc-passwd"),
        ("目的", "else"),
        ("-", "else"),
        ("", "else"),
        ("a" * 50, "a" * 36),
        ("Straße №1", "strae-no1"),
    ],
)
def test_slug__ascii(text: str, expected: str) -> None:
    assert slug(text, "else") == expected


def branch(name: str, *levels: str) -> Branch:
    return Branch(dimension=name, kind="other", levels=levels, members=(2,) * len(levels))


def test_file_stems__level_only_in_a_hierarchy() -> None:
    branches = [branch("economic", "chapter", "article"), branch("payer", "name")]
    cuboids = [(), (Part(0, 1),), (Part(1, 1),), (Part(0, 2), Part(1, 1))]
    assert file_stems(cuboids, branches) == (
        "apex",
        "by-economic-chapter",
        "by-payer",
        "by-economic-article-then-payer",
    )


def test_file_stems__unique_and_never_empty() -> None:
    branches = [branch("A b", "x"), branch("a-B", "x"), branch("目的", "款", "項")]
    cuboids = [(Part(0, 1),), (Part(1, 1),), (Part(2, 2),)]
    assert file_stems(cuboids, branches) == ("by-a-b", "by-a-b-2", "by-dimension-3-level-2")


def test_file_stems__fit_into_a_file_name() -> None:
    branches = [branch("d" * 99, "l" * 99, "m" * 99) for _ in range(3)]
    (stem,) = file_stems([(Part(0, 1), Part(1, 1), Part(2, 1))], branches)
    assert len(f"{stem}-9999.csv") <= 255


def test_distinct__numbers_what_repeats() -> None:
    assert distinct(["a", "b", "a", "a-2", "", "a"]) == ("a", "b", "a-2", "a-2-2", "unnamed", "a-3")


def test_csv_line__quotes_what_rfc_4180_asks_for() -> None:
    assert csv_line(["a", "b c", 'd"e', "f,g", "h\ni", "j\rk", ""]) == 'a,b c,"d""e","f,g","h\ni","j\rk",'


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2))
def test_csv_line__is_read_back(cells: list[str]) -> None:
    assert next(csv.reader(io.StringIO(csv_line(cells) + "\n", newline=""))) == cells
