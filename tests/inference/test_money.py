"""Which columns are measures, and their currency, unit, phase and direction."""

from __future__ import annotations

import pytest

from osds.inference.money import currency_of, guess_measures
from tests.inference.tables import profiles_of


def measures_of(text: str, **changes: object) -> dict[str, tuple[str | None, int, str | None, str | None]]:
    """Header: (currency, factor, direction, phase) of the measures in a CSV text."""
    settings = {"currency": None, "has_currency_column": False, "file_words": (), **changes}
    found = guess_measures(tuple(profiles_of(text).values()), **settings)  # type: ignore[arg-type]
    return {m.profile.name: (m.currency, m.factor, m.direction, m.phase) for m in found}


@pytest.mark.parametrize(
    ("header", "measure"),
    [
        ("amount", ("XXX", 1, None, None)),
        ("IMPORTE", ("XXX", 1, None, None)),
        ("Betrag in Tsd. €", ("EUR", 1000, None, None)),
        ("Gasto ejecutado (USD)", ("USD", 1, "expenditure", "executed")),
        ("Approved revenue", ("XXX", 1, "revenue", "approved")),
        ("Presupuesto inicial", ("XXX", 1, None, "approved")),
        ("Budget (million guaraníes)", ("XXX", 1_000_000, None, None)),
        ("Montant voté (k€)", ("EUR", 1000, None, "approved")),
        ("2014-15", ("XXX", 1, None, None)),
        ("2014", ("XXX", 1, None, None)),
        ("£m", ("GBP", 1, None, None)),
    ],
)
def test_guess_measures__one_column(header: str, measure: tuple[object, ...]) -> None:
    assert measures_of(f"name,{header}\na,5\nb,12\n") == {header: measure}


@pytest.mark.parametrize(
    "header",
    [
        "Population",
        "Receipt No",
        "budget code",
        "latitude",
        "Share of total (%)",
        "expense type",
        "month",
        "Total staff",
    ],
)
def test_guess_measures__numbers_that_are_no_money(header: str) -> None:
    assert measures_of(f"{header},amount\n5,1\n12,2\n7,3\n") == {"amount": ("XXX", 1, None, None)}


def test_guess_measures__text_and_years_are_none() -> None:
    assert measures_of("amount,year,value\nlow,2014,1\nhigh,2015,2\n") == {"value": ("XXX", 1, None, None)}


def test_guess_measures__many_decimals_without_a_word() -> None:
    rows = "".join(f"{n},{n * 7}.{n:02}\n" for n in range(10, 60))
    assert list(measures_of(f"id,figure\n{rows}")) == ["figure"]


def test_guess_measures__last_resort_only_where_nothing_names_money() -> None:
    rows = "".join(f"{n % 3},{n * n * 37},{n}\n" for n in range(1, 40))
    assert list(measures_of(f"k,figure,amount\n{rows}")) == ["amount"]
    assert list(measures_of(f"k,figure,code\n{rows}")) == ["figure"]


def test_guess_measures__what_the_user_said_wins() -> None:
    assert measures_of("Sum (EURO)\n5\n", currency="USD") == {"Sum (EURO)": ("USD", 1, None, None)}


def test_guess_measures__currency_in_a_column_of_its_own() -> None:
    assert measures_of("amount\n5\n", has_currency_column=True) == {"amount": (None, 1, None, None)}


def test_guess_measures__direction_from_the_name_of_the_file() -> None:
    assert measures_of("IMPORTE\n5\n", file_words=("gastos", "2014")) == {"IMPORTE": ("XXX", 1, "expenditure", None)}


@pytest.mark.parametrize(
    ("header", "currency"),
    [
        ("Sum (EURO)", "EUR"),
        ("amount_usd", "USD"),
        ("Amount GBP", "GBP"),
        ("TOTAL ALL", None),  # a word, though also the lek
        ("Total (ALL)", "ALL"),
        ("try again", None),
        ("Výdaje v Kč", "CZK"),
        ("Amount ($)", None),  # there are too many dollars
        ("US$ amount", "USD"),
        ("amount", None),
    ],
)
def test_currency_of__header(header: str, currency: str | None) -> None:
    assert currency_of(profiles_of(f"{header}\n5\n")[header]) == currency


@pytest.mark.parametrize(
    ("figures", "currency"), [(("€ 5", "€ 1200"), "EUR"), (("€ 5", "£ 5"), None), (("5 EUR",), "EUR")]
)
def test_currency_of__figures(figures: tuple[str, ...], currency: str | None) -> None:
    text = "\n".join(("amount", *figures)) + "\n"
    assert currency_of(profiles_of(text)["amount"]) == currency
