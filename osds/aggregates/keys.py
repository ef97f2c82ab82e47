"""How the columns of a foreign key are compared: as the judge of tables does, by what the cells mean.

Numbers are equal however they are written (`1` and `01`) if both columns hold numbers; everything else is compared as
text.
"""

from __future__ import annotations

from dataclasses import dataclass

from osds.aggregates.money import AmountText, amount_text
from osds.aggregates.reading import Reading, Verbatim
from osds.dataset.package import Field
from osds.fiscal.references import NUMERIC_TYPES


@dataclass(frozen=True, kw_only=True)
class NumberKey:
    """A number in the one spelling that all equal numbers share."""

    number: AmountText

    def plain_sql(self, text: str) -> str:
        """Whole numbers without a sign: what keys usually are."""
        trimmed = f"trim({text})"
        digits = f"coalesce(nullif(ltrim({trimmed}, '0'), ''), '0')"
        return f"CASE WHEN regexp_full_match({trimmed}, '[0-9]+') THEN {digits} END"

    def read(self, text: str) -> str:
        """Any number; what is none is compared as text."""
        plain = self.number.read(text)
        if not isinstance(plain, str):
            return text
        whole, _, fraction = plain.lstrip("+-").partition(".")
        whole, fraction = whole.lstrip("0") or "0", fraction.rstrip("0")
        digits = f"{whole}.{fraction}" if fraction else whole
        return f"-{digits}" if plain.startswith("-") and digits != "0" else digits


def key_readings(own: Field | None, theirs: Field | None) -> tuple[Reading, Reading]:
    """How the two columns are read that must be equal."""
    if own is not None and theirs is not None and {own.type, theirs.type} <= set(NUMERIC_TYPES):
        return NumberKey(number=amount_text(own)), NumberKey(number=amount_text(theirs))
    return Verbatim(), Verbatim()
