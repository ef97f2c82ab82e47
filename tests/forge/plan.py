"""Faults by lot: any request to the double may fail, in every way that GitHub and the network between can fail.

The same seed draws the same faults for the same requests. What a fault asks a client to wait is noted in the double.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from random import Random
from typing import TYPE_CHECKING

from tests.edges.http_faults import Fault, answer_with, drop_after, hang_up_after, quiet, send
from tests.forge.values import Request

if TYPE_CHECKING:
    from tests.forge.state import Forge

Answers = Callable[[], None]

SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


@dataclass
class Plan:
    """At most `most` faults, each request with the chance `share`; git's requests with a third of it.

    `silence` is how long a request that is never answered hangs, in real seconds: longer than the client waits.
    """

    forge: Forge
    chance: Random
    share: float = 0.4
    most: int = 12
    silence: float = 2.0
    drawn: Counter[str] = field(default_factory=Counter)

    def draw(self, request: Request) -> Fault | None:
        """How a request fails, if it does."""
        is_api = request.path.startswith("/api/")
        if self.drawn.total() >= self.most or self.chance.random() > (self.share if is_api else self.share / 3):
            return None
        kinds = _API if is_api else _GIT
        name = self.chance.choice(sorted(kinds))
        self.drawn[name] += 1
        return kinds[name](self)

    def closed(self, seconds: float) -> None:
        """Nobody may ask again for so long."""
        self.forge.closed_until = max(self.forge.closed_until, self.forge.timer.now() + seconds)

    def asks_to_wait(self, status: int, message: str, *, as_date: bool = False) -> Fault:
        """A refusal with Retry-After."""
        seconds = self.chance.choice((1, 2, 5, 20, 60))
        if as_date:
            moment = int(self.forge.timer.now()) + seconds
            self.closed(moment - self.forge.timer.now())
            return answer_with(status, message, {"Retry-After": formatdate(moment, usegmt=True)})
        self.closed(seconds)
        return answer_with(status, message, {"Retry-After": str(seconds)})

    def limited(self, status: int, message: str) -> Fault:
        """A refusal that says no time: a minute."""
        self.closed(60)
        return answer_with(status, message)

    def used_up(self) -> Fault:
        """The primary limit, until its reset."""
        reset = int(self.forge.timer.now()) + self.chance.choice((5, 45, 90))
        self.closed(reset - self.forge.timer.now())
        told = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
        return answer_with(403, "API rate limit exceeded for user ID 7.", told)

    def absurd(self) -> Fault:
        """A wait of a day."""
        self.closed(86_400)
        return answer_with(429, "slow down", {"Retry-After": "86400"})

    def silent(self, *, after: bool) -> Fault:
        """No answer at all, before or after the request took effect."""

        def fault(handler: BaseHTTPRequestHandler, answer: Answers) -> None:
            if after:
                quiet(answer, handler)
            time.sleep(self.silence)
            handler.close_connection = True

        return fault


def hang_up_before(handler: BaseHTTPRequestHandler, answer: Answers) -> None:
    """The connection ends, and nothing was done."""
    handler.close_connection = True


def cut_after(handler: BaseHTTPRequestHandler, answer: Answers) -> None:
    """The request takes effect, and the answer ends in its middle."""
    quiet(answer, handler)
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"number": 1, "ti')
    handler.close_connection = True


def page(status: int) -> Fault:
    """A proxy's page in the place of an answer; nothing was done."""

    def fault(handler: BaseHTTPRequestHandler, answer: Answers) -> None:
        content = b"<html><body>One moment please</body></html>"
        handler.send_response(status)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return fault


def empty(handler: BaseHTTPRequestHandler, answer: Answers) -> None:
    """The request takes effect, and the answer has no body."""
    quiet(answer, handler)
    send(handler, 200, None)


_API: dict[str, Callable[[Plan], Fault]] = {
    "500": lambda _: answer_with(500, "Server Error"),
    "502": lambda _: answer_with(502, "Bad gateway"),
    "502 after": lambda _: drop_after,
    "502 page": lambda _: page(502),
    "200 page": lambda _: page(200),
    "200 empty": lambda _: empty,
    "503 with a wait": lambda plan: plan.asks_to_wait(503, "busy"),
    "503 with a date": lambda plan: plan.asks_to_wait(503, "busy", as_date=True),
    "429": lambda plan: plan.limited(429, "slow down"),
    "429 with a wait": lambda plan: plan.asks_to_wait(429, "slow down"),
    "429 with a day": lambda plan: plan.absurd(),
    "403 secondary": lambda plan: plan.limited(403, SECONDARY),
    "403 secondary with a wait": lambda plan: plan.asks_to_wait(403, SECONDARY),
    "403 secondary with a date": lambda plan: plan.asks_to_wait(403, SECONDARY, as_date=True),
    "403 primary": lambda plan: plan.used_up(),
    "hang up": lambda _: hang_up_before,
    "hang up after": lambda _: hang_up_after,
    "cut after": lambda _: cut_after,
    "silence": lambda plan: plan.silent(after=False),
    "silence after": lambda plan: plan.silent(after=True),
}
_GIT: dict[str, Callable[[Plan], Fault]] = {
    "git 500": lambda _: answer_with(500, "Server Error"),
    "git 502 after": lambda _: drop_after,
    "git 503 page": lambda _: page(503),
    "git hang up": lambda _: hang_up_before,
    "git hang up after": lambda _: hang_up_after,
}
