from __future__ import annotations

from datetime import UTC, datetime

import pytest

from osds.edges.web.waiting import TRIES, Waits, retry_after
from osds.errors import OutsideError

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
FAILURE = OutsideError("lfs.example.org fails", next_step="Try again")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("0", 0),
        (" 120 ", 120),
        ("Tue, 24 Nov 2026 12:01:00 GMT", 60),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0),
        ("Tuesday, 24-Nov-26 12:00:30 GMT", 30),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("9" * 50, None),
        ("Tue, 24 Nov 2026 12:01:00", None),
    ],
)
def test_retry_after(text: str | None, seconds: float | None) -> None:
    assert retry_after(text, NOW) == seconds


def test_waits__grow_and_come_out_of_one_budget() -> None:
    slept: list[float] = []
    waits = Waits(budget=1000, sleep=slept.append)
    for tried in range(1, TRIES):
        waits.wait(FAILURE, tried=tried, asked=None)
    assert all(0 <= seconds <= min(60, 2 ** (n + 1)) for n, seconds in enumerate(slept))
    assert waits.budget == pytest.approx(1000 - sum(slept))
    with pytest.raises(OutsideError, match="fails"):
        waits.wait(FAILURE, tried=TRIES, asked=None)


def test_waits__what_the_server_asks_for_is_waited_whole_or_not_at_all() -> None:
    slept: list[float] = []
    waits = Waits(budget=100, scale=0.0, sleep=slept.append)
    waits.wait(FAILURE, tried=1, asked=70)
    assert slept == [70]
    with pytest.raises(OutsideError, match=r"lfs\.example\.org fails; the server asks to wait 31 seconds"):
        waits.wait(FAILURE, tried=1, asked=31)
    assert slept == [70]
