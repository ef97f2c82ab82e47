"""How often a call to a store is tried again, and how long osds waits in between.

All waits of one run come out of one budget, so that a store that stays away ends the run instead of holding it for ever.
Waits grow and are spread by chance ("full jitter"), so that many publishers do not come back at the same moment:
https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
A store that says "slow down" is left alone for `BUSY` seconds at least, doubled each time; one that names a time
(`osds.edges.store.busy`) is left alone for that time, by all threads of the run.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

BUDGET = 600.0  # seconds that one run may wait in all
FIRST = 0.5  # seconds: the most that the first wait takes
BUSY = 2.0  # seconds: the least that a server is left alone that asked for it (many ask for one)
LONGEST = 60.0  # seconds: the most that one wait takes
TRIES = 8  # of one call
UNREACHABLE_TRIES = 4  # of one call that nobody answers: this is told soon


@dataclass(kw_only=True)
class Patience:
    """The waiting of one run, shared by its threads. `scale` shortens every wait, for tests."""

    budget: float = BUDGET
    scale: float = 1.0
    sleep: Callable[[float], None] = time.sleep
    waited: float = 0.0
    _quiet_until: float = field(default=0.0, repr=False)  # as `time.monotonic` counts
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def wait(self, tried: int, *, answered: bool, busy: bool, asked: float | None = None) -> bool:
        """Wait after the call has been `tried` so often. False, at once, if it is not worth it any more.

        `answered`: the server said something, `busy`: it asked for fewer requests, `asked`: for so many seconds.
        """
        if tried >= (TRIES if answered else UNREACHABLE_TRIES):
            return False
        longest = min(LONGEST, (BUSY if busy else FIRST) * 2**tried)
        chance = random.uniform(BUSY if busy else 0.0, longest) * self.scale  # noqa: S311 (nothing secret)
        seconds = chance if asked is None else asked
        with self._lock:
            if self.waited + seconds > self.budget:
                return False
            self.waited += seconds
            if asked is not None:
                self._quiet_until = max(self._quiet_until, time.monotonic() + asked)
        self.sleep(seconds)
        return True

    def keep_quiet(self) -> None:
        """Wait as long as the server has asked another thread to wait."""
        seconds = self._quiet_until - time.monotonic()
        if seconds > 0:
            self.sleep(seconds)
