"""The decision in words and values: each rule once, by hand. The oracle goes through their combinations."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from osds.registry import reasons
from osds.registry.changes import EventType
from osds.registry.dataset_facts import DatasetFacts, Sight
from osds.registry.forge import Person
from osds.registry.planning import Kind
from osds.registry.policy import Policy
from osds.registry.reasons import GROUPS, Outcome, gravest
from osds.registry.voices import Voices
from tests.registry.desk import (
    BASE,
    BOB,
    BUDGET,
    CAROL,
    CORE,
    HEADER,
    KNOWN,
    MALLORY,
    NOW,
    OPEN,
    ROADS,
    ask,
    fact,
    said,
)

SCHOOLS = "https://github.com/alice/schools,schools,alice,,,,,\n"
SPENDING = "https://github.com/city/spending,spending,city,,,,,\n"
CITY = Person(id=70, login="city")


def test_add__writes_the_forges_numbers_in_order() -> None:
    decision = ask(BASE + SCHOOLS)
    assert decision.catalog is not None
    assert decision.catalog.render() == HEADER + BUDGET + SCHOOLS.replace(",,,,,", ",,44,1,,") + ROADS + CORE
    [change] = decision.changes
    assert (change.kind, change.dataset, change.detail) == (Kind.ADD, "alice/schools", "")
    event = change.event(time="2026-01-31T12:00:00Z", actor="alice")
    assert (event.event, event.owner, event.name, event.actor) == (EventType.ADDED, "alice", "schools", "alice")
    assert [reason.kind.code for reason in decision.reasons] == ["owner-asks"]
    assert decision.reasons[0].dataset == "alice/schools"


def test_add__in_a_catalog_of_four_columns() -> None:
    base = "url,name,owner,core\n"
    decision = ask(base + "https://github.com/alice/schools,schools,alice,\n", base=base)
    assert decision.catalog is not None
    assert decision.catalog.render().endswith("\nhttps://github.com/alice/schools,schools,alice,\n")


def test_update__by_its_owner_to_another_repository() -> None:
    decision = ask(
        BASE.replace("alice/budget,", "alice/schools,"), facts=KNOWN | fact("alice/schools", "budget", number=44)
    )
    assert said(decision) == "allow"
    assert decision.changes[0].detail == (
        "url: https://github.com/alice/budget -> https://github.com/alice/schools; repository_id: 11 -> 44"
    )
    assert decision.changes[0].event(time="2026-01-31T12:00:00Z", actor="").event is EventType.UPDATED


def test_update__a_writer_of_the_new_repository_needs_more() -> None:
    facts = KNOWN | fact("alice/schools", "budget", number=44, author_may_write=True)
    assert said(ask(BASE.replace("alice/budget,", "alice/schools,"), BOB, facts=facts)) == "human other-repository"
    facts = KNOWN | fact("alice/schools", "budget", number=11, author_may_write=True)
    assert said(ask(BASE.replace("alice/budget,", "alice/schools,"), BOB, facts=facts)) == "allow"


def test_update__of_a_free_column_is_for_the_owners_side() -> None:
    head = BASE.replace(BUDGET, BUDGET[:-1] + "Our budget\n")
    assert said(ask(head)) == "allow"
    facts = KNOWN | fact("alice/budget", number=11, claims="os-team/registry")
    assert said(ask(head, MALLORY, facts=facts)) == "refuse values-of-others"
    assert said(ask(head, MALLORY)) == "refuse not-your-row"


def test_rename__of_the_dataset_in_place() -> None:
    facts = KNOWN | fact("alice/budget", "spending", number=11)
    decision = ask(BASE.replace("alice/budget,budget", "alice/budget,spending"), facts=facts)
    assert said(decision) == "allow"
    assert decision.changes[0].kind is Kind.RENAME
    assert decision.changes[0].detail == "was alice/budget"
    assert decision.catalog is not None
    assert [row.key for row in decision.catalog.rows] == [
        ("alice", "spending"),
        ("bob", "roads"),
        ("os-data", "boost-armenia"),
    ]


def test_add__of_what_is_there_by_now_changes_only_what_it_fills() -> None:
    base, tip = HEADER + ROADS, HEADER + BUDGET[:-1] + "Our budget\n" + ROADS
    empty = ask(base + BUDGET.replace(",11,1,", ",,,"), base=base, tip=tip)
    assert [reason.kind.code for reason in empty.reasons] == ["already-in"]
    filled = ask(base + BUDGET.replace(",11,1,,", ",,,,New"), base=base, tip=tip)
    assert (said(filled), filled.changes[0].detail) == ("allow", "title: Our budget -> New")


@pytest.mark.parametrize(("address", "numbers"), [("alice/budget", "11,1"), ("alice/spending", ",")])
def test_rename__where_no_forge_is_asked_the_numbers_stay_with_the_address(address: str, numbers: str) -> None:
    facts = {
        f"https://github.com/{address}": DatasetFacts(sight=Sight.SEEN, name="spending", claims="OS-team/registry"),
        "https://github.com/alice/budget": DatasetFacts(sight=Sight.SEEN, name="spending", claims="os-team/registry"),
    }
    head = BASE.replace("alice/budget,budget", f"{address},budget")
    if address == "alice/budget":
        head = BASE.replace("alice/budget,budget", "alice/budget,spending")
    decision = ask(head, MALLORY, facts=facts)
    [change] = decision.changes
    assert change.row is not None
    assert f"{change.row.extra['repository_id']},{change.row.extra['owner_id']}" == numbers


def test_transfer__of_a_repository_whose_old_address_leads_to_the_new_one() -> None:
    base = BASE.replace(",11,1,", ",,,")
    moved = fact("city/budget", number=11)["https://github.com/city/budget"]
    facts = KNOWN | {"https://github.com/alice/budget": moved, "https://github.com/city/budget": moved}
    head = base.replace("alice/budget,budget,alice", "city/budget,budget,city")
    assert said(ask(head, CITY, base=base, facts=facts)) == "allow"
    assert ask(head, CITY, base=base, facts=facts).changes[0].kind is Kind.TRANSFER
    assert said(ask(head, CITY, base=base, facts=facts, policy=Policy(waiting_hours=24))) == "wait waiting"


def test_transfer__of_a_folder_is_for_a_keeper() -> None:
    base = HEADER + "/srv/budget,budget,alice,,,,,\n"
    facts = {"/srv/budget": DatasetFacts(sight=Sight.SEEN, name="budget", claims="os-team/registry")}
    decision = ask(base.replace("alice", "city"), CITY, base=base, facts=facts)
    assert said(decision) == "human transfer-unproven"


def test_remove__leaves_the_rest_and_tells() -> None:
    decision = ask(HEADER + ROADS + CORE, MALLORY, voices=Voices(agreed=(CAROL,)), policy=replace(OPEN, shrink_floor=0))
    assert said(decision) == "allow"
    assert decision.catalog is not None
    assert decision.catalog.render() == HEADER + ROADS + CORE
    assert decision.changes[0].event(time="2026-01-31T12:00:00Z", actor="").event is EventType.REMOVED
    assert [reason.detail for reason in decision.reasons if reason.kind is reasons.KEEPER_AGREES] == ["carol"]


def test_core__is_for_the_core_reviewers() -> None:
    policy = replace(OPEN, core_reviewers=("carol",))
    head = BASE.replace("os-data,core,33,3,,", "os-data,core,33,3,,New")
    assert said(ask(head, CAROL, policy=policy)) == "human core-review"
    assert said(ask(head, CAROL, policy=replace(policy, core_reviewers=("3",)))) == "allow"
    assert said(ask(head, CAROL, policy=policy, voices=Voices(agreed=(BOB,)))) == "human core-review"
    assert said(ask(head, CAROL, policy=policy, voices=Voices(agreed=(BOB, CAROL)))) == "allow"
    assert said(ask(head, CAROL)) == "allow"
    assert said(ask(BASE.replace("os-data,core", "os-data,"), CAROL)) == "refuse core-derived"
    assert said(ask(BASE.replace("budget,alice,", "budget,alice,core"))) == "refuse core-derived"
    empty = BASE.replace("os-data,core", "os-data,")
    decision = ask(empty.replace("os-data,", "os-data,core"), CAROL, base=empty)
    assert (said(decision), decision.changes[0].kind) == ("allow", Kind.CORE)


@pytest.mark.parametrize(
    ("policy", "asked", "hours"),
    [
        (Policy(waiting_hours=24), SPENDING, 24),
        (Policy(waiting_hours=24, update_waiting_hours=5), SCHOOLS, 5),
        (Policy(waiting_hours=24, update_waiting_hours=5), SCHOOLS + SPENDING, 24),
        (Policy(waiting_hours=1, update_waiting_hours=0), SPENDING, 1),
    ],
)
def test_waiting__to_the_second(policy: Policy, asked: str, hours: int) -> None:
    facts = KNOWN | fact("city/spending", number=55, author_may_write=True)
    facts = {url: replace(found, author_may_write=True) for url, found in facts.items()}
    until = NOW + timedelta(hours=hours)
    early = ask(BASE + asked, MALLORY, policy=policy, facts=facts, now=until - timedelta(seconds=1))
    assert (said(early), early.until) == ("wait waiting", until)
    late = ask(BASE + asked, MALLORY, policy=policy, facts=facts, now=until)
    assert (said(late), late.until) == ("allow", None)


def test_until__is_only_told_when_time_alone_is_missing() -> None:
    policy = Policy(waiting_hours=24)
    facts = KNOWN | fact("city/spending", number=55)
    assert ask(BASE + SPENDING, CITY, policy=policy, facts=facts, draft=True).until is not None
    assert ask(BASE + SPENDING, MALLORY, policy=policy, facts=facts).until is None
    assert ask(BASE + SCHOOLS, draft=True).until is None


def test_spelling__of_the_forge_cannot_take_the_place_of_a_row() -> None:
    facts = KNOWN | fact("alice/other", "schools", number=45)
    head = BASE + "https://github.com/alice/other,schools,Alice,,,,,\n"
    decision = ask(head, tip=HEADER + BUDGET + SCHOOLS + ROADS + CORE, facts=facts)
    assert said(decision) == "refuse too-alike"
    assert decision.changes[0].dataset == "alice/schools"


def test_whole__what_holds_for_all_of_a_request() -> None:
    head = BASE + SCHOOLS
    assert said(ask(head, frozen=True)) == "wait frozen"
    assert said(ask(head, policy=replace(OPEN, freeze=True))) == "wait frozen"
    assert said(ask(head, draft=True)) == "wait draft"
    vetoed = ask(head, voices=Voices(vetoed=("carol", "dora"), agreed=(CAROL,)))
    assert said(vetoed) == "human veto"
    assert vetoed.reasons[0].detail == "carol, dora"
    objected = ask(head, voices=Voices(objected=(CAROL, BOB)))
    assert (said(objected), objected.reasons[0].detail) == ("human objection", "carol, bob")
    both = BASE + SCHOOLS + SPENDING
    facts = KNOWN | fact("city/spending", number=55)
    facts = {url: replace(found, author_may_write=True) for url, found in facts.items()}
    many = ask(both, facts=facts, policy=replace(OPEN, max_rows=1))
    assert (said(many), many.reasons[0].detail) == ("human many-rows", "2 rows, more than 1")
    assert said(ask(both, facts=facts, policy=replace(OPEN, max_rows=2))) == "allow"


@pytest.mark.parametrize(
    ("floor", "rows", "codes"), [(66, None, ""), (67, None, "shrinks"), (80, 2, ""), (80, 3, "shrinks")]
)
def test_shrinking__below_the_floor_needs_a_keeper(floor: int, rows: int | None, codes: str) -> None:
    decision = ask(HEADER + ROADS + CORE, policy=replace(OPEN, shrink_floor=floor), rows_before=rows)
    assert said(decision) == f"human removal {codes}".strip()
    if codes:
        assert decision.reasons[1].detail == f"2 of {rows or 3} rows would be left"


def test_replaced__is_put_into_quarantine_once() -> None:
    thief = Person(id=71, login="alice")
    head = BASE.replace("github.com/alice/budget", "github.com/Alice/budget")
    stolen = fact("alice/budget", number=12)["https://github.com/alice/budget"]
    assert stolen.repository is not None
    stolen = replace(stolen, repository=replace(stolen.repository, owner=thief))
    decision = ask(head, thief, facts={"https://github.com/alice/budget": stolen})
    assert said(decision) == "human replaced"
    [entry] = decision.quarantine
    assert (entry.extra["status"], entry.extra["repository_id"]) == ("quarantine", "11")
    base = BASE.replace(",11,1,,", ",11,1,quarantine,")
    head, facts = head.replace(",11,1,,", ",11,1,quarantine,"), {"https://github.com/alice/budget": stolen}
    again = ask(head, thief, base=base, facts=facts)
    assert (said(again), again.quarantine) == ("human in-quarantine replaced", ())
    agreed = ask(head, thief, base=base, facts=facts, voices=Voices(agreed=(CAROL,)))
    assert agreed.catalog is not None
    assert agreed.catalog.line(entry.id).endswith("budget,alice,,12,71,,")


def test_reasons__the_gravest_comes_first_and_all_are_told() -> None:
    facts = KNOWN | fact("city/spending", "other", number=55)
    decision = ask(BASE + SPENDING, MALLORY, policy=Policy(), facts=facts, voices=Voices(vetoed=("carol",)))
    assert said(decision) == "refuse name-differs no-consent veto waiting"
    weights = [reason.kind.outcome.weight for reason in decision.reasons]
    assert weights == sorted(weights, reverse=True)


def test_reasons__have_all_words_and_one_place() -> None:
    kinds = [kind for _, group in GROUPS for kind in group]
    named = [value for value in vars(reasons).values() if isinstance(value, reasons.ReasonKind)]
    assert sorted(kind.code for kind in kinds) == sorted(kind.code for kind in named)
    assert len({kind.code for kind in kinds}) == len(kinds)
    for kind in kinds:
        assert kind.title, kind.code
        assert kind.advice, kind.code
        assert not kind.title.endswith("."), kind.code
        assert not kind.advice.endswith("."), kind.code
        assert not kind.lifted or kind.outcome in {Outcome.HUMAN, Outcome.WAIT}, kind.code


def test_gravest__of_nothing_is_nothing() -> None:
    assert gravest(()) is Outcome.ALLOW
    assert gravest([reasons.WAITING.about(), reasons.VETO.about(), reasons.OWNER_ASKS.about()]) is Outcome.HUMAN
