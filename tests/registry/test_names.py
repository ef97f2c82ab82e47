"""Which names are taken for which, and which are nobody's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.registry.names import find_close, is_reserved, seen_as


@pytest.mark.parametrize(
    ("one", "other", "same", "near"),
    [
        ("budget", "budget", True, True),
        ("budget", "Bud-get", True, True),
        ("budget", "b.u_d-get", True, True),
        ("b0ok", "book", True, True),
        ("al1ce", "alice", True, True),
        ("5chools", "schools", True, True),
        ("6udget", "budget", True, True),
        ("modem", "modern", True, True),
        ("vvater", "water", True, True),
        ("iii1", "llll", True, True),
        ("budget", "budgets", False, True),
        ("budget", "udget", False, True),
        ("budget", "bugdet", False, True),
        ("budget", "budgat", False, True),
        ("budget", "xbudget", False, True),
        ("budget", "budgetxx", False, False),
        ("budget", "bdugte", False, False),
        ("budget", "bidgat", False, False),
        ("budget", "schools", False, False),
        ("abc", "abd", False, False),
        ("abcd", "abc", False, False),
        ("abcd", "abce", False, True),
        ("abcde", "abced", False, True),
        ("", "a", False, False),
    ],
)
def test_find_close__table(one: str, other: str, same: bool, near: bool) -> None:
    for a, b in ((one, other), (other, one)):
        assert (find_close(a, ["something else", b], 0) == b) is same
        assert (find_close(a, ["something else", b], 1) == b) is near


def test_find_close__gives_the_first() -> None:
    assert find_close("budget", ["x", "budgets", "budget"], 1) == "budgets"
    assert find_close("budget", [], 1) is None


words = st.text("abco01rnvwi-", max_size=8)


@given(words, words)
def test_find_close__is_symmetric(one: str, other: str) -> None:
    assert (find_close(one, [other], 1) is None) == (find_close(other, [one], 1) is None)


@given(words)
def test_seen_as__the_same_again(word: str) -> None:
    assert find_close(word, [word.upper()], 0) is not None
    assert "-" not in seen_as(word)


@pytest.mark.parametrize("name", ["api", "a-p-i", "latest", "con", "core", "index", "ours", "our-s"])
def test_is_reserved(name: str) -> None:
    assert is_reserved(name, ("Ours",))


@pytest.mark.parametrize("name", ["budget", "apis", "latest-budget", "our"])
def test_is_reserved__others_are_free(name: str) -> None:
    assert not is_reserved(name, ("Ours",))
