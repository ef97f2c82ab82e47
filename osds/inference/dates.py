"""Recognising columns of years, dates and fiscal years, in the formats of Table Schema: ISO 8601 or a strptime pattern."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from osds.inference.words import CODE, DATE, MONEY, YEAR, find

_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_PERIOD = re.compile(r"((?:19|20)[0-9]{2})\s?[-/–]\s?([0-9]{2}|[0-9]{4})")
_MONTH = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ISO_TIME = re.compile(_ISO_DATE.pattern + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_DATELIKE = re.compile(r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}(?: [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?")
_PATTERNS = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d")
_SHORT_PATTERNS = (
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d-%m-%y",
)  # codes look like this too: only under a date's header
_TIMES = (" %H:%M:%S", " %H:%M")
_FEW_YEARS = 60


@dataclass(frozen=True, kw_only=True)
class DateGuess:
    """A temporal type with its format; `period` for text that names a fiscal year, such as 2014-15."""

    type: str
    properties: Mapping[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    period: bool = False


def guess_date(values: Sequence[str], words: Sequence[str], uniqueness: float) -> DateGuess | None:
    """What kind of time all `values` are, if they are; `words` are those of the header, `uniqueness` is from 0 to 1."""
    if _all(_YEAR, values):
        return DateGuess(type="year") if _are_years(values, words, uniqueness) else None
    if all(_is_fiscal_year(value) for value in values):
        return DateGuess(type="string", period=True)
    if _all(_MONTH, values):
        return DateGuess(type="yearmonth")
    if _all(_ISO_DATE, values) and all(_is_iso(value) for value in values):
        return DateGuess(type="date")
    if _all(_ISO_TIME, values) and all(_is_iso(value) for value in values):
        return DateGuess(type="datetime")
    return _guess_pattern(values, words)


def is_year(text: str) -> bool:
    """True for `2014` and for a fiscal year such as `2014-15`."""
    return bool(_YEAR.fullmatch(text)) or _is_fiscal_year(text)


def _all(pattern: re.Pattern[str], values: Sequence[str]) -> bool:
    return all(pattern.fullmatch(value) for value in values)


def _are_years(values: Sequence[str], words: Sequence[str], uniqueness: float) -> bool:
    """Four digits are a year if the header says so, or if nothing speaks against it and there are few of them."""
    if find(words, YEAR):
        return True
    return not find(words, MONEY | CODE) and len(values) <= _FEW_YEARS and (uniqueness < 0.5 or len(values) == 1)


def _is_fiscal_year(value: str) -> bool:
    match = _PERIOD.fullmatch(value)
    if match is None:
        return False
    following = int(match[1]) + 1
    return match[2] in (str(following), f"{following % 100:02}")


def _guess_pattern(values: Sequence[str], words: Sequence[str]) -> DateGuess | None:
    if not _all(_DATELIKE, values):
        return None
    short = _SHORT_PATTERNS if find(words, DATE) else ()
    dates = [pattern for pattern in (*_PATTERNS, *short) if all(_parses(value, pattern) for value in values)]
    times = [p + t for p in (*_PATTERNS, "%Y-%m-%d") for t in _TIMES if all(_parses(value, p + t) for value in values)]
    if not dates and not times:
        return None
    both = dates or times
    notes = tuple(f"{values[0]!r} is read as {both[0]}; it could be {other}" for other in both[1:2])
    return DateGuess(type="date" if dates else "datetime", properties={"format": both[0]}, notes=notes)


def _parses(value: str, pattern: str) -> bool:
    try:
        year = datetime.datetime.strptime(value, pattern).year  # noqa: DTZ007 (a date has no time zone)
    except ValueError:
        return False
    return _FIRST_YEAR <= year <= _LAST_YEAR


def _is_iso(value: str) -> bool:
    try:
        datetime.datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
