"""When a request to GitHub is sent again, and how long osds waits before the next one: rules, from values to values.

GitHub asks for waits in three ways: `Retry-After`, a used-up limit with the time of its reset, and a secondary limit
without a time, which means a minute. A wait that was asked for holds for every request that follows, not only for the
one that was refused. https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from osds.errors import OutsideError

MINUTE = 60.0  # seconds

# Asking twice is the same as once; so is giving a pull request, an issue or a comment the same words twice.
REPEATABLE = frozenset({"GET", "HEAD", "PATCH"})


class Timer(Protocol):
    """The time in seconds since 1970, and a way to let it pass."""

    def now(self) -> float:
        """The present time."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class WallTimer:
    """The time of this computer."""

    def now(self) -> float:
        """The present time."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How much one run bears: seconds of one answer and of all waiting, tries of one request, bytes of one answer."""

    connect: float = 10
    read: float = 30  # without a byte
    answer: float = 120
    waiting: float = 600
    tries: int = 6
    size: int = 16 * 2**20


class LongWaitError(OutsideError):
    """Raised if GitHub asks for a longer wait than is left, such as until a used-up limit is there again."""


class Budget:
    """The seconds that one run may still wait."""

    def __init__(self, seconds: float, timer: Timer) -> None:
        self.seconds = seconds
        self._timer = timer

    def wait_until(self, moment: float) -> None:
        """Wait. Raises `LongWaitError` at once if that is longer than what is left."""
        seconds = moment - self._timer.now()
        if seconds <= 0:
            return
        if seconds > self.seconds:
            raise LongWaitError(
                f"GitHub asks to wait {_spoken(seconds)}",
                next_step=f"Run the same command again {_when(moment)}: {_RESUME}",
            )
        self.seconds -= seconds
        self._timer.sleep(seconds)


def is_rate_limit(status: int, headers: Mapping[str, str], message: str) -> bool:
    """True if GitHub did nothing because too much was asked: any request may then be sent again, later."""
    if status == 429:
        return True
    return status == 403 and ("retry-after" in headers or "rate limit" in message.lower())


def asked_wait(status: int, headers: Mapping[str, str], message: str, now: float) -> float:
    """The seconds that GitHub asks to wait before any further request; 0 if it asks for none. Names are in lower case."""
    limited = is_rate_limit(status, headers, message)
    if status >= 400 and "retry-after" in headers:
        return _retry_after(headers["retry-after"], now)
    if headers.get("x-ratelimit-remaining") == "0" and (limited or status < 400):
        reset = headers.get("x-ratelimit-reset", "")
        return max(float(reset) + 1 - now, 0) if _is_number(reset) else MINUTE  # the reset may be late in its second
    return MINUTE if limited else 0


def backoff(tried: int, chance: random.Random) -> float:
    """Seconds before another try when nobody asked for a wait: at random up to 1, 2, 4 … 60, so that clients spread."""
    return chance.uniform(0.5, 1) * min(2.0**tried, MINUTE)


def _retry_after(text: str, now: float) -> float:
    """RFC 9110 §10.2.3: seconds or a date. Anything else is a minute."""
    if _is_number(text.strip()):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return MINUTE
    return max((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now, 0)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 12


def _spoken(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 2 * MINUTE else f"{seconds / MINUTE:.0f} minutes"


def _when(moment: float) -> str:
    try:
        return f"after {datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return "on another day"


_RESUME = "it goes on where this run stopped"
