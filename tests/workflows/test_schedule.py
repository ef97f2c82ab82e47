"""When schedules are due, through leap days and both changes of the clock; and when a run is missed for certain."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.workflows.schedule import LATE, LONGEST, Line, due_after, missed, read_line

DAILY = "17 5 * * *"
BERLIN = "30 2 * * * Europe/Berlin"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def lines(*texts: str) -> tuple[Line, ...]:
    found = tuple(line for text in texts if (line := read_line(text)))
    assert len(found) == len(texts)
    return found


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (DAILY, DAILY),
        ("17  5 * *  *", DAILY),
        (f"{DAILY} UTC", DAILY),
        (BERLIN, BERLIN),
        ("*/15 0-6,20 1 JAN-mar MON-FRI America/Argentina/Buenos_Aires",) * 2,
        ("0 0 * JUL SUN",) * 2,
    ],
)
def test_read_line__as_it_is_kept(text: str, written: str) -> None:
    assert str(read_line(text)) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 2 3 4",
        "1 2 3 4 5 6",
        "61 * * * *",
        "* 24 * * *",
        "5-1 * * * *",
        "*/0 * * * *",
        "a * * * *",
        "0 0 L * *",
        "0 0 LW * *",
        "0 0 1,L * *",
        "0 0 * * 5L",
        "0 0 * * 1#2",
        "@daily",
        "0 0 30 2 *",
        "0 0 31 4,6 *",
        "0 0 1 1 * Nowhere/City",
        "0 0 1 1 * Europe",
        "0 0 1 1 * ../../etc/passwd",
        f"{'1,' * 200}1 * * * *",
    ],
)
def test_read_line__what_no_schedule_can_follow(text: str) -> None:
    assert read_line(text) is None


@pytest.mark.parametrize(
    ("text", "after", "due"),
    [
        (DAILY, "2026-01-31 05:16:59", "2026-01-31 05:17"),
        (DAILY, "2026-01-31 05:17", "2026-02-01 05:17"),
        ("0 0 29 2 *", "2024-02-29 00:00", "2028-02-29 00:00"),
        ("0 0 29 2 *", "2096-03-01 00:00", "2104-02-29 00:00"),
        ("0 12 31 * *", "2026-01-31 12:00", "2026-03-31 12:00"),
        # The clock goes forward on 29 March 2026: 2:30 is not there, and the run comes at 3:00 in summer time.
        (BERLIN, "2026-03-28 01:30", "2026-03-29 01:00"),
        (BERLIN, "2026-03-29 01:00", "2026-03-30 00:30"),
        # It goes back on 25 October 2026: 2:30 is there twice, and counts once.
        (BERLIN, "2026-10-24 00:30", "2026-10-25 00:30"),
        (BERLIN, "2026-10-25 00:30", "2026-10-26 01:30"),
        (BERLIN, "2026-10-25 01:10", "2026-10-26 01:30"),
        ("0 * * * * Europe/Berlin", "2026-10-25 00:00", "2026-10-25 01:00"),
        ("15 0 * * * Australia/Lord_Howe", "2026-04-04 12:00", "2026-04-04 13:15"),
        ("0 0 * * * Pacific/Apia", "2011-12-29 10:00", "2011-12-30 10:00"),  # where 30 December was left out
    ],
)
def test_due_after__in_utc(text: str, after: str, due: str) -> None:
    assert due_after(lines(text), at(after)) == at(due)


def test_due_after__the_first_of_several() -> None:
    assert due_after(lines(DAILY, "0 1 * * *"), at("2026-01-31 02:00")) == at("2026-01-31 05:17")
    assert due_after((), at("2026-01-31 02:00")) is None


@pytest.mark.parametrize(
    ("text", "last", "due", "known"),
    [
        ("*/5 * * * *", "2026-01-31 12:00", "2026-01-31 12:05", "2026-01-31 18:10"),
        ("0 * * * *", "2026-01-31 12:00", "2026-01-31 13:00", "2026-01-31 20:00"),
        (DAILY, "2026-01-31 05:30", "2026-02-01 05:17", "2026-02-02 11:17"),
        ("17 5 * * 1", "2026-01-26 05:30", "2026-02-02 05:17", "2026-02-09 11:17"),
        ("17 5 1 * *", "2026-01-01 05:30", "2026-02-01 05:17", "2026-02-08 11:17"),
        ("17 5 1 1 *", "2025-01-01 05:30", "2026-01-01 05:17", "2026-01-08 11:17"),
        ("0 0 29 2 *", "2024-02-29 00:10", "2028-02-29 00:00", "2028-03-07 06:00"),
    ],
)
def test_missed__from_when_on_it_is_certain(text: str, last: str, due: str, known: str) -> None:
    assert missed(lines(text), at(last), at(known) - timedelta(seconds=1)) is None
    assert missed(lines(text), at(last), at(known)) == at(due)
    assert missed(lines(text), at(last), at(known) + 61 * DAY) == at(due)


def test_missed__a_run_before_its_time_or_a_clock_that_is_behind_misses_nothing() -> None:
    assert missed(lines(DAILY), at("2026-01-31 05:30"), at("2026-01-30 00:00")) is None
    assert missed((), at("2020-01-01 00:00"), at("2026-01-30 00:00")) is None


LINES = st.sampled_from(
    [
        DAILY,
        BERLIN,
        "7,37 * * * *",
        "0 3 * * 1-5",
        "0 0 1 * *",
        "9 9 1,15 * *",
        "0 2 * * SUN America/New_York",
        "1 1 1 */3 *",
    ]
)
MOMENTS = st.integers(1_700_000_000, 2_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(
    st.lists(LINES, min_size=1, max_size=3),
    MOMENTS,
    st.timedeltas(timedelta(0), LATE),
    st.timedeltas(timedelta(0), DAY),
)
def test_missed__never_while_the_last_run_that_was_due_came_late_at_most(
    texts: list[str], moment: datetime, late: timedelta, later: timedelta
) -> None:
    schedule = lines(*texts)
    due = due_after(schedule, moment)
    assert due is not None
    following = due_after(schedule, due + late)
    assert following is not None
    assert missed(schedule, due + late, following + min(later, LATE)) is None


@given(st.lists(LINES, min_size=1, max_size=3), MOMENTS)
def test_missed__always_in_the_end(texts: list[str], last: datetime) -> None:
    schedule = lines(*texts)
    due = due_after(schedule, last)
    assert due is not None
    assert missed(schedule, last, due + LONGEST + LATE) == due
    assert missed(schedule, last, due) is None
