from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.dataset.package import Field
from osds.tables import kinds
from osds.tables.kinds import Kind, kind_of


def field(of: str) -> Field:
    return Field(name="a", type=of, title="a", column_type=None, raw={})


@pytest.mark.parametrize(
    ("of", "cell", "kind"),
    [
        ("integer", "302053.8", kinds.DECIMALS),
        ("integer", "-0.5", kinds.DECIMALS),
        ("integer", "1,234", kinds.SEPARATORS),
        ("number", "1.234,56", kinds.SEPARATORS),
        ("number", "12,5", kinds.SEPARATORS),
        ("number", "1 234 567", kinds.SEPARATORS),
        ("number", "1\u202f234", kinds.SEPARATORS),
        ("number", "1'234.50", kinds.SEPARATORS),
        ("number", "(1,234)", kinds.PARENTHESES),
        ("number", "123-", kinds.MINUS),
        ("number", "−12", kinds.MINUS),
        ("number", "€ 12.50", kinds.UNIT),
        ("number", "12.50 EUR", kinds.UNIT),
        ("number", "15%", kinds.UNIT),
        ("number", "-", kinds.SIGN),
        ("integer", "- ", kinds.SIGN),
        ("number", "..", kinds.SIGN),
        ("number", "–", kinds.SIGN),
        ("number", "nfp", kinds.WORD),
        ("number", "n/a", kinds.WORD),
        ("integer", "siehe Anlage", kinds.WORD),
        ("year", "2014-", kinds.UNIT),
        ("year", "unbekannt", kinds.WORD),
        ("number", "x1y2z3", None),
        ("date", "31.12.2023", kinds.DATE),
        ("date", "12/31/23", kinds.DATE),
        ("date", "20231231", kinds.DATE),
        ("date", "31 Dec 2023", kinds.DATE),
        ("date", "2023-02-30", kinds.NO_DAY),
        ("date", "offen", kinds.NO_DATE),
        ("datetime", "2023-12-31 12:00", kinds.DATE),
        ("boolean", "ja", kinds.TRUTH),
        ("geopoint", "x", None),
    ],
)
def test_kind_of__a_type_error(of: str, cell: str, kind: Kind | None) -> None:
    assert kind_of("type-error", field(of), cell, "") == kind


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ('constraint "required" is "True"', "an empty cell in a column that must be filled"),
        ('constraint "minimum" is "0"', "a value below the minimum, 0"),
        ('constraint "pattern" is "[A-Z]+"', "a text that is not of the form [A-Z]+"),
        ("constraint \"enum\" is \"['a', 'b']\"", "a value that is not in the list"),
        ('constraint "unknown" is "1"', None),
        ("nothing of the kind", None),
    ],
)
def test_kind_of__a_broken_rule(note: str, words: str | None) -> None:
    kind = kind_of("constraint-error", field("string"), "x", f"The cell does not conform to a constraint: {note}")
    assert (kind and kind.words) == words


def test_kind_of__other_errors_have_none() -> None:
    assert kind_of("missing-cell", field("number"), None, "") is None
    assert kind_of("type-error", None, "x", "") is None


@given(st.sampled_from(["integer", "number", "year", "date", "boolean"]), st.text(max_size=200))
def test_kind_of__answers_on_any_text(of: str, cell: str) -> None:
    kind = kind_of("type-error", field(of), cell, "")
    assert kind is None or (kind.words and not kind.advice.endswith("."))


@pytest.mark.parametrize("cell", ["1" * 10**6, "1 " * 10**6, "a1" * 10**6, "(" * 10**6, "€" * 10**6])
def test_kind_of__is_quick_on_long_cells(cell: str) -> None:
    started = time.monotonic()
    for of in ("integer", "number", "date"):
        kind_of("type-error", field(of), cell, "")
    assert time.monotonic() - started < 1
