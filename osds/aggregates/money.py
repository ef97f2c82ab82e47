"""How the text of an amount becomes an exact decimal: its spelling, its digits, its factor. No float is involved."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from osds.aggregates.checks import AMOUNT_NOT_A_NUMBER, AMOUNT_OUT_OF_RANGE
from osds.aggregates.reading import literal
from osds.dataset.package import Field
from osds.report import Check

MAX_DIGITS = 38  # the width of DuckDB's largest decimal
MAX_EXPONENT = 40  # beyond this a spelling such as 1e999999 would only fill memory
WHOLE = "[+-]?[0-9]+"
PLAIN = f"{WHOLE}([.][0-9]+)?"
NOT_BARE = re.compile(r"((^[^-\d]*)|(\D*$))")  # what frictionless strips where `bareNumber` is false


@dataclass(frozen=True, kw_only=True)
class AmountText:
    """The spelling of a column of amounts, as Table Schema states it for type `number`, read as frictionless reads it.

    https://specs.frictionlessdata.io/table-schema/#number
    """

    decimal: str = "."
    group: str = ""
    bare: bool = True

    def plain_sql(self, text: str) -> str:
        """The amount without blanks around it, group characters and the decimal character if it is then a plain one."""
        if not self._is_ordinary():
            return "CAST(NULL AS VARCHAR)"
        number = _replaced(f"trim({text})", self.group, "")
        usable = "true" if self.decimal == "." else f"NOT contains({number}, '.')"
        number = _replaced(number, self.decimal, ".")
        # Nearly all amounts are plain as they stand, and then nothing has to be trimmed or replaced.
        plain = PLAIN if self.decimal == "." and "." not in self.group else WHOLE
        return (
            f"CASE WHEN regexp_full_match({text}, '{plain}') THEN {text} "
            f"WHEN {usable} AND regexp_full_match({number}, '{PLAIN}') THEN {number} END"
        )

    def read(self, text: str) -> str | Check:
        """The amount in plain notation, for instance `100000` for `1e5`."""
        try:
            value = self.number(text)
        except InvalidOperation:
            return AMOUNT_NOT_A_NUMBER
        if not value.is_finite():
            return AMOUNT_NOT_A_NUMBER
        return f"{value:f}" if _is_writable(value) else AMOUNT_OUT_OF_RANGE

    def number(self, text: str) -> Decimal:
        """The number as frictionless reads it: see its `NumberField`. Raises `InvalidOperation` if there is none."""
        number = text.strip()
        if not self.bare:
            number = NOT_BARE.sub("", number)
        if self.group:
            number = number.replace(self.group, "")
        if self.decimal != ".":
            if "." in number:
                raise InvalidOperation
            number = number.replace(self.decimal, ".")
        return Decimal(number)

    def _is_ordinary(self) -> bool:
        """Characters that are part of a plain number themselves are left to `read`."""
        return not any(c in "+-0123456789" for c in self.decimal + self.group)


def amount_text(field: Field | None) -> AmountText:
    """The spelling that a field declares. frictionless knows the two characters for `number` only."""
    if field is None:
        return AmountText()
    bare = field.raw.get("bareNumber") is not False
    if field.type == "integer":
        return AmountText(bare=bare)
    decimal, group = field.raw.get("decimalChar"), field.raw.get("groupChar")
    return AmountText(
        decimal=decimal if isinstance(decimal, str) and decimal else ".",
        group=group if isinstance(group, str) else "",
        bare=bare,
    )


@dataclass(frozen=True, kw_only=True)
class Width:
    """How many digits stand before and after the decimal point."""

    whole: int
    fraction: int

    @property
    def digits(self) -> int:
        """All of them; at least one before the point, because DuckDB writes `.5` where there is none."""
        return max(1, self.whole) + self.fraction

    @property
    def sql(self) -> str:
        """The DuckDB type that holds such numbers."""
        return f"DECIMAL({self.digits}, {self.fraction})"

    def joined(self, other: Width) -> Width:
        """Wide enough for both."""
        return Width(whole=max(self.whole, other.whole), fraction=max(self.fraction, other.fraction))


def width_of(number: str) -> Width:
    """The width of a number in plain notation."""
    whole, _, fraction = number.lstrip("+-").partition(".")
    return Width(whole=len(whole.lstrip("0")), fraction=len(fraction))


def scaled(width: Width, factor: Decimal) -> Width:
    """The width of amounts of `width` times `factor`: times 1000 moves the point and adds no digit."""
    if factor == 0:
        return Width(whole=1, fraction=0)
    short = factor.normalize()
    carry = 0 if short.as_tuple().digits == (1,) else 1
    return Width(
        whole=max(0, width.whole + short.adjusted() + carry),
        fraction=max(0, width.fraction - _exponent(short)),
    )


def amount_sql(text: str, width: Width, factor: Decimal) -> str:
    """The SQL expression for the amount in `text`, a plain number of at most `width`, times `factor`, exactly."""
    number = f"CAST({text} AS {width.sql})"
    if factor == 1:
        return number
    times = f"{factor:f}"
    return f"CAST({number} * CAST('{times}' AS {width_of(times).sql}) AS {scaled(width, factor).sql})"


def fits(width: Width, factor: Decimal) -> bool:
    """True if amounts of `width`, their product with `factor` and everything between have at most 38 digits."""
    if not (factor.is_finite() and _is_writable(factor)):
        return False
    between = width.digits if factor == 1 else width.digits + width_of(f"{factor:f}").digits
    return between <= MAX_DIGITS and scaled(width, factor).digits <= MAX_DIGITS


def _is_writable(value: Decimal) -> bool:
    """True if a finite value has a sane number of digits in plain notation."""
    return abs(_exponent(value)) <= MAX_EXPONENT and abs(value.adjusted()) <= MAX_EXPONENT


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _replaced(text: str, old: str, new: str) -> str:
    return text if old == new else f"replace({text}, {literal(old)}, {literal(new)})"
