"""The time, as what waits needs it: handed in, so that tests do not have to wait."""

from __future__ import annotations

import datetime
import time
from typing import Protocol


class Clock(Protocol):
    """What time it is, and waiting."""

    def now(self) -> datetime.datetime:
        """The date and time, in UTC."""

    def monotonic(self) -> float:
        """Seconds that never jump, for durations."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime.datetime:
        """The date and time, in UTC."""
        return datetime.datetime.now(datetime.UTC)

    def monotonic(self) -> float:
        """Seconds that never jump, for durations."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
