"""The merger on a real bare registry: what it enters, what it says, and that nothing is done twice."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

import pytest

from osds.errors import OutsideError
from osds.registry.catalog import CATALOG_FILE
from osds.registry.forge import Verdict
from tests.edges.git_backend import git
from tests.registry.merging import Town
from tests.registry.racing import race


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """A registry in which nothing has to wait; carol keeps it."""
    town = Town(root=tmp_path)
    town.forge.keepers = {town.forge.person("carol").id}
    return town


@pytest.fixture
def patient(tmp_path: Path) -> Town:
    """A registry in which new owners wait for a day."""
    town = Town(root=tmp_path, policy=b"waiting-hours: 24\n")
    town.forge.keepers = {town.forge.person("carol").id}
    return town


def writes(town: Town) -> list[str]:
    """What a run writes on the forge."""
    before = len(town.forge.writes)
    town.merge()
    return town.forge.writes[before:]


def test_merge__enters_a_row_credits_its_author_and_closes(town: Town) -> None:
    number = town.ask_for("alice/budget")
    before = town.tip
    done = town.merge()
    assert (done.exit_code, done.moved, done.commit) == (0, True, town.tip)
    assert town.text().split("\n")[1] == "https://github.com/alice/budget,budget,alice,,1000,2,"
    assert town.events() == ["added alice/budget"]
    message = git(town.folder, "log", "-1", "--format=%an%n%B")
    assert message.startswith(f"osds\nAdd alice/budget\n\nhttps://github.com/alice/budget\n\nAsked for in #{number}\n")
    assert "Co-authored-by: alice <2+alice@users.noreply.github.com>" in message
    assert git(town.folder, "rev-parse", "HEAD^") == before
    assert town.forge.writes == [f"comment {number}", f"close {number}"]
    assert "The catalog has it now" in town.forge.said[number][0].body


def test_merge__a_second_run_writes_nothing(town: Town) -> None:
    town.ask_for("alice/budget")
    town.ask_for("bob/roads", by="mallory")
    town.merge()
    tip = town.tip
    town.later(hours=1)
    assert writes(town) == []
    assert town.tip == tip


def test_merge__a_dry_run_writes_nothing(town: Town) -> None:
    town.ask_for("alice/budget")
    tip = town.tip
    done = town.merge(dry_run=True)
    assert [handled.entered for handled in done.handled] == [True]
    assert (town.tip, town.forge.writes, done.moved) == (tip, [], False)


def test_merge__says_once_what_is_missing_and_takes_the_claim_when_it_comes(town: Town) -> None:
    number = town.ask_for("bob/roads", by="mallory")
    tip = town.tip
    assert writes(town) == [f"comment {number}"]
    assert town.tip == tip
    body = town.forge.said[number][0].body
    assert "[no-consent]" in body
    assert "`registry: os-team/registry`" in body
    folder = town.forge.root / "datasets/bob/roads.git"
    blob = git(folder, "hash-object", "-w", "--path", "osds.yml", str(_file(town, "registry: OS-Team/Registry\n")))
    tree = git(folder, "ls-tree", "main") + f"\n100644 blob {blob}\tosds.yml\n"
    made = _mktree(folder, tree)
    git(folder, "update-ref", "refs/heads/main", git(folder, "commit-tree", made, "-m", "x"))
    assert writes(town) == [f"edit_comment {number}", f"close {number}"]
    assert town.ids() == ["bob/roads"]


def _file(town: Town, text: str) -> Path:
    path = town.root / "claim"
    path.write_text(text)
    return path


def _mktree(folder: Path, listing: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), "mktree"], input=listing, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_merge__requests_that_conflict_as_text_are_both_entered(town: Town) -> None:
    for name in ("zed/a", "alice/b", "bob/c"):
        town.ask_for(name)
    base = town.tip
    assert len({git(town.folder, "rev-parse", f"refs/pull/{n}/head^") for n in (1, 2, 3)}) == 1
    town.merge()
    assert town.ids() == ["alice/b", "bob/c", "zed/a"]
    assert git(town.folder, "rev-list", "--count", f"{base}..main") == "3"
    assert town.events() == ["added zed/a", "added alice/b", "added bob/c"]


def test_merge__an_old_request_undoes_nothing_that_came_since(town: Town) -> None:
    town.ask_for("alice/budget")
    town.merge()
    old = town.tip
    town.ask_for("bob/roads")
    town.merge()
    town.forge.add_dataset("alice/schools")
    town.forge.ask("alice", town.with_row(town.row("alice/schools"), parent=old))
    town.merge()
    assert town.ids() == ["alice/budget", "alice/schools", "bob/roads"]


def test_merge__two_requests_for_one_dataset_are_one_row(town: Town) -> None:
    first = town.ask_for("alice/budget")
    second = town.forge.ask("alice", town.forge.requests[first].head)
    town.merge()
    town.later(hours=1)
    town.merge()
    assert town.ids() == ["alice/budget"]
    assert town.events() == ["added alice/budget"]
    assert not town.forge.is_open[first]
    assert not town.forge.is_open[second]


def test_merge__new_owners_wait_and_need_three_writes_in_all(patient: Town) -> None:
    number = patient.ask_for("alice/budget")
    assert patient.outcome(number) == "wait waiting"
    assert writes(patient) == [f"comment {number}"]
    assert "after 1 February 2026, 12:00 UTC" in patient.forge.said[number][0].body
    patient.later(hours=23, minutes=59)
    assert writes(patient) == []
    patient.later(minutes=1)
    assert writes(patient) == [f"edit_comment {number}", f"close {number}"]
    second = patient.ask_for("alice/roads")
    assert patient.outcome(second) == "allow"


def test_merge__the_clock_begins_again_when_something_else_is_asked(patient: Town) -> None:
    number = patient.ask_for("alice/budget")
    patient.merge()
    patient.later(hours=23)
    patient.forge.add_dataset("alice/other")
    patient.forge.push(number, patient.with_row(patient.row("alice/other")))
    patient.merge()
    patient.later(hours=2)
    assert patient.outcome(number) == "wait waiting"
    patient.later(hours=22)
    assert patient.outcome(number) == "allow"


def test_merge__the_same_rows_pushed_again_keep_their_place(patient: Town) -> None:
    number = patient.ask_for("alice/budget")
    patient.merge()
    patient.later(hours=23)
    patient.forge.push(number, patient.commit({CATALOG_FILE: patient.text(commit=f"refs/pull/{number}/head").encode()}))
    patient.later(hours=1)
    assert patient.outcome(number) == "allow"


def test_merge__a_comment_of_somebody_else_cannot_turn_the_clock(patient: Town) -> None:
    number = patient.ask_for("alice/budget")
    patient.merge()
    body = patient.forge.said.pop(number)[0].body  # it is no comment of ours any more
    assert "since=2026-01-31T12:00:00Z" in body
    patient.later(hours=25)
    assert patient.outcome(number) == "wait waiting"


def test_merge__a_head_that_moves_meanwhile_is_left_for_the_next_run(town: Town) -> None:
    number = town.ask_for("alice/budget")
    git(town.folder, "update-ref", f"refs/pull/{number}/head", town.with_row(town.row("mallory/x")))
    assert town.outcome(number) == "wait moved"
    assert writes(town) == []
    git(town.folder, "update-ref", "-d", f"refs/pull/{number}/head")
    assert town.outcome(number) == "wait moved"


def test_merge__keepers_stop_a_request_and_nobody_else_does(town: Town) -> None:
    number = town.ask_for("alice/budget")
    town.forge.label(number, "mallory", "veto")
    town.forge.review(number, "mallory", Verdict.CHANGES_REQUESTED)
    assert town.outcome(number) == "allow"
    town.forge.review(number, "carol", Verdict.CHANGES_REQUESTED)
    assert town.outcome(number) == "human objection"
    town.forge.label(number, "carol", "veto")
    assert town.outcome(number) == "human veto objection"
    assert writes(town) == [f"comment {number}"]
    town.forge.labels.clear()
    town.forge.reviews.clear()
    town.merge()
    assert town.ids() == ["alice/budget"]


def test_merge__a_removal_needs_a_keeper_who_saw_this_very_commit(town: Town) -> None:
    town.ask_for("alice/budget")
    town.merge()
    line = town.text().split("\n")[1] + "\n"
    number = town.forge.ask("alice", town.replacing(line, ""))
    assert town.outcome(number) == "human removal shrinks"
    town.forge.review(number, "alice", Verdict.APPROVED)
    town.forge.review(number, "carol", Verdict.APPROVED, commit="0" * 40)
    assert town.outcome(number) == "human removal shrinks"
    town.forge.review(number, "carol", Verdict.APPROVED)
    town.merge()
    assert town.ids() == []
    assert town.events() == ["added alice/budget", "removed alice/budget"]
    again = town.ask_for_again("alice/budget")
    assert town.outcome(again) == "refuse name-retired"


def test_merge__a_label_agrees_to_what_stood_there_when_it_was_put_on(town: Town) -> None:
    town.ask_for("alice/budget")
    town.merge()
    line = town.text().split("\n")[1] + "\n"
    number = town.forge.ask("alice", town.replacing(line, ""))
    town.forge.label(number, "carol", "accept")
    assert town.outcome(number) == "human removal shrinks"
    town.merge()
    town.later(minutes=5)
    town.forge.label(number, "mallory", "accept")
    assert town.outcome(number) == "human removal shrinks"
    town.forge.label(number, "carol", "accept")
    assert town.outcome(number) == "allow"


def test_merge__a_draft_is_left_alone(town: Town) -> None:
    town.forge.add_dataset("alice/budget")
    number = town.forge.ask("alice", town.with_row(town.row("alice/budget")), draft=True)
    assert town.outcome(number) == "wait draft"


@pytest.mark.parametrize("by_policy", [True, False])
def test_merge__a_frozen_registry_is_not_touched(tmp_path: Path, by_policy: bool) -> None:
    town = Town(root=tmp_path, policy=b"freeze: true\n" if by_policy else b"waiting-hours: 0\n")
    town.ask_for("alice/budget")
    tip = town.tip
    done = town.merge(frozen=not by_policy)
    assert (done.frozen, done.exit_code, town.tip, town.forge.writes) == (True, 0, tip, [])


def test_merge__one_failing_request_does_not_stop_the_others(town: Town) -> None:
    numbers = [town.ask_for(name) for name in ("alice/a", "bob/b", "dora/c")]

    def fail(call: str, number: int) -> None:
        if call == "conversation" and number == numbers[0]:
            raise OutsideError("GitHub did not answer")
        if call == "conversation" and number == numbers[1]:
            raise RuntimeError("a bug")

    town.forge.before = fail
    done = town.merge()
    assert done.exit_code == 5
    assert [bool(handled.problem) for handled in done.handled] == [True, True, False]
    assert town.ids() == ["dora/c"]
    town.forge.before = lambda _call, _number: None
    assert town.merge().exit_code == 0
    assert town.ids() == ["alice/a", "bob/b", "dora/c"]


def test_merge__a_failure_to_speak_is_made_up_for(town: Town) -> None:
    number = town.ask_for("alice/budget")

    def fail(call: str, _: int) -> None:
        if call == "close":
            raise OutsideError("GitHub did not answer")

    town.forge.before = fail
    assert town.merge().exit_code == 4
    assert town.forge.is_open[number]
    town.forge.before = lambda _call, _number: None
    town.later(minutes=15)
    assert town.merge().exit_code == 0
    assert not town.forge.is_open[number]
    assert town.events() == ["added alice/budget"]
    assert len(town.forge.said[number]) == 1


class KilledError(BaseException):
    """As if the process had ended."""


@pytest.mark.parametrize("at", range(14))
def test_merge__killed_anywhere_the_next_run_completes(town: Town, at: int) -> None:
    numbers = [town.ask_for("alice/a"), town.ask_for("bob/b", by="mallory"), town.ask_for("dora/c")]
    calls = 0

    def kill(_call: str, _number: int) -> None:
        nonlocal calls
        calls += 1
        if calls > at:
            raise KilledError

    town.forge.before = kill
    with contextlib.suppress(KilledError):
        town.merge()
    town.forge.before = lambda _call, _number: None
    town.later(minutes=15)
    town.merge()
    town.later(minutes=15)
    assert writes(town) == []
    assert town.ids() == ["alice/a", "dora/c"]
    assert sorted(town.events()) == ["added alice/a", "added dora/c"]
    assert [town.forge.is_open[n] for n in numbers] == [False, True, False]
    assert [len(town.forge.said[n]) for n in numbers] == [1, 1, 1]
    assert all(sum(w.endswith(f" {n}") for w in town.forge.writes) <= 3 for n in numbers)


def test_merge__one_author_cannot_fill_a_run(tmp_path: Path) -> None:
    town = Town(root=tmp_path, policy=b"waiting-hours: 0\nmax-requests: 2\n")
    for number in range(6):
        town.forge.ask("mallory", town.with_row(town.row(f"bob/x{number}")))
    town.ask_for("alice/budget")
    done = town.merge()
    assert (len(done.handled), done.left) == (3, 4)
    assert town.ids() == ["alice/budget"]
    assert len(town.forge.writes) <= 3 + 2


def test_merge__a_run_that_has_too_much_to_do_begins_elsewhere_each_time(town: Town) -> None:
    for number in range(5):
        town.forge.ask(f"mallory{number}", town.with_row(town.row(f"bob/x{number}")))
    town.ask_for("alice/budget")
    seen = set()
    for _ in range(3):
        seen |= {handled.request.number for handled in town.merge(limit=2).handled}
        town.later(minutes=15)
    assert seen == {1, 2, 3, 4, 5, 6}
    assert town.ids() == ["alice/budget"]


def test_merge__many_registrations_and_mergers_at_once(tmp_path: Path) -> None:
    """Two hundred of them are `scripts/bench registry --race 200`."""
    done = race(Town(root=tmp_path), registrations=16, mergers=3, seed=7)
    assert (done.rows, done.lost, done.duplicates, done.comments) == (16, 0, 0, 1)
    assert done.writes <= 3
