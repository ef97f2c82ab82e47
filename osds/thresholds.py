"""What a new version may lose against the published one without a person saying so: the key `gate` of `osds.yml`.

gate:
  lost-rows: 25
  lost-columns: 1
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from osds.errors import UsageError
from osds.silence import SETTINGS_FILE

_MOST = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """How much may change; what changes by more is held back. Percents are of the published version's figure."""

    lost_rows: int = 10  # percent of the rows of a table
    lost_total: int = 20  # percent of a measure's total in a year
    grown_total: int = 400  # percent by which such a total may grow: 400 is five times as much
    lost_members: int = 10  # percent of the members of a dimension
    lost_columns: int = 0  # columns of a table
    more_empty: int = 5  # percentage points by which the share of empty cells may grow


_ABOUT = {
    "lost_rows": "Percent of the rows of a table that may go",
    "lost_total": "Percent by which the total of a measure in a year may shrink",
    "grown_total": "Percent by which the total of a measure in a year may grow",
    "lost_members": "Percent of the members of a dimension that may go",
    "lost_columns": "Number of columns of a table that may go",
    "more_empty": "Percentage points by which the share of empty cells of a column may grow",
}
THRESHOLDS_SCHEMA: Mapping[str, Any] = {
    "description": "How much a new version may lose before it is held back until a person accepts it with --accept",
    "type": "object",
    "properties": {
        each.name.replace("_", "-"): {
            "description": _ABOUT[each.name],
            "type": "integer",
            "minimum": 0,
            "maximum": _MOST,
            "default": each.default,
        }
        for each in fields(Thresholds)
    },
    "additionalProperties": False,
}


def parse_thresholds(value: object) -> Thresholds:
    """The key `gate` as YAML gives it; None if absent. Raises `UsageError` for anything but whole numbers."""
    if value is None:
        return Thresholds()
    known = {each.name.replace("_", "-"): each.name for each in fields(Thresholds)}
    if not isinstance(value, dict):
        raise UsageError(f"{SETTINGS_FILE}: gate must be a list of `key: number` lines", next_step=_keys(known))
    found = {}
    for key, number in value.items():
        if key not in known:
            raise UsageError(f"{SETTINGS_FILE}: gate has the unknown key {str(key)[:100]!r}", next_step=_keys(known))
        if type(number) is not int or not 0 <= number <= _MOST:
            raise UsageError(
                f"{SETTINGS_FILE}: gate: {key} must be a whole number from 0 to {_MOST:,}",
                next_step=_ABOUT[known[key]],
            )
        found[known[key]] = number
    return Thresholds(**found)


def _keys(known: Mapping[str, str]) -> str:
    return f"Known keys: {', '.join(known)}"
