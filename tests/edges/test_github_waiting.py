"""The rules of waiting, as tables."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.edges.github.waiting import Budget, asked_wait, backoff, is_rate_limit
from osds.errors import OutsideError
from tests.forge.clock import START, FakeTimer

PRIMARY = "API rate limit exceeded for user ID 7."
SECONDARY = "You have exceeded a secondary rate limit."
USED_UP = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(START) + 100)}


@pytest.mark.parametrize(
    ("status", "headers", "message", "limited"),
    [
        (429, {}, "", True),
        (403, {"retry-after": "5"}, "", True),
        (403, {}, SECONDARY, True),
        (403, USED_UP, PRIMARY, True),
        (403, USED_UP, "Resource not accessible by integration", False),
        (403, {}, "Must have push access", False),
        (503, {"retry-after": "5"}, "", False),
        (404, {}, "Not Found", False),
        (200, USED_UP, "", False),
    ],
)
def test_is_rate_limit__table(status: int, headers: dict[str, str], message: str, limited: bool) -> None:
    assert is_rate_limit(status, headers, message) is limited


@pytest.mark.parametrize(
    ("status", "headers", "message", "seconds"),
    [
        (200, {}, "", 0),
        (200, {"retry-after": "9"}, "", 0),  # of a fork that is being made: not a refusal
        (200, USED_UP, "", 101),  # the next request would be refused
        (403, USED_UP, PRIMARY, 101),
        (403, USED_UP, "Resource not accessible by integration", 0),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"}, PRIMARY, 60),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}, PRIMARY, 0),  # long ago
        (403, {"retry-after": "7", **USED_UP}, SECONDARY, 7),
        (403, {}, SECONDARY, 60),
        (429, {}, "", 60),
        (429, {"retry-after": "0"}, "", 0),
        (429, {"retry-after": " 12 "}, "", 12),
        (429, {"retry-after": "Thu, 01 Jan 2026 00:00:30 GMT"}, "", 30),
        (429, {"retry-after": "Thu, 01 Jan 2026 00:00:30"}, "", 30),
        (429, {"retry-after": "Wed, 31 Dec 2025 00:00:00 GMT"}, "", 0),
        (503, {"retry-after": "7"}, "", 7),
        (503, {"retry-after": "-7"}, "", 60),
        (503, {"retry-after": "soon"}, "", 60),
        (503, {"retry-after": "9" * 40}, "", 60),
        (503, {"retry-after": "Thu, 99 Foo 2026"}, "", 60),
        (502, {}, "", 0),
    ],
)
def test_asked_wait__table(status: int, headers: dict[str, str], message: str, seconds: float) -> None:
    assert asked_wait(status, headers, message, START) == seconds


@given(st.integers(100, 599), st.text(), st.text(), st.text(), st.text())
def test_asked_wait__whatever_a_server_says(status: int, after: str, left: str, reset: str, message: str) -> None:
    headers = {"retry-after": after, "x-ratelimit-remaining": left, "x-ratelimit-reset": reset}
    assert asked_wait(status, headers, message, START) >= 0


@given(st.integers(1, 2000), st.integers())
def test_backoff__grows_to_a_minute(tried: int, seed: int) -> None:
    assert 1 <= backoff(min(tried, 500), random.Random(seed)) <= 60


@given(st.lists(st.floats(0, 1e15)))
def test_budget__never_waits_longer_than_it_has(moments: list[float]) -> None:
    timer = FakeTimer()
    budget = Budget(600, timer)
    for moment in moments:
        with suppress(OutsideError):
            budget.wait_until(START + moment)
    assert sum(timer.slept) <= 600.001
