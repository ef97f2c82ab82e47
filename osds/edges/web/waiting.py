"""Waiting between tries of what failed for a moment: as long as the server asks, or longer each time, out of one budget."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime

from osds.errors import OutsideError

TRIES = 8  # in a row, of one thing

_FIRST = 1.0  # seconds: the most that the first wait takes, if the server names no time
_LONGEST = 60.0


@dataclass(kw_only=True)
class Waits:
    """The seconds that one run may wait in all. `scale` shortens the waits that no server asked for, for tests."""

    budget: float = 600.0
    scale: float = 1.0
    sleep: Callable[[float], None] = time.sleep
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def wait(self, failure: OutsideError, *, tried: int, asked: float | None) -> None:
        """Wait after `tried` failures in a row, `asked` seconds if the server named a time.

        Raises `failure` if it is not worth it any more, and says so where the time that was named is the reason.
        """
        if tried >= TRIES:
            raise failure
        chance = random.uniform(0, min(_LONGEST, _FIRST * 2**tried))  # noqa: S311 (nothing secret)
        seconds = chance * self.scale if asked is None else asked
        with self._lock:
            if seconds > self.budget:
                if asked is None:
                    raise failure
                raise OutsideError(
                    f"{failure.what}; the server asks to wait {asked:,.0f} seconds",
                    next_step="Run the same command again after that time",
                ) from failure
            self.budget -= seconds
        self.sleep(seconds)


def retry_after(text: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After header names, as a number or as a date (RFC 9110 section 10.2.3); None if none."""
    if text is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", text.strip()):
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):
        return None
