"""Sending a message to a server that the registry's keepers named: https, public addresses, no redirects, bounded time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from osds.edges.web.https import Allowance, Answer, BrokenOffError, Reach, asking
from osds.edges.web.waiting import Waits, retry_after
from osds.errors import OutsideError, UsageError

_SECONDS = 30.0  # for one request, as Standard Webhooks advises
_PASSING = frozenset({408, 425, 429})

Headers = Callable[[int], Mapping[str, str]]  # those of a request that is sent at a moment, in seconds since 1970


@dataclass(kw_only=True)
class WebhookSender:
    """Sends to one server. `seconds` is how long one request may take, `waits` what is left for waiting between tries."""

    reach: Reach = field(default_factory=Reach)
    waits: Waits = field(default_factory=lambda: Waits(budget=120))
    seconds: float = _SECONDS

    def send(self, url: str, body: bytes, headers: Headers) -> None:
        """Post the body until the server has taken it; each try has headers of its own.

        Raises `UsageError` if the server does not want it, `OutsideError` if it fails for as long as we are patient,
        `UnsafeInputError` if it is not to be asked.
        """
        for tried in count(1):
            try:
                with asking(
                    "POST",
                    url,
                    self.reach,
                    headers={"Content-Type": "application/json", **headers(int(time.time()))},
                    body=body,
                    allowance=Allowance(self.seconds),
                ) as answer:
                    if 200 <= answer.status < 300:  # whatever else it says, nobody reads it
                        return
                    failure, asked = _failure(answer), retry_after(answer.headers.get("Retry-After"), datetime.now(UTC))
            except BrokenOffError as error:
                failure, asked = error, None
            self.waits.wait(failure, tried=tried, asked=asked)


def _failure(answer: Answer) -> OutsideError:
    """What to tell if no other try succeeds. Raises `UsageError` if none can."""
    what = f"{answer.host} answered {answer.status}"
    if 300 <= answer.status < 400:
        raise UsageError(f"{what}, and redirects are not followed", next_step="Give its new address in osds.yml")
    if answer.status < 500 and answer.status not in _PASSING:
        raise UsageError(what, next_step="Ask whoever keeps that server, or take it out of notify in osds.yml")
    return OutsideError(what, next_step="The next run tries again")
