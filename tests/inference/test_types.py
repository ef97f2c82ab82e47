"""The types of columns: numbers in all notations, codes, dates, years, placeholders."""

from __future__ import annotations

from typing import Any

import pytest

from osds.inference.types import guess_field
from tests.inference.tables import column_of

GERMAN: dict[str, Any] = {"decimalChar": ",", "groupChar": "."}


@pytest.mark.parametrize(
    ("values", "kind", "properties"),
    [
        (("1", "-20", "0"), "integer", {}),
        (("+7",), "integer", {}),
        (("1", ""), "integer", {}),
        (("01", "02"), "string", {}),
        (("0", "007"), "string", {}),
        (("1" * 18,), "integer", {}),
        (("1" * 19,), "string", {}),
        (("1.5", "-0.25", ".5"), "number", {}),
        (("1,234", "950"), "number", {"groupChar": ","}),
        (("1,234.50", "1,234,567", "3"), "number", {"groupChar": ","}),
        (("1,5", "0,25"), "number", {"decimalChar": ","}),
        (("1234,567", "1"), "number", {"decimalChar": ","}),
        (("1.234,50", "3"), "number", GERMAN),
        (("1.234.567", "12"), "number", GERMAN),
        (("1 234,5",), "number", {"decimalChar": ",", "groupChar": " "}),
        (("1\u00a0234",), "number", {"groupChar": "\u00a0"}),
        (("1'234.50",), "number", {"groupChar": "'"}),
        (("€ 1,200.50", "€ 3"), "number", {"groupChar": ",", "bareNumber": False}),
        (("1.200,50 €", "-3,00 €"), "number", {**GERMAN, "bareNumber": False}),
        (("12%", "3.5%"), "number", {"bareNumber": False}),
        (("EUR 5", "EUR 1.5"), "number", {"bareNumber": False}),
        (("DWP32", "DWP33"), "string", {}),  # no currency
        (("1,23,456",), "string", {}),
        (("1.234.5",), "string", {}),
        (("12.", "1"), "string", {}),
        (("1e5",), "string", {}),
        (("\u22125",), "string", {}),  # a typographic minus is no sign to Table Schema
        (("٣",), "string", {}),
        (("true", "FALSE"), "boolean", {}),
        (("True", "tRue"), "string", {}),
        (("yes", "no"), "string", {}),
        (("", ""), "string", {}),
        (("2014-01-31", "2014-02-28"), "date", {}),
        (("2014-02-30",), "string", {}),
        (("2014-01-31T10:00:00Z",), "datetime", {}),
        (("2014-01-31 10:00:00",), "datetime", {"format": "%Y-%m-%d %H:%M:%S"}),
        (("2014-01", "2014-12"), "yearmonth", {}),
        (("31.12.2014", "1.2.2014"), "date", {"format": "%d.%m.%Y"}),
        (("12/31/2014", "01/02/2014"), "date", {"format": "%m/%d/%Y"}),
        (("2014/12/31",), "date", {"format": "%Y/%m/%d"}),
        (("31.12.14",), "string", {}),  # could be a code: the header does not say date
        (("1.1.1",), "string", {}),
    ],
)
def test_guess_field(values: tuple[str, ...], kind: str, properties: dict[str, Any]) -> None:
    guess = guess_field(column_of(*values))
    assert (guess.type, dict(guess.properties)) == (kind, properties)


@pytest.mark.parametrize(
    ("header", "values", "kind"),
    [
        ("year", ("2014", "2015", "2016"), "year"),
        ("AÑO", ("2014",), "year"),
        ("x", ("2014", "2014", "2014", "2015", "2015"), "year"),
        ("x", ("2014", "2015", "2016"), "integer"),  # all different: anything
        ("amount", ("2014", "2014", "2014"), "integer"),
        ("code", ("2014", "2014", "2014"), "integer"),
        ("year", ("1014",), "integer"),
        ("date", ("31.12.14",), "date"),
    ],
)
def test_guess_field__header_decides(header: str, values: tuple[str, ...], kind: str) -> None:
    assert guess_field(column_of(*values, name=header)).type == kind


@pytest.mark.parametrize(
    ("values", "period"),
    [
        (("2014-15", "1999/00", "2014/2015"), True),
        (("2014-16",), False),
        (("2014-12",), False),  # a month
        (("2012-13",), True),
    ],
)
def test_guess_field__fiscal_years(values: tuple[str, ...], period: bool) -> None:
    assert guess_field(column_of(*values)).period is period


def test_guess_field__placeholders_become_missing_values() -> None:
    guess = guess_field(column_of("5", "n/a", "- ", "", " ", "7"))
    assert (guess.type, guess.missing) == ("integer", ("n/a", "- ", " "))
    assert "'n/a', '- ', ' ' stands where there is no figure" in guess.notes[0]


def test_guess_field__placeholders_in_text_are_text() -> None:
    assert guess_field(column_of("n/a", "north")).missing == ()


@pytest.mark.parametrize(
    ("value", "continental", "properties", "said"),
    [
        ("1.234", False, {}, "its mark begins the decimals"),
        ("1.234", True, GERMAN, "its mark groups thousands"),
        ("1,234", False, {"groupChar": ","}, "its mark groups thousands"),
        ("1,234", True, {"decimalChar": ","}, "its mark begins the decimals"),
    ],
)
def test_guess_field__says_when_a_mark_could_mean_both(
    value: str, continental: bool, properties: dict[str, Any], said: str
) -> None:
    guess = guess_field(column_of(value, "12"), continental=continental)
    assert dict(guess.properties) == properties
    assert said in guess.notes[0]


def test_guess_field__is_sure_where_the_marks_tell() -> None:
    assert guess_field(column_of("1.234", "0.5")).notes == ()


def test_guess_field__says_when_day_and_month_could_be_swapped() -> None:
    guess = guess_field(column_of("01/02/2014", "03/04/2014"))
    assert guess.properties == {"format": "%d/%m/%Y"}
    assert guess.notes == ("'01/02/2014' is read as %d/%m/%Y; it could be %m/%d/%Y",)


def test_guess_field__says_why_money_is_text() -> None:
    guess = guess_field(column_of("5", "(1,200)", name="Amount"))
    assert guess.type == "string"
    assert guess.notes == ("its header names money, but values such as '(1,200)' are no numbers, so it stays text",)
