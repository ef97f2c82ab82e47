"""A desk for the decision: a catalog, a request, and what comes out, as tables of values need them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from osds.registry.asking import read_ask
from osds.registry.catalog import parse_catalog
from osds.registry.dataset_facts import DatasetFacts, Sight
from osds.registry.decision import Case, Decision, decide
from osds.registry.forge import DatasetRepository, Person
from osds.registry.policy import Policy
from osds.registry.rules import Ground
from osds.registry.urls import comparable_url

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
ALICE, BOB, CAROL = (Person(id=number, login=login) for number, login in ((1, "alice"), (2, "bob"), (3, "carol")))
MALLORY = Person(id=9, login="mallory")
HEADER = "url,name,owner,core,repository_id,owner_id,status,title\n"
BUDGET = "https://github.com/alice/budget,budget,alice,,11,1,,\n"
ROADS = "https://github.com/bob/roads,roads,bob,,22,2,,\n"
CORE = "https://github.com/os-data/boost-armenia,boost-armenia,os-data,core,33,3,,\n"
BASE = HEADER + BUDGET + ROADS + CORE
OPEN = Policy(waiting_hours=0)


def repository(full_name: str, *, number: int, owner: Person | None = None) -> DatasetRepository:
    login = full_name.partition("/")[0]
    people = {"alice": ALICE, "bob": BOB, "os-data": CAROL, "mallory": MALLORY}
    url = f"https://github.com/{full_name}"
    return DatasetRepository(
        id=number,
        url=url,
        clone_url=url,
        full_name=full_name,
        owner=owner or replace(people.get(login, Person(id=70, login=login)), login=login),
        public=True,
    )


def fact(full_name: str, name: str | None = "", *, number: int = 100, **further: Any) -> dict[str, DatasetFacts]:
    """What is known of one repository: by default its descriptor has the repository's name."""
    facts = DatasetFacts(
        sight=Sight.SEEN,
        name=full_name.partition("/")[2] if name == "" else name,
        repository=repository(full_name, number=number),
    )
    return {comparable_url(f"https://github.com/{full_name}"): replace(facts, **further)}


KNOWN = {
    **fact("alice/budget", number=11),
    **fact("bob/roads", number=22),
    **fact("os-data/boost-armenia", number=33),
    **fact("alice/schools", number=44),
}


def ask(
    head: str | bytes, author: Person | None = ALICE, *, base: str = BASE, tip: str | None = None, **case: Any
) -> Decision:
    """The decision on a request that turns `base` into `head`, on the catalog `tip` (default: `base`)."""
    asked = read_ask(parse_catalog(base), head if isinstance(head, bytes) else head.encode())
    ground = Ground(
        tip=parse_catalog(base if tip is None else tip),
        policy=case.pop("policy", OPEN),
        author=author,
        registry=("os-team/registry",),
        server_url="https://github.com",
        retired=case.pop("retired", frozenset()),
    )
    values: dict[str, Any] = {"now": NOW, "since": NOW, "facts": KNOWN} | case
    return decide(Case(ground=ground, changes=asked.changes, form=asked.reasons, **values))


def said(decision: Decision) -> str:
    """The outcome and the codes of what stands in the way."""
    codes = [reason.kind.code for reason in decision.reasons if reason.kind.outcome != "allow"]
    return " ".join([str(decision.outcome), *codes])
