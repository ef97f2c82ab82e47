"""Guessing the measures of a table: which columns hold money, in which currency and unit, and at which phase."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from osds.fiscal.iso4217 import CURRENCIES
from osds.inference.dates import is_year
from osds.inference.profile import Profile
from osds.inference.words import CODE, DATE_PART, DIRECTIONS, KIND, MONEY, NOT_MONEY, PHASES, find, meaning_of, plain

NO_CURRENCY = "XXX"  # ISO 4217: "no currency involved"
_SYMBOLS: dict[str, str] = {
    "US$": "USD", "R$": "BRL", "€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₴": "UAH", "₺": "TRY", "₦": "NGN",
    "₩": "KRW", "₪": "ILS", "₫": "VND", "₱": "PHP", "₲": "PYG", "₵": "GHS", "₸": "KZT", "₮": "MNT", "zł": "PLN",
    "Kč": "CZK", "грн": "UAH", "руб": "RUB", "лв": "BGN",
}  # fmt: skip
_CURRENCY_WORDS = {"euro": "EUR", "euros": "EUR"}
# Codes that are also words of headers in capitals.
_ALSO_WORDS = frozenset("ALL TRY TOP CUP PEN MAD GEL SOS LAK BAM ANG RON COP MOP LEK MUR ERN CVE".split())
_FACTORS = {
    1000: r"thousands?|tausend|tsd|miles|milhares|milliers|migliaia|tis|tys|tūkst|ths|000s?|k€|t€|teur|тыс|тис|千円",
    1_000_000: r"millions?|millionen|millones|milhões|milioni|mln|mio|mn|meur|m€|mil\.|млн|百万円",
    1_000_000_000: r"billions?|mrd|mld|bn|milliards?|milliarden|miliardi|млрд",
}
_FEW = 20


@dataclass(frozen=True, kw_only=True)
class MeasureGuess:
    """A column of money. `currency` is None where a column of the table states it row by row."""

    profile: Profile
    reason: str
    currency: str | None
    factor: int
    direction: str | None
    phase: str | None

    def sentence(self) -> str:
        """Why this is a measure and what was guessed about it."""
        parts = [self.reason]
        parts.extend(
            f"{name} {value}"
            for name, value in (("currency", self.currency), ("direction", self.direction), ("phase", self.phase))
            if value and value != NO_CURRENCY
        )
        parts.extend([f"factor {self.factor:,}, as its header names that unit"] if self.factor != 1 else [])
        return "; ".join(parts)


def guess_measures(
    profiles: Sequence[Profile], *, currency: str | None, has_currency_column: bool, file_words: Sequence[str]
) -> tuple[MeasureGuess, ...]:
    """The measures among `profiles`; `currency` is what the user said, `file_words` those of the file's name."""
    reasons = {id(profile): _reason(profile) for profile in profiles}
    if not any(reasons.values()):
        reasons = {id(profile): _last_resort(profile) for profile in profiles}
    return tuple(
        MeasureGuess(
            profile=profile,
            reason=reason,
            currency=currency or currency_of(profile) or (None if has_currency_column else NO_CURRENCY),
            factor=_factor(profile.name),
            direction=meaning_of(profile.words, DIRECTIONS) or meaning_of(file_words, DIRECTIONS),
            phase=meaning_of(profile.words, PHASES),
        )
        for profile in profiles
        if (reason := reasons[id(profile)])
    )


def _reason(profile: Profile) -> str | None:
    """Why a column holds money; None if it does not look like it."""
    if not _may_be_money(profile):
        return None
    if word := find(profile.words, MONEY):
        return f'its header says "{word}"'
    if currency_of(profile):
        return "it names a currency"
    if is_year(profile.name.strip()):
        return "it holds figures and its header is a year"
    if profile.has_fraction and profile.column.distinct > _FEW and profile.column.uniqueness > 0.3:
        return "it holds many different figures with decimals"
    return None


def _last_resort(profile: Profile) -> str | None:
    """In a table where no column looks like money: any with many different figures of different lengths."""
    lengths = {len(shape.lstrip("+-")) for shape in profile.column.shapes}
    if _may_be_money(profile) and profile.column.uniqueness > 0.3 and len(lengths) > 1:
        return "no header names money, and this column has many different figures"
    return None


def _may_be_money(profile: Profile) -> bool:
    if not profile.is_numeric or profile.is_time or "%" in profile.name:
        return False
    return not (
        find(profile.words, CODE | KIND | NOT_MONEY | DATE_PART) or any("%" in s for s in profile.column.shapes)
    )


def currency_of(profile: Profile) -> str | None:
    """The ISO 4217 code that a header (`Sum (EURO)`, `amount_usd`, `Budget £`) or the figures themselves name."""
    return _currency_in(profile.name) or _one(_currency_in(shape) for shape in profile.column.shapes)


def _one(found: Iterator[str | None]) -> str | None:
    codes = set(found)
    return codes.pop() if len(codes) == 1 else None


def _currency_in(text: str) -> str | None:
    symbol = next((code for sign, code in _SYMBOLS.items() if sign in text), None)
    if symbol is not None:
        return symbol
    shouting = text.upper() == text
    for token in map(str, re.findall(r"[A-Za-z]+", text)):
        code = token.upper()
        if plain(token) in _CURRENCY_WORDS:
            return _CURRENCY_WORDS[plain(token)]
        clear = code not in _ALSO_WORDS or f"({code})" in text or f"[{code}]" in text
        if code in CURRENCIES and clear and (shouting or token.isupper() or re.search(rf"[_-]{token}$", text)):
            return code
    return None


def _factor(header: str) -> int:
    for factor, pattern in _FACTORS.items():
        if re.search(rf"(?<![^\W_])(?:{pattern})(?![^\W_])", header, re.IGNORECASE):
            return factor
    return 1
