"""How the text of a column becomes what is grouped or added up, and how SQL text is quoted.

A `Reading` has two faces that must agree: `plain_sql` is the fast one, for the usual spellings, inside the engine;
`read` is the whole rule, in Python, for the rest and for the proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from osds.report import Check


class Reading(Protocol):
    """How one column's text is understood."""

    def plain_sql(self, text: str) -> str:
        """An SQL expression: the plain value of the SQL expression `text`, or NULL where only `read` can tell."""

    def read(self, text: str) -> str | Check:
        """The plain value of `text`, or the check that it fails."""


@dataclass(frozen=True)
class Verbatim:
    """A code or label: kept as it is written, leading zeros and blanks included."""

    def plain_sql(self, text: str) -> str:
        """The text itself."""
        return text

    def read(self, text: str) -> str:
        """The text itself."""
        return text


def literal(text: str) -> str:
    """`text` as an SQL string literal. (A zero byte cannot stand in one: DuckDB is given its code instead.)"""
    quoted = "'" + text.replace("'", "''") + "'"
    return quoted.replace("\0", "' || chr(0) || '") if "\0" in text else quoted
