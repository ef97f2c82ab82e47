"""Whose word counts on a request, and for what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from osds.registry.forge import Comment, Conversation, Label, Person, Request, RequestKind, Review, Verdict
from osds.registry.policy import Policy
from osds.registry.voices import Voices, hear, is_core_reviewer, speakers

SINCE = datetime(2026, 1, 31, 12, tzinfo=UTC)
KEEPER, MALLORY = Person(id=1, login="carol"), Person(id=2, login="mallory")
HEAD = "a" * 40


def heard(*, reviews: tuple[Review, ...] = (), labels: tuple[Label, ...] = (), head: str = HEAD) -> Voices:
    request = Request(
        number=1, kind=RequestKind.PULL_REQUEST, author=MALLORY, url="", created=SINCE, head=head, base="main"
    )
    talk = Conversation(reviews=reviews, labels=labels, comments=(Comment(id=1, body="veto! accept! no!"),))
    return hear(talk, request, rights={KEEPER.id: True, MALLORY.id: False}, policy=Policy(), since=SINCE)


def review(who: Person, verdict: Verdict, commit: str = HEAD) -> Review:
    return Review(author=who, verdict=verdict, commit=commit)


def label(name: str, who: Person | None = KEEPER, *, after: float = 1) -> Label:
    return Label(name=name, by=who, time=SINCE + timedelta(seconds=after))


@pytest.mark.parametrize(
    ("reviews", "voices"),
    [
        ((), Voices()),
        ((review(KEEPER, Verdict.APPROVED),), Voices(agreed=(KEEPER,))),
        ((review(KEEPER, Verdict.APPROVED, "b" * 40),), Voices()),
        ((review(MALLORY, Verdict.APPROVED),), Voices()),
        ((review(KEEPER, Verdict.CHANGES_REQUESTED),), Voices(objected=(KEEPER,))),
        ((review(KEEPER, Verdict.CHANGES_REQUESTED, "b" * 40),), Voices(objected=(KEEPER,))),
        ((review(MALLORY, Verdict.CHANGES_REQUESTED),), Voices()),
    ],
)
def test_hear__reviews(reviews: tuple[Review, ...], voices: Voices) -> None:
    assert heard(reviews=reviews) == voices


def test_hear__an_issue_has_no_commit_to_approve() -> None:
    assert heard(reviews=(review(KEEPER, Verdict.APPROVED, ""),), head="") == Voices()


@pytest.mark.parametrize(
    ("found", "voices"),
    [
        (label("accept"), Voices(agreed=(KEEPER,))),
        (label("accept", after=0), Voices()),
        (label("accept", after=-1), Voices()),
        (label("accept", MALLORY), Voices()),
        (label("accept", None), Voices()),
        (label("Accept"), Voices()),
        (label("veto"), Voices(vetoed=("carol",))),
        (label("veto", after=-99), Voices(vetoed=("carol",))),
        (label("veto", MALLORY), Voices()),
        (label("veto", None), Voices(vetoed=("a keeper who is gone",))),
        (label("register"), Voices()),
    ],
)
def test_hear__labels(found: Label, voices: Voices) -> None:
    assert heard(labels=(label("bug", MALLORY), found)) == voices


def test_hear__where_the_forge_does_not_tell_a_voice_can_only_stop() -> None:
    unknown = Person(id=3, login="dora")
    reviews = (review(unknown, Verdict.CHANGES_REQUESTED), review(unknown, Verdict.APPROVED))
    voices = heard(reviews=reviews, labels=(label("veto", unknown), label("accept", unknown)))
    assert voices == Voices(objected=(unknown,), vetoed=("dora",))


def test_speakers__are_all_whose_word_may_count() -> None:
    talk = Conversation(
        reviews=(review(KEEPER, Verdict.APPROVED),), labels=(label("veto", MALLORY), label("veto", None))
    )
    assert list(speakers(talk)) == [KEEPER, MALLORY]


def test_is_core_reviewer__by_login_or_by_number() -> None:
    by_login, by_id = Policy(core_reviewers=("Carol",)), Policy(core_reviewers=("7", "1"))
    assert is_core_reviewer(KEEPER, by_login)
    assert is_core_reviewer(KEEPER, by_id)
    assert not is_core_reviewer(MALLORY, by_login)
    assert not is_core_reviewer(MALLORY, by_id)
    assert not is_core_reviewer(KEEPER, by_login, by_id_alone=True)
    assert is_core_reviewer(KEEPER, by_id, by_id_alone=True)
    assert not is_core_reviewer(Person(id=9, login="1"), Policy(core_reviewers=("carol",)))
