"""What a budget officer reads for every kind of event."""

from __future__ import annotations

import re

import pytest

from osds.news.words import detail, story, title
from osds.registry.changes import EventType
from osds.registry.status import Trouble
from tests.news.cases import event, log

TITLES = [
    (EventType.ADDED, "", "town/budget was added to the registry"),
    (EventType.UPDATED, "url: https://a.b/c/d -> https://a.b/c/e", "The entry of town/budget was changed"),
    (EventType.REMOVED, "", "town/budget was removed from the registry"),
    (EventType.RENAMED, "was town/money", "town/money is called town/budget now"),
    (EventType.RENAMED, "was ../x", "A dataset is called town/budget now"),
    (
        EventType.TRANSFERRED,
        "was city/budget; core: (empty) -> core",
        "city/budget has a new owner and is called town/budget now",
    ),
    (EventType.CORE, "core: (empty) -> core", "town/budget is a core dataset now"),
    (EventType.CORE, "core: core -> (empty)", "town/budget is no core dataset any more"),
    (EventType.CORE, "", "town/budget has changed between core and user datasets"),
    (EventType.QUARANTINED, "", "town/budget is in quarantine until a keeper of the registry has looked at it"),
    (EventType.PUBLISHED, "version 3", "town/budget: version 3 was published"),
    (EventType.PUBLISHED, "", "town/budget: a new version was published"),
    (EventType.TROUBLE, "invalid: 3 errors", "town/budget: its data has errors"),
    (EventType.TROUBLE, "a word of tomorrow", "town/budget: something is wrong"),
    (EventType.RECOVERED, "silent: no run since May", "town/budget: its updates come again"),
    (EventType.RECOVERED, "", "town/budget: all is well again"),
]


@pytest.mark.parametrize(("kind", "more", "said"), TITLES)
def test_title__of_every_kind(kind: EventType, more: str, said: str) -> None:
    assert title(event(kind, detail=more)) == said


def test_title__no_kind_is_left_out() -> None:
    assert {kind for kind, _, _ in TITLES} == set(EventType)


@pytest.mark.parametrize("trouble", Trouble)
def test_title__every_trouble_has_its_words_and_so_has_its_end(trouble: Trouble) -> None:
    begins, ends = (title(event(kind, detail=f"{trouble}: x")) for kind in (EventType.TROUBLE, EventType.RECOVERED))
    assert begins != ends
    assert "something is wrong" not in begins
    assert "all is well" not in ends
    assert not any(word in begins + ends for word in (trouble.value, "cron", "404")) or trouble.value in {
        "moved",
        "held",
    }


@pytest.mark.parametrize(
    ("kind", "given", "left"),
    [
        (EventType.TROUBLE, "invalid: 3 errors: in a.csv", "3 errors: in a.csv"),
        (EventType.TROUBLE, "invalid", ""),
        (EventType.PUBLISHED, "version 3", ""),
        (EventType.PUBLISHED, "version 3; 12 more rows", "12 more rows"),
        (EventType.PUBLISHED, "12 more rows", "12 more rows"),
        (EventType.RENAMED, "was a/b; core: (empty) -> core", "core: (empty) -> core"),
        (EventType.CORE, "core: (empty) -> core", ""),
        (EventType.UPDATED, "x: 1 -> 2", "x: 1 -> 2"),
        (EventType.UPDATED, "y" * 1000, "y" * 300 + "…"),
    ],
)
def test_detail__repeats_nothing_of_the_title(kind: EventType, given: str, left: str) -> None:
    assert detail(event(kind, detail=given)) == left


def test_story__says_what_where_and_who() -> None:
    (recorded,) = log(event(EventType.TROUBLE, detail="invalid: 3 errors", actor="osds"))
    assert story(recorded.event, title(recorded.event)).split("\n") == [
        "town/budget: its data has errors: 3 errors.",
        "Repository: https://github.com/town/budget",
        "By: osds",
    ]


def test_story__is_harmless() -> None:
    (recorded,) = log(event(detail="::error::x ##[group]y \u200b<script>", actor="::set-output name=a::b"))
    assert not re.search("::|##\\[|\u200b", story(recorded.event, title(recorded.event)))
