"""When a core dataset updates itself: a time of day that follows from its name, so that not all of them start at once.

GitHub delays or drops scheduled runs where many start together, worst at the full and the half hour.
"""

from __future__ import annotations

import hashlib

_MINUTES = tuple(minute for minute in range(60) if 3 <= minute % 30 <= 27)
_HOURS = tuple(range(1, 6))  # UTC: night in Europe and Africa, when yesterday's figures are out


def minute_of(name: str) -> int:
    """The minute of the hour for the dataset `name`: always the same, never near the full or the half hour."""
    return _MINUTES[_number(name) % len(_MINUTES)]


def daily(name: str) -> str:
    """A schedule of once a day (UTC) for the dataset `name`, in the five fields of cron."""
    return f"{minute_of(name)} {_HOURS[_number(name) // len(_MINUTES) % len(_HOURS)]} * * *"


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
