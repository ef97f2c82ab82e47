"""Patterns as Table Schema means them, which frictionless reads more loosely.

Table Schema's `pattern` is one of XML Schema and so for the whole cell. frictionless 5.21 puts `^` and `$` around its text
(schema/field.py), so `a|b` also accepts `aXXX`, and any pattern a line feed at the end. What only frictionless accepts is
told as a finding of osds' own; nothing of frictionless' is changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from osds.dataset.package import Json
from osds.tables import checks
from osds.tables.answers import TableError
from osds.tables.looks import MAX_TOLD, fields_of, is_wrong, shown
from osds.tables.regex import compile_quietly


class WholePatterns:
    """Looks at each row that frictionless has judged; `found` are the cells that match a pattern only in part."""

    def __init__(self, schema: Mapping[str, Json]) -> None:
        self.found: list[TableError] = []
        compiled = {name: compile_quietly(f"(?:{pattern})") for name, pattern in _stated(schema)}
        self._patterns = {name: pattern for name, pattern in compiled.items() if pattern is not None}

    def look(self, row: Any) -> None:  # noqa: ANN401 (frictionless' Row is untyped here)
        """Look at a row. A cell that frictionless has found wrong is left to it."""
        for name, pattern in self._patterns.items():
            cell = row.get(name)
            if (
                not isinstance(cell, str)
                or pattern.fullmatch(cell)
                or is_wrong(row, name)
                or len(self.found) >= MAX_TOLD
            ):
                continue
            message = f'The cell "{shown(cell)}" matches the pattern "{shown(pattern.pattern[3:-1])}" only in part'
            self.found.append(
                TableError(
                    code=checks.PATTERN_IN_PART.code,
                    title=checks.PATTERN_IN_PART.title,
                    message=message,
                    row=row.row_number,
                    field=shown(name),
                    cell=shown(cell),
                )
            )


def matches_whole(pattern: str | None, text: str) -> bool:
    """True if there is no pattern, or all of the text matches it."""
    compiled = None if pattern is None else compile_quietly(f"(?:{pattern})")
    return compiled is None or compiled.fullmatch(text) is not None


def _stated(schema: Mapping[str, Json]) -> list[tuple[str, str]]:
    found = []
    for name, field in fields_of(schema).items():
        constraints = field.get("constraints")
        pattern = constraints.get("pattern") if isinstance(constraints, dict) else None
        if isinstance(pattern, str):
            found.append((name, pattern))
    return found
