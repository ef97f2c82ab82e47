"""Dates and times whose text is certainly read by frictionless: each part with all its digits, and a day that exists.

frictionless reads `default` dates by `strptime("%Y-%m-%d")`, `default` times by dateutil's `isoparse`, `any` by dateutil's
guesses, and everything else by `strptime` with the format. All of them read the padded form below alike.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from osds.tables.proof.columns import Column
from osds.tables.proof.sql import text

_DEFAULTS = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%dT%H:%M:%S", "time": "%H:%M:%S"}
_PARTS = {"Y": "[0-9]{4}", "m": "(0[1-9]|1[0-2])", "d": "(0[1-9]|[12][0-9]|3[01])"}
_PARTS |= {"H": "([01][0-9]|2[0-3])", "M": "[0-5][0-9]", "S": "[0-5][0-9]"}
_WIDTHS = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2}
_ORDER = "YmdHMS"
_WANTED = {"date": "Ymd", "datetime": "YmdHMS", "time": "HMS"}
_TOKEN = re.compile(r"%(?P<part>[YmdHMS])|(?P<mark>[-/.:,T ])")


@dataclass(frozen=True, kw_only=True)
class Moment:
    """As `rules.Form`, for columns of dates and times; `value` is text that sorts as time does."""

    accepts: str
    value: str
    read: Callable[[Any], str | None]


def moment_of(column: Column, cell: str) -> Moment | None:
    """The certain form of a column of dates or times; None for formats with other parts, such as names of months."""
    form = _DEFAULTS[column.type] if column.format in {"default", "any"} else column.format
    parts = _parse(form)
    if parts is None or sorted(part for part, _ in parts) != sorted(_WANTED[column.type]):
        return None
    expressions = {part: f"substr({cell}, {place}, {_WIDTHS[part]})" for part, place in parts}
    accepts = f"regexp_full_match({cell}, {text(_pattern(form))})"
    first = "1000" if column.format == "any" else "0001"  # dateutil has its own ideas of small numbers
    value = cell if form == _DEFAULTS[column.type] else " || ".join(expressions[part] for part in _WANTED[column.type])
    if column.type == "date" and form == _DEFAULTS["date"]:
        # A day that the engine would write in the same ten letters: half as dear as the pattern and the calendar below.
        accepts = f"strlen({cell}) = 10 AND CAST(TRY_CAST({cell} AS DATE) AS VARCHAR) = {cell} AND {cell} >= '{first}'"
    elif column.type != "time":
        day = " || '-' || ".join(expressions[part] for part in "Ymd")
        # Every month has 28 days; only later ones, and the year 0, need a calendar.
        exists = f"({expressions['d']} <= '28' OR TRY_CAST({day} AS DATE) IS NOT NULL)"
        accepts = f"{accepts} AND {expressions['Y']} >= '{first}' AND {exists}"
    return Moment(accepts=accepts, value=value, read=lambda bound: _read(column, form, bound))


def _parse(form: str) -> list[tuple[str, int]] | None:
    """The parts of a format and where each begins, from 1; None if it holds anything else."""
    parts, place, position = [], 1, 0
    while position < len(form):
        token = _TOKEN.match(form, position)
        if token is None:
            return None
        if token["part"]:
            parts.append((token["part"], place))
        place += _WIDTHS.get(token["part"], 1)
        position = token.end()
    return parts


def _pattern(form: str) -> str:
    return _TOKEN.sub(lambda token: _PARTS[token["part"]] if token["part"] else re.escape(token["mark"]), form)


def _read(column: Column, form: str, bound: Any) -> str | None:  # noqa: ANN401 (any JSON value)
    """A bound or enumerated value as `value` would be; None unless it is written in the certain form."""
    if not isinstance(bound, str) or not re.fullmatch(_pattern(form), bound):
        return None
    try:
        moment = datetime.datetime.strptime(bound, form)  # noqa: DTZ007 (a certain form has no zone)
    except ValueError:
        return None
    if form == _DEFAULTS[column.type]:
        return text(bound)
    return text(f"{moment.year:04}{moment:%m%d%H%M%S}"[_slice(column)])


def _slice(column: Column) -> slice:
    return {"date": slice(0, 8), "datetime": slice(0, 14), "time": slice(8, 14)}[column.type]
