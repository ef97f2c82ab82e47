from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osds.aggregates.amounts import MeasureFacts
from osds.aggregates.checks import AMOUNT_NOT_A_NUMBER, AMOUNT_OUT_OF_RANGE
from osds.aggregates.engine import Engine, open_engine
from osds.aggregates.money import AmountText, Width, amount_sql, amount_text, fits, scaled, width_of
from osds.aggregates.reading import literal
from osds.dataset.package import Field
from tests.aggregates.lab import Lab, measure


def field(**raw: Any) -> Field:
    return Field(name="amount", type=raw.get("type", "number"), title="", column_type=None, raw=raw)


PLAIN = AmountText()
GERMAN = AmountText(decimal=",", group=".")
ENGLISH = AmountText(group=",")
LOOSE = AmountText(group=",", bare=False)


@pytest.mark.parametrize(
    ("spelling", "text", "expected"),
    [
        (PLAIN, "12.50", "12.50"),
        (PLAIN, " -3 ", "-3"),
        (PLAIN, "+7", "7"),
        (PLAIN, "1e5", "100000"),
        (PLAIN, "1.5E-3", "0.0015"),
        (PLAIN, ".5", "0.5"),
        (PLAIN, "5.", "5"),
        (PLAIN, "1_000", "1000"),
        (PLAIN, "٣", "3"),
        (PLAIN, "\u00a05\t", "5"),
        (GERMAN, "1.234,50", "1234.50"),
        (GERMAN, "-0,05", "-0.05"),
        (ENGLISH, "1,234.50", "1234.50"),
        (LOOSE, "€ 1,234.50 net", "1234.50"),
        (LOOSE, "USD-5", "-5"),
    ],
)
def test_read__accepted(spelling: AmountText, text: str, expected: str) -> None:
    assert spelling.read(text) == expected


@pytest.mark.parametrize("text", ["NaN", "sNaN", "INF", "-Infinity", "", " ", "nfp", "1,000", "1 000", "--5", "0x10"])
def test_read__not_a_number(text: str) -> None:
    assert PLAIN.read(text) is AMOUNT_NOT_A_NUMBER


def test_read__a_point_where_the_decimal_character_is_a_comma() -> None:
    assert AmountText(decimal=",").read("1.5") is AMOUNT_NOT_A_NUMBER


@pytest.mark.parametrize("text", ["1e41", "1e-41", "1e999999999", "9" * 42, "0." + "0" * 41 + "1"])
def test_read__out_of_range(text: str) -> None:
    assert PLAIN.read(text) is AMOUNT_OUT_OF_RANGE


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({}, PLAIN),
        ({"decimalChar": ",", "groupChar": "."}, GERMAN),
        ({"groupChar": ",", "bareNumber": False}, LOOSE),
        ({"decimalChar": "", "groupChar": 5, "bareNumber": "no"}, PLAIN),
        ({"type": "integer", "decimalChar": ",", "groupChar": "."}, PLAIN),
        ({"type": "integer", "bareNumber": False}, AmountText(bare=False)),
    ],
)
def test_amount_text__as_table_schema_declares_it(raw: dict[str, Any], expected: AmountText) -> None:
    assert amount_text(field(**raw)) == expected


def test_amount_text__without_a_field() -> None:
    assert amount_text(None) == PLAIN


@pytest.mark.parametrize(
    ("number", "whole", "fraction"),
    [("12.50", 2, 2), ("-0007", 1, 0), ("0.05", 0, 2), ("+100", 3, 0), ("0", 0, 0)],
)
def test_width_of__digits(number: str, whole: int, fraction: int) -> None:
    assert width_of(number) == Width(whole=whole, fraction=fraction)


def test_width__at_least_one_digit_before_the_point() -> None:
    assert width_of("0.05").sql == "DECIMAL(3, 2)"


@pytest.mark.parametrize(
    ("factor", "whole", "fraction"),
    [
        ("1", 5, 2),
        ("1000", 8, 0),
        ("10", 6, 1),
        ("1E+3", 8, 0),
        ("0.01", 3, 4),
        ("-1", 5, 2),
        ("2.50", 6, 3),
        ("1200", 9, 0),
        ("0", 1, 0),
    ],
)
def test_scaled__moves_the_point(factor: str, whole: int, fraction: int) -> None:
    assert scaled(Width(whole=5, fraction=2), Decimal(factor)) == Width(whole=whole, fraction=fraction)


