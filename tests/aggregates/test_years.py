from __future__ import annotations

from typing import Any

import pytest

from osds.aggregates.checks import YEAR_UNREADABLE
from osds.aggregates.engine import open_engine
from osds.aggregates.reading import Verbatim, literal
from osds.aggregates.years import YearOfDate, year_of_constant, year_reading
from osds.dataset.package import Field


def field(kind: str, **raw: Any) -> Field:
    return Field(name="date", type=kind, title="", column_type=None, raw=raw)


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (field("string"), Verbatim()),
        (field("integer"), Verbatim()),
        (field("year"), Verbatim()),
        (None, Verbatim()),
        (field("date"), YearOfDate()),
        (field("datetime", format="default"), YearOfDate()),
        (field("date", format="yyyy"), YearOfDate()),
        (field("date", format="%d.%m.%Y"), YearOfDate("%d.%m.%Y")),
        (field("date", format="fmt:%d/%m/%y"), YearOfDate("%d/%m/%y")),
    ],
)
def test_year_reading__by_type_and_format(declared: Field | None, expected: object) -> None:
    assert year_reading(declared) == expected


@pytest.mark.parametrize(
    ("reading", "text", "expected"),
    [
        (YearOfDate(), "2014-03-31", "2014"),
        (YearOfDate(), "2014-03-31T12:00:00Z", "2014"),
        (YearOfDate(), "2014", "2014"),
        (YearOfDate("%d.%m.%Y"), "31.12.2014", "2014"),
        (YearOfDate("%d/%m/%y"), "1/3/69", "1969"),
        (Verbatim(), "2014-15", "2014-15"),
    ],
)
def test_read__year(reading: YearOfDate | Verbatim, text: str, expected: str) -> None:
    assert reading.read(text) == expected


@pytest.mark.parametrize(
    ("reading", "text"),
    [
        (YearOfDate(), "31.12.2014"),
        (YearOfDate(), "14-03-31"),
        (YearOfDate(), "2014\n"),
        (YearOfDate("%d.%m.%Y"), "2014-12-31"),
        (YearOfDate("%"), "2014"),
    ],
)
def test_read__no_year(reading: YearOfDate, text: str) -> None:
    assert reading.read(text) is YEAR_UNREADABLE


@pytest.mark.parametrize(("text", "expected"), [("2014-01-01", "2014"), ("2014-15", "2014-15"), ("FY 14", "FY 14")])
def test_year_of_constant__whole_dates_only(text: str, expected: str) -> None:
    assert year_of_constant(text) == expected


def test_plain_sql__agrees_with_read() -> None:
    with open_engine((), memory=10**9) as engine:
        for text in ("2014-03-31", "2014", "2014\n-", "x2014-", "", "٢٠١٤-01"):
            (plain,) = engine.row(f"SELECT {YearOfDate().plain_sql(literal(text))}")
            assert plain in {None, YearOfDate().read(text)}
