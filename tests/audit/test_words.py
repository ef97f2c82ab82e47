from __future__ import annotations

from decimal import Decimal

import pytest

from osds.audit.words import counted, is_total, joined, listed, mentions_total, money, quoted


@pytest.mark.parametrize(
    ("amount", "currency", "told"),
    [
        ("1234567.80", "EUR", "1,234,567.80 EUR"),
        ("-1234567.00", "EUR", "-1,234,567 EUR"),
        ("0", None, "0"),
        ("-0.05", "USD", "-0.05 USD"),
        ("12345678901234567890123456789012345678", "X", "12,345,678,901,234,567,890,123,456,789,012,345,678 X"),
    ],
)
def test_money(amount: str, currency: str | None, told: str) -> None:
    assert money(Decimal(amount), currency) == told


def test_examples() -> None:
    assert joined(["a"]) == "a"
    assert joined(["a", "b", "c"]) == "a, b and c"
    assert joined(["a", "b"], 1200) == "a, b and 1,198 more"
    assert joined([]) == ""
    assert listed(["a is b", "c is d"], 3) == "a is b; c is d; and 1 more"
    assert listed(["a is b"]) == "a is b"
    assert (counted(1, "line"), counted(2000, "line")) == ("1 line", "2,000 lines")
    assert quoted("a\nb") == r"'a\nb'"
    assert len(quoted("x" * 1000)) < 60


@pytest.mark.parametrize(
    "name",
    ["Total", "TOTAL (€)", "Grand total", "Итого", "Gesamt", "Suma", "合計", "Sub-total 1", "ΣΎΝΟΛΟ", "Összesen"],
)
def test_is_total__says_nothing_else(name: str) -> None:
    assert is_total(name)
    assert mentions_total(name)


@pytest.mark.parametrize(
    "name", ["Total Energies", "Total gastos corrientes", "Summary", "", "0", "General services", "Euro"]
)
def test_is_total__says_something_else(name: str) -> None:
    assert not is_total(name)


def test_mentions_total__as_a_word() -> None:
    assert mentions_total("Total gastos corrientes")
    assert not mentions_total("Totalizator")
