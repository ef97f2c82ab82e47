"""How long osds waits for a store, as a table of what failed how often."""

from __future__ import annotations

import pytest

from osds.edges.store.patience import BUSY, LONGEST, TRIES, UNREACHABLE_TRIES, Patience


@pytest.mark.parametrize(
    ("tried", "answered", "busy", "worth_it"),
    [
        (1, True, False, True),
        (TRIES - 1, True, True, True),
        (TRIES, True, True, False),
        (UNREACHABLE_TRIES - 1, False, False, True),
        (UNREACHABLE_TRIES, False, False, False),
    ],
)
def test_wait__a_number_of_tries(tried: int, answered: bool, busy: bool, worth_it: bool) -> None:
    slept: list[float] = []
    assert Patience(sleep=slept.append).wait(tried, answered=answered, busy=busy) is worth_it
    assert bool(slept) is worth_it


def test_wait__grows_and_is_bounded() -> None:
    slept: list[float] = []
    patience = Patience(budget=10_000, sleep=slept.append)
    for _ in range(50):
        for tried in range(1, TRIES):
            assert patience.wait(tried, answered=True, busy=True)
    assert all(BUSY <= seconds <= LONGEST for seconds in slept)
    assert len(set(slept)) > 300  # spread by chance
    assert sum(slept[0 :: TRIES - 1]) < sum(slept[TRIES - 2 :: TRIES - 1])


def test_wait__everything_out_of_one_budget() -> None:
    slept: list[float] = []
    patience = Patience(budget=20, sleep=slept.append)
    while patience.wait(3, answered=True, busy=True):
        pass
    assert sum(slept) == patience.waited <= 20
    assert patience.wait(1, answered=True, busy=True) in (True, False)
    assert sum(slept) <= 20


def test_wait__as_long_as_was_asked_for_all_threads() -> None:
    slept: list[float] = []
    patience = Patience(sleep=slept.append)
    patience.keep_quiet()
    assert slept == []
    assert patience.wait(1, answered=True, busy=True, asked=40)
    patience.keep_quiet()  # another thread
    assert slept[0] == patience.waited == 40
    assert 39 < slept[1] <= 40
    assert patience.wait(1, answered=True, busy=True, asked=561) is False  # more than what is left
    assert len(slept) == 2
