"""When a core dataset updates itself."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from cronsim import CronSim
from hypothesis import given
from hypothesis import strategies as st

from osds.refresh.rhythm import daily, minute_of


@given(st.text())
def test_minute_of__is_always_the_same_and_never_near_the_full_or_the_half_hour(name: str) -> None:
    minute = minute_of(name)
    assert minute == minute_of(name)
    assert 3 <= minute % 30 <= 27
    assert 0 <= minute <= 59


def test_minute_of__does_not_change_from_version_to_version() -> None:
    assert {name: (minute_of(name), daily(name)) for name in ("budget", "madrid-budget", "")} == {
        "budget": (19, "19 2 * * *"),
        "madrid-budget": (26, "26 1 * * *"),
        "": (5, "5 4 * * *"),
    }


def test_daily__spreads_a_thousand_datasets() -> None:
    times = Counter(daily(f"dataset-{number}") for number in range(1000))
    assert max(times.values()) < 20
    assert len(times) > 200


def test_daily__is_once_a_day() -> None:
    runs = CronSim(daily("budget"), datetime(2026, 3, 1, tzinfo=UTC))
    days = [next(runs).date() for _ in range(40)]
    assert len(set(days)) == 40
    assert (days[-1] - days[0]).days == 39
