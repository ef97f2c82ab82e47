"""One pass over a table: what is kept of columns, rows of the wrong width, headers that cannot be used."""

from __future__ import annotations

import pytest

from osds.errors import UsageError
from osds.inference import table as tables
from osds.inference.table import join_tables, read_table, shape_of
from tests.inference.tables import column_of, table_of


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("1234.50", "9999.99"),
        ("-1.250,00", "-9.999,99"),
        ("0.5", "0.9"),
        ("011", "099"),
        ("-0", "-0"),
        ("€ 0.07", "€ 0.99"),
        (" 12 ", "99"),
        ("n/a", "n/a"),
        ("x" * 41, "text"),
        ("٣", "٣"),  # a digit to Python, not to Table Schema
    ],
)
def test_shape_of(value: str, shape: str) -> None:
    assert shape_of(value) == shape


def test_read_table__facts_of_columns() -> None:
    table = table_of("code,amount\n01,5\n02,\n01,7.5\n")
    code, amount = table.columns
    assert (table.rows, code.filled, amount.filled) == (3, 3, 2)
    assert (code.values, code.distinct) == (("01", "02"), 2)
    assert amount.uniqueness == 1.0
    assert dict(amount.shapes) == {"9": "5", "9.9": "7.5"}
    assert table.sample == (("01", "5"), ("02", ""), ("01", "7.5"))


def test_read_table__rows_of_the_wrong_width_are_counted_and_the_first_named() -> None:
    table = table_of("a,b\n1\n1,2\n1,2,3\n\n")
    assert table.odd_rows == ((2, 1), (4, 3), (5, 0))
    assert table.odd_count == 3
    assert table.sample == (("1", ""), ("1", "2"), ("1", "2"), ("", ""))


def test_read_table__text_has_no_shapes() -> None:
    assert column_of(*(f"name {chr(0x4E00 + n)}" for n in range(tables.MAX_SHAPES + 1))).shapes == {}


def test_read_table__memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_DISTINCT", 10)
    monkeypatch.setattr(tables, "SAMPLE_ROWS", 100)
    table = read_table([["n"], *([str(n)] for n in range(50_000))])
    assert table.rows == 50_000
    assert table.columns[0].distinct == 10
    assert table.columns[0].uniqueness == 1.0  # too many to count
    assert len(table.sample) <= 2_000  # one chunk more, at most
    steps = {int(b) - int(a) for (a,), (b,) in zip(table.sample, table.sample[1:], strict=False)}
    assert len(steps) == 1  # evenly spread


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The file has no header"),
        ("\n1,2\n", "The file has no header"),
        ("Budget 2014,,\nname,amount,year\n", "The header has no name for column 2, 3"),
        ("a,b, a \n", "The header names two columns 'a'"),
    ],
)
def test_read_table__headers_that_cannot_be_used(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as raised:
        table_of(text)
    assert raised.value.next_step


def test_read_table__header_is_stripped_as_frictionless_does() -> None:
    assert [column.name for column in table_of(" a ,b\t\n1,2\n").columns] == ["a", "b"]


def test_join_tables__counts_all_parts() -> None:
    joined = join_tables([table_of("y,v\n2014,1\n2014,\n"), table_of("y,v\n2015,1.5\n")])
    year, value = joined.columns
    assert (joined.rows, value.filled) == (3, 2)
    assert year.values == ("2014", "2015")
    assert dict(value.shapes) == {"9": "1", "9.9": "1.5"}
    assert joined.sample == (("2014", "1"), ("2014", ""), ("2015", "1.5"))


def test_join_tables__text_in_one_part_is_text() -> None:
    words = "v\n" + "\n".join(chr(0x4E00 + n) for n in range(tables.MAX_SHAPES + 1)) + "\n"
    assert join_tables([table_of("v\n1\n"), table_of(words)]).columns[0].shapes == {}
