"""When a request to GitHub is sent again, and how long osds waits before that.

PyGithub's own rule repeats a POST after a server error, although the first one may have worked, and waits as long as
GitHub asks, be it a day. Here only requests that may be repeated are, a rate limit is honoured for every request
(GitHub has then done nothing), and all waiting of one run together is bounded.
https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

from __future__ import annotations

import time
from typing import Any

from github.GithubRetry import GithubRetry
from urllib3.response import BaseHTTPResponse

from osds.errors import OutsideError

MAX_WAIT = 120.0  # seconds, in one run

_TRIES = 4
# Writing the same title and body twice is the same as once, so a PATCH may be repeated.
_REPEATABLE = frozenset({"GET", "HEAD", "PATCH"})


class Budget:
    """The seconds that one run may still wait."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def spend(self, seconds: float) -> None:
        """Wait. Raises `OutsideError` at once if that is longer than what is left."""
        if seconds > self.seconds:
            raise OutsideError(
                f"GitHub asks to wait {seconds:.0f} seconds", next_step="Run the same command again after that time"
            )
        self.seconds -= seconds
        time.sleep(seconds)


class BoundedRetry(GithubRetry):
    """The rule above, as urllib3 and PyGithub understand it."""

    def __init__(self, *, budget: Budget, **settings: Any) -> None:  # noqa: ANN401 (urllib3's own settings)
        defaults: dict[str, Any] = {
            "total": _TRIES,
            "backoff_factor": 1,
            "backoff_max": 30,
            "allowed_methods": _REPEATABLE,
            "max_rate_limit_wait": budget.seconds,
        }
        super().__init__(**(defaults | settings))
        self.budget = budget

    def new(self, **settings: Any) -> BoundedRetry:  # noqa: ANN401
        """A copy with other counts; all copies share one budget."""
        return super().new(budget=self.budget, **settings)

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:  # noqa: ARG002
        """True if the request is sent again. For 403, `GithubRetry.increment` looks whether it is a rate limit."""
        if status_code in {403, 429}:
            return bool(self.total)
        return bool(self.total) and status_code >= 500 and method.upper() in _REPEATABLE

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        """Wait as long as the server asks, or else as the backoff says."""
        asked = self.get_retry_after(response) if response else None
        self.budget.spend(self.get_backoff_time() if asked is None else asked)
