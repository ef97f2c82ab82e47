"""How the text of a date becomes the year that cuboids keep apart.

Only dates are understood. A fiscal year that is written as text or number (`2014-15`, `2014`) is its own name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from osds.aggregates.checks import YEAR_UNREADABLE
from osds.aggregates.reading import Reading, Verbatim
from osds.dataset.package import Field
from osds.report import Check

DATED = re.compile(r"[0-9]{4}-")
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
YEAR = re.compile(r"[0-9]{4}")
DATE_TYPES = ("date", "datetime", "yearmonth")


@dataclass(frozen=True)
class YearOfDate:
    """The year of a date: its first four characters in `2014-03-31…`, or read by a strptime `pattern`."""

    pattern: str | None = None

    def plain_sql(self, text: str) -> str:
        """The year, where no pattern is needed to find it."""
        if self.pattern is not None:
            return "CAST(NULL AS VARCHAR)"
        return f"CASE WHEN regexp_matches({text}, '^[0-9]{{4}}-') THEN left({text}, 4) END"

    def read(self, text: str) -> str | Check:
        """The year in four digits."""
        if self.pattern is not None:
            return _year_by(self.pattern, text)
        if DATED.match(text):
            return text[:4]
        # The old fiscal packages declare `date` with formats such as `yyyy`, and write the bare year.
        return text if YEAR.fullmatch(text) else YEAR_UNREADABLE


def year_reading(field: Field | None) -> Reading:
    """How the year axis reads its column: the year of a date, otherwise the text as it is."""
    if field is None or field.type not in DATE_TYPES:
        return Verbatim()
    written = field.raw.get("format")
    pattern = written.removeprefix("fmt:") if isinstance(written, str) else ""
    return YearOfDate(pattern if "%" in pattern else None)


def year_of_constant(text: str) -> str:
    """The year that a model states for all rows or for a column: of a whole date its year, otherwise the text."""
    return text[:4] if ISO_DATE.match(text) else text


def _year_by(pattern: str, text: str) -> str | Check:
    """As frictionless reads the date, with Python's `strptime`."""
    try:
        moment = datetime.strptime(text, pattern)  # noqa: DTZ007 (only its year is used)
    except (ValueError, re.error):
        return YEAR_UNREADABLE
    return f"{moment.year:04}"
