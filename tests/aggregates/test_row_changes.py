"""Rows that came and went, held to Python's own count of the same."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from osds.aggregates.row_changes import count_row_changes
from osds.tables.text import TableText

CELLS = st.sampled_from(["", "a", "b", "1", "1.0", ' "x"', "two\nlines", "é", "a,b"])
TABLES = st.lists(st.tuples(CELLS, CELLS), max_size=8)
Rows = list[tuple[str, str]]


def table(path: Path, rows: Rows, fields: tuple[str, str] = ("x", "y")) -> TableText:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([fields, *rows])
    path.write_bytes(text.getvalue().encode())
    return TableText(resource="t", paths=(path,), fields=fields, missing_values=("",), rows=len(rows))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(TABLES, TABLES)
def test_count__is_that_of_a_multiset(tmp_path: Path, before: Rows, after: Rows) -> None:
    counted = count_row_changes(table(tmp_path / "a", before), table(tmp_path / "b", after), memory=256 * 10**6)
    old, new = Counter(before), Counter(after)
    assert counted == ((new - old).total(), (old - new).total())


def test_count__of_other_columns_is_unknown(tmp_path: Path) -> None:
    one, other = table(tmp_path / "a", []), table(tmp_path / "b", [], ("x", "z"))
    assert count_row_changes(one, other, memory=256 * 10**6) is None


@pytest.mark.parametrize("rows", [1, 5])
def test_count__where_the_engine_sees_other_rows_is_unknown(tmp_path: Path, rows: int) -> None:
    one = table(tmp_path / "a", [("a", "b")] * 3)
    wrong = TableText(resource="t", paths=one.paths, fields=one.fields, missing_values=("",), rows=rows)
    assert count_row_changes(one, wrong, memory=256 * 10**6) is None
