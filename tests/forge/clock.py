"""A clock that only moves when somebody waits: the double and its client share one, so that no test sleeps."""

from __future__ import annotations

import threading

START = 1_767_225_600.0  # 2026-01-01T00:00:00Z


class FakeTimer:
    """Time in epoch seconds. `slept` lists every wait."""

    def __init__(self, start: float = START) -> None:
        self._now = start
        self._lock = threading.Lock()
        self.slept: list[float] = []

    def now(self) -> float:
        """The present time."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        with self._lock:
            self.slept.append(seconds)
            self._now += seconds

    def skip(self, seconds: float) -> None:
        """Let time pass for which nobody waits."""
        with self._lock:
            self._now += seconds
