"""Which datasets a watchdog looks at when it cannot look at all: another part each day, and none is forgotten.

Nothing is remembered between runs. The day's part begins at a fraction of the golden ratio, whose multiples spread over
the catalog more evenly than those of any other number (Vera T. Sós, 1958): with parts of any size, also of changing
ones, each dataset's turn comes within less than twice the days that an even round would take.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar

Item = TypeVar("Item")

_GOLDEN = (5**0.5 - 1) / 2


def in_todays_order(items: Sequence[Item], now: datetime) -> Sequence[Item]:
    """All items, from where today's round begins. The same day gives the same order."""
    start = int(now.astimezone(UTC).toordinal() * _GOLDEN % 1 * len(items))
    return [*items[start:], *items[:start]]
