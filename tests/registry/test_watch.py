"""The watchdog's judgement: from what GitHub says of a repository to a dataset's troubles, with a clock of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osds.registry.changes import Event, EventType
from osds.registry.forge import DatasetRepository, Person
from osds.registry.policy import Policy
from osds.registry.rounds import in_todays_order
from osds.registry.status import Status
from osds.registry.watch import Look, Promise, Run, State, Switched, judge, to_keep_awake, to_switch_on
from osds.workflows.schedule import LATE, LONGEST, Line, due_after

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DAILY = Line(cron="17 5 * * *")
POLICY = Policy(grace_days=7)
STATUS = Status(owner="alice", name="budget", url="https://github.com/alice/budget")
HOME = DatasetRepository(
    id=4,
    url="https://github.com/alice/budget",
    clone_url="https://github.com/alice/budget.git",
    full_name="alice/budget",
    owner=Person(id=7, login="alice"),
    public=True,
)
PROMISE = Promise(
    id=1, path=".github/workflows/osds.yml", state=State.ACTIVE, since=NOW - 100 * DAY, lines=(DAILY,), runs=()
)


def look(*promises: Promise, **facts: object) -> Look:
    return Look(repository=replace(HOME, **facts), promises=promises)  # type: ignore[arg-type]


def run(ago: timedelta, conclusion: str = "success") -> Run:
    return Run(created=NOW - ago, conclusion=conclusion)


def troubles(seen: Look, *, status: Status = STATUS, now: datetime = NOW, repository_id: str = "") -> dict[str, str]:
    observed = judge(status, repository_id, seen, now=now, policy=POLICY)
    return {standing.trouble: standing.detail for standing in observed.status.troubles}


def test_judge__a_dataset_that_runs() -> None:
    observed = judge(STATUS, "4", look(replace(PROMISE, runs=(run(7 * HOUR), run(DAY)))), now=NOW, policy=POLICY)
    assert observed.status == replace(STATUS, rhythm=("17 5 * * *",), last_run="2026-01-31T05:00:00Z")
    assert observed.events == ()


@pytest.mark.parametrize(
    ("promise", "found"),
    [
        (PROMISE, {"silent"}),
        (replace(PROMISE, runs=(run(3 * DAY),)), {"silent"}),
        (replace(PROMISE, runs=(run(2 * DAY),)), {"silent"}),
        (replace(PROMISE, runs=(run(DAY),)), set()),
        (replace(PROMISE, runs=(run(DAY), run(DAY), run(DAY - HOUR))), set()),  # doubled
        (replace(PROMISE, since=NOW - HOUR), set()),  # never ran, and need not have
        (replace(PROMISE, since=NOW - HOUR, runs=(run(70 * DAY),)), set()),  # just switched on again
        (replace(PROMISE, since=NOW + DAY), set()),  # a clock that is behind
        (replace(PROMISE, runs=(run(-DAY),)), set()),
        (replace(PROMISE, runs=(run(HOUR, "failure"), run(DAY))), {"failing"}),
        (replace(PROMISE, runs=(run(HOUR, ""), run(2 * HOUR, "cancelled"), run(DAY, "timed_out"))), {"failing"}),
        (replace(PROMISE, runs=(run(HOUR), run(DAY, "failure"))), set()),
        (replace(PROMISE, runs=(run(DAY), run(HOUR, "startup_failure"))), {"failing"}),  # in any order
        (replace(PROMISE, runs=(run(5 * DAY, "failure"),)), {"failing", "silent"}),
        (replace(PROMISE, state=State.MANUALLY), {"disabled"}),
        (replace(PROMISE, lines=()), set()),
    ],
)
def test_judge__of_runs(promise: Promise, found: set[str]) -> None:
    assert set(troubles(look(promise))) == found


def test_judge__each_workflow_for_itself() -> None:
    quiet = replace(PROMISE, path=".github/workflows/quiet.yml")
    seen = look(replace(PROMISE, runs=(run(HOUR),)), quiet)
    assert troubles(seen)["silent"].startswith(".github/workflows/quiet.yml should have run on 2025-10-24")
    status = judge(STATUS, "", seen, now=NOW, policy=POLICY).status
    assert (status.rhythm, status.last_run) == (("17 5 * * *",), "2026-01-31T11:00:00Z")


def test_judge__what_runs_are_forgotten_osds_remembers() -> None:
    status = replace(STATUS, last_run="2026-01-31T05:20:00Z")
    assert troubles(look(PROMISE), status=status) == {}
    assert judge(status, "", look(PROMISE), now=NOW, policy=POLICY).status.last_run == "2026-01-31T05:20:00Z"
    tomorrow = replace(STATUS, last_run="2999-01-01T00:00:00Z")
    assert set(troubles(look(PROMISE), status=tomorrow)) == {"silent"}, "a time to come is nobody's run"


def test_judge__of_the_repository() -> None:
    assert set(troubles(Look(repository=None))) == {"gone"}
    assert troubles(look(public=False)) == {"gone": "its repository is private"}
    assert "another one" in troubles(look(), repository_id="5")["gone"]
    moved = look(url="https://github.com/alice/money")
    assert troubles(moved) == {"moved": "its repository is now https://github.com/alice/money"}
    assert troubles(look(url="https://github.com/Alice/Budget")) == {}


def test_judge__what_was_not_looked_at_stays() -> None:
    known = judge(STATUS, "", look(replace(PROMISE, state=State.MANUALLY)), now=NOW, policy=POLICY).status
    for seen in (Look(repository=None), Look(repository=HOME)):
        assert "disabled" in troubles(seen, status=known)
    moved = judge(STATUS, "", look(url="https://github.com/alice/money"), now=NOW, policy=POLICY).status
    assert set(troubles(Look(repository=None), status=moved)) == {"gone", "moved"}
    silent = judge(STATUS, "", look(PROMISE), now=NOW, policy=POLICY).status
    off = judge(silent, "", look(replace(PROMISE, state=State.FORK)), now=NOW, policy=POLICY).status
    assert {standing.trouble for standing in off.troubles} == {"silent", "disabled"}


def test_judge__a_path_of_a_stranger_is_not_shown() -> None:
    hostile = replace(PROMISE, path='.github/workflows/"><script>\u202e.yml', state=State.MANUALLY)
    assert troubles(look(hostile)) == {"disabled": "its workflow was switched off by hand"}
    asleep = Look(
        repository=HOME, promises=(replace(PROMISE, state=State.INACTIVITY),), switched={PROMISE.path: Switched.ON}
    )
    assert troubles(asleep)["disabled"].endswith("after 60 days without a commit; osds switched it on again")
    two = replace(PROMISE, path=".github/workflows/z.yml", state=State.FORK)
    assert "osds.yml and 1 more off" in troubles(look(two, replace(PROMISE, state=State.FORK)))["disabled"]


def test_to_switch_on__never_what_a_person_switched_off() -> None:
    assert [p.state for p in to_switch_on(replace(PROMISE, state=state) for state in State)] == [State.INACTIVITY]


@pytest.mark.parametrize(
    ("state", "days", "quiet", "awake"),
    [
        (State.ACTIVE, 30, 30, True),
        (State.ACTIVE, 29, 30, False),  # told a moment ago
        (State.ACTIVE, 30, 29, False),  # something was committed
        (State.MANUALLY, 90, 90, False),
        (State.INACTIVITY, 90, 90, False),  # too late: it is to be switched on
    ],
)
def test_to_keep_awake__once_in_thirty_quiet_days(state: State, days: int, quiet: int, awake: bool) -> None:
    promise = replace(PROMISE, state=state, since=NOW - days * DAY)
    assert to_keep_awake([promise], NOW - quiet * DAY, NOW) == ((promise,) if awake else ())


def test_judge__keeps_no_more_lines_than_a_status_has_room_for() -> None:
    lines = tuple(Line(cron=f"{minute} 5 * * *") for minute in range(30))
    status = judge(STATUS, "", look(replace(PROMISE, lines=lines)), now=NOW, policy=POLICY).status
    assert len(status.rhythm) == 20


def test_sixty_one_days__one_alarm_and_one_all_clear() -> None:
    status, told = STATUS, list[tuple[int, EventType]]()
    for day in range(61):
        now = NOW + day * DAY
        observed = judge(status, "", look(replace(PROMISE, runs=(run(7 * HOUR),))), now=now, policy=POLICY)
        status, told = observed.status, [*told, *((day, event.event) for event in observed.events)]
    assert told == [(8, EventType.TROUBLE)], "missed on day 0, certain on day 1, told a week later"
    back = look(replace(PROMISE, runs=(Run(created=NOW + 61 * DAY, conclusion="success"),)))
    observed = judge(status, "", back, now=NOW + 61 * DAY, policy=POLICY)
    assert [event.event for event in observed.events] == [EventType.RECOVERED]


def test_a_clock_that_goes_back_tells_nothing_twice() -> None:
    status, told = STATUS, list[Event]()
    for day in (0, 3, 8, 2, -5, 9, 8):
        observed = judge(status, "", look(PROMISE), now=NOW + day * DAY, policy=POLICY)
        status, told = observed.status, [*told, *observed.events]
    assert [event.event for event in told] == [EventType.TROUBLE]


RHYTHMS = st.sampled_from(
    [
        DAILY,
        Line(cron="7 */6 * * *"),
        Line(cron="40 3 * * 1"),
        Line(cron="5 4 * * *", zone="Europe/Berlin"),
        Line(cron="30 2 * * 0,3", zone="America/New_York"),
    ]
)


@settings(max_examples=30, deadline=None)
@given(RHYTHMS, st.integers(5, 40), st.sampled_from([6, 12, 24]), st.data())
def test_alarms__none_for_who_runs_and_one_for_who_stopped(
    rhythm: Line, runs: int, hours: int, data: st.DataObject
) -> None:
    """Runs come up to six hours late, doubled, and one of two may be lost; a look comes every so many hours."""
    moment, kept = NOW, list[Run]()
    lost = False
    for _ in range(runs):
        due = due_after((rhythm,), moment)
        assert due is not None
        moment, lost = due, not lost and data.draw(st.booleans())
        if not lost:
            late = data.draw(st.integers(0, int(LATE.total_seconds()) - 1))
            again = data.draw(st.sampled_from([1, 1, 2]))
            kept += [Run(created=due + timedelta(seconds=late), conclusion="success")] * again
    stopped = kept[-1].created if kept else NOW
    due = due_after((rhythm,), stopped)
    assert due is not None
    last_possible = due + LONGEST + LATE + POLICY.grace_days * DAY + timedelta(hours=hours)
    promise, status, now, told = replace(PROMISE, since=NOW, lines=(rhythm,)), STATUS, NOW, list[datetime]()
    while now <= last_possible + timedelta(hours=hours):
        seen = tuple(each for each in kept if each.created <= now)[-10:]
        observed = judge(status, "", look(replace(promise, runs=seen)), now=now, policy=POLICY)
        status, told = observed.status, [*told, *(now for _ in observed.events)]
        now += timedelta(hours=hours)
    assert len(told) == 1
    assert due <= told[0] <= last_possible


@pytest.mark.parametrize(("count", "part"), [(1, 1), (37, 5), (300, 299), (1000, 100), (10_000, 150)])
def test_rounds__everybody_within_twice_the_days_of_an_even_round(count: int, part: int) -> None:
    last = dict.fromkeys(range(count), 0)
    longest = 0
    for day in range(4 * count // part + 4):
        now = datetime(2026, 1, 1, 2 + day % 3, tzinfo=UTC) + day * DAY
        for item in in_todays_order(range(count), now)[:part]:
            longest, last[item] = max(longest, day - last[item]), day
    assert max(longest, day - min(last.values())) <= 2 * -(-count // part), "also who was left out at the end"
    assert in_todays_order(range(count), NOW) == in_todays_order(range(count), NOW + HOUR)
    assert sorted(in_todays_order(range(count), NOW)) == list(range(count))
