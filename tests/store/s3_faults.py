"""What can go wrong between a client and its S3 server, as values; when it does, as a plan; what happened, as a timeline.

A plan is a function from a request to the fault that meets it, or None. Plans are the same for the same seed whatever
the order in which parallel requests arrive, because they count each method and key by itself.
"""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from threading import Lock


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that goes wrong. Without a `status` the right answer is sent, as far as the other values let it.

    `status`, `code`: this error is answered. `retry_after`: with that header, in seconds, or as a date if `as_date`.
    `effect`: the request does its work although an error, or nothing, is answered.
    `cut`: the connection ends without an answer. `after_bytes`: it ends after so many bytes of the answer's body.
    `delay`: seconds before the answer. `pause`: seconds between each KiB of the body. `flip`: a bit of the body is wrong.
    """

    status: int = 0
    code: str = ""
    retry_after: float | None = None
    as_date: bool = False
    effect: bool = False
    cut: bool = False
    after_bytes: int | None = None
    delay: float = 0.0
    pause: float = 0.0
    flip: bool = False

    @property
    def answers(self) -> bool:
        """True if the right answer is sent, in whatever way."""
        return not self.status and not self.cut


INTERNAL = Fault(status=500, code="InternalError")
BAD_GATEWAY = Fault(status=502, code="BadGateway")
SLOW_DOWN = Fault(status=503, code="SlowDown")
SLOW_DOWN_SECONDS = Fault(status=503, code="SlowDown", retry_after=1)
TOO_MANY_SECONDS = Fault(status=429, code="TooManyRequests", retry_after=1)
TOO_MANY_DATE = Fault(status=429, code="TooManyRequests", retry_after=1, as_date=True)
CONFLICT = Fault(status=409, code="ConditionalRequestConflict")
LOST_ANSWER = Fault(status=502, code="BadGateway", effect=True)
CUT_BEFORE = Fault(cut=True)
CUT_AFTER = Fault(cut=True, effect=True)
TRUNCATED = Fault(after_bytes=1)
LATE = Fault(delay=0.05)
FLIPPED = Fault(flip=True)

PASSING = (INTERNAL, BAD_GATEWAY, SLOW_DOWN, LOST_ANSWER, CUT_BEFORE, CUT_AFTER, TRUNCATED, LATE)
ASKING_TO_WAIT = (SLOW_DOWN_SECONDS, TOO_MANY_SECONDS, TOO_MANY_DATE)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request before it is answered: `key` is that below the bucket, `conditional` an If-Match or If-None-Match."""

    number: int
    method: str
    bucket: str
    key: str
    query: str
    conditional: str


Plan = Callable[[Asked], Fault | None]


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request and its answer. Times are `time.time()`, `status` is 0 if the connection ended without an answer.

    `wrote` says that an object came, changed or went; `not_before` is the time that Retry-After named.
    """

    asked: Asked
    status: int
    started: float
    ended: float
    received: int  # bytes of the request's body
    sent: int  # bytes of the answer's body
    fault: Fault | None
    wrote: bool
    not_before: float | None


def no_faults(_: Asked) -> None:
    """The plan of a good day."""


def in_turn(*faults: Fault | None, where: Callable[[Asked], bool] = lambda _: True) -> Plan:
    """These faults for the first requests of which `where` is true, one each; then none."""
    left = list(reversed(faults))
    lock = Lock()

    def plan(asked: Asked) -> Fault | None:
        with lock:
            return left.pop() if left and where(asked) else None

    return plan


def always(fault: Fault, where: Callable[[Asked], bool] = lambda _: True) -> Plan:
    """This fault whenever `where` is true."""
    return lambda asked: fault if where(asked) else None


def busy_for(seconds: float, fault: Fault, where: Callable[[Asked], bool] = lambda _: True) -> Plan:
    """This fault for so many seconds from the first request on of which `where` is true; Retry-After names their end."""
    until: list[float] = []
    lock = Lock()

    def plan(asked: Asked) -> Fault | None:
        with lock:
            if not until and where(asked):
                until.append(time.time() + seconds)
            left = until[0] - time.time() if until else 0.0
        return replace(fault, retry_after=math.ceil(left)) if left > 0 else None

    return plan


def seeded(seed: int, *, rate: float, faults: Sequence[Fault] = PASSING, in_a_row: int = 2) -> Plan:
    """Each request meets a fault with probability `rate`, at most `in_a_row` times for one method and key.

    A conflict meets conditional writes only, as on S3.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    run: Counter[tuple[str, str, str]] = Counter()
    lock = Lock()

    def plan(asked: Asked) -> Fault | None:
        what = (asked.method, asked.key, asked.query.partition("&uploadId=")[0])
        with lock:
            seen[what] += 1
            chance = random.Random(f"{seed} {what} {seen[what]}")
            fault = chance.choice(faults) if chance.random() < rate and run[what] < in_a_row else None
            if fault is not None and fault.status == 409 and not asked.conditional:
                fault = None
            run[what] = run[what] + 1 if fault is not None and fault is not LATE else 0
        return fault

    return plan


def too_early(timeline: Iterable[Exchange]) -> list[Exchange]:
    """The requests that were repeated before the time that the last answer to the same request had named."""
    named: dict[tuple[str, str, str], float] = {}
    early = []
    for exchange in sorted(timeline, key=lambda e: e.started):
        what = (exchange.asked.method, exchange.asked.key, exchange.asked.query)
        if exchange.started < named.pop(what, 0.0):
            early.append(exchange)
        if exchange.not_before is not None:
            named[what] = exchange.not_before
    return early


def writes(timeline: Iterable[Exchange]) -> Counter[str]:
    """How often each key came, changed or went."""
    return Counter(exchange.asked.key for exchange in timeline if exchange.wrote)