@pytest.mark.parametrize(
    ("whole", "fraction", "factor", "expected"),
    [
        (36, 2, "1", True),
        (36, 3, "1", False),
        (0, 37, "1", True),
        (0, 38, "1", False),
        (30, 2, "1000", True),
        (34, 2, "1000", False),
        (1, 0, "1E+50", False),
        (1, 0, "NaN", False),
    ],
)
def test_fits__at_most_38_digits(whole: int, fraction: int, factor: str, expected: bool) -> None:
    assert fits(Width(whole=whole, fraction=fraction), Decimal(factor)) is expected


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with open_engine((), memory=10**9) as opened:
        yield opened


@pytest.mark.parametrize(
    ("text", "factor", "expected"),
    [
        ("12.50", "1", "12.50"),
        ("12.50", "1000", "12500"),
        ("0.05", "1", "0.05"),
        ("-0.5", "0.01", "-0.005"),
        ("3", "2.5", "7.5"),
        ("99999999999999999999999999999999.99", "1000", "99999999999999999999999999999999990"),
        ("5", "0", "0"),
        ("5", "-1", "-5"),
    ],
)
def test_amount_sql__is_exact(engine: Engine, text: str, factor: str, expected: str) -> None:
    sql = amount_sql(literal(text), width_of(text), Decimal(factor))
    assert engine.row(f"SELECT CAST({sql} AS VARCHAR)") == (expected,)


NUMBERS = st.text(alphabet="0123456789.,-+ e_€xN\t٣", max_size=9)
SPELLINGS = st.builds(
    AmountText, decimal=st.sampled_from([".", ",", "x", "€", "-", "5"]), group=st.text(",. x€_5-", max_size=2), bare=...
)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(NUMBERS, min_size=20, max_size=40), spelling=SPELLINGS)
def test_plain_sql__agrees_with_read(engine: Engine, texts: list[str], spelling: AmountText) -> None:
    values = ", ".join(spelling.plain_sql(literal(text)) for text in texts)
    for text, plain in zip(texts, engine.row(f"SELECT {values}"), strict=True):
        if plain is not None:
            assert Decimal(plain) == _number(spelling, text), (text, spelling)


def _number(spelling: AmountText, text: str) -> Decimal | None:
    try:
        return spelling.number(text)
    except InvalidOperation:
        return None


def test_number__is_what_frictionless_reads() -> None:
    from frictionless.fields import NumberField

    for raw in ({}, {"decimalChar": ",", "groupChar": "."}, {"groupChar": ",", "bareNumber": False}):
        theirs: Any = NumberField.from_descriptor({"name": "amount", "type": "number", **raw})
        read = theirs.create_value_reader()
        ours = amount_text(field(**raw))
        for text in ("1.5", "1,5", "1.234,5", "€5", "-5 %", " 7 ", ".5", "5.", "1e3", "x", "", "5-", "1_0"):
            assert _number(ours, text) == read(text), (raw, text)


@pytest.mark.parametrize(
    ("largest", "facts", "fraction", "expected"),
    [
        (None, 5, 2, "DECIMAL(18, 2)"),
        ("99999.99", 5_000_000, 2, "DECIMAL(18, 2)"),
        ("999999999999999.99", 10, 2, "DECIMAL(18, 2)"),
        ("1000000000000000.00", 10, 2, "DECIMAL(38, 2)"),
        ("0.5", 1, 19, "DECIMAL(38, 19)"),
    ],
)
def test_total_sql__64_bits_only_where_no_sum_can_leave_them(
    largest: str | None, facts: int, fraction: int, expected: str
) -> None:
    width = Width(whole=16, fraction=fraction)
    known = MeasureFacts(
        measure=measure("amount"), raw=width, width=width, largest=largest, facts=facts, empty=0, negative=True
    )
    assert known.total_sql == expected


@pytest.mark.parametrize("sign", ["", "-"])
def test_aggregate__sums_that_leave_64_bits(lab: Lab, sign: str) -> None:
    done = lab.run(f"amount\n{sign}999999999999999999\n{sign}999999999999999999\n", [measure("amount")], rows=2)
    assert (done.folder / "apex.csv").read_text() == f"amount,_count\n{sign}1999999999999999998,2\n"
