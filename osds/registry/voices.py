"""What the keepers said of a request. A comment says nothing, and neither does anybody who is not a keeper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from osds.registry.forge import Conversation, Person, Request, Verdict
from osds.registry.policy import Policy


@dataclass(frozen=True, kw_only=True)
class Voices:
    """The keepers who agreed to exactly what is asked now, who asked for changes, and who put a veto on it."""

    agreed: tuple[Person, ...] = ()
    objected: tuple[Person, ...] = ()
    vetoed: tuple[str, ...] = ()  # who did it, as people read it


def speakers(conversation: Conversation) -> Iterator[Person]:
    """Everybody whose word may count, if they turn out to be keepers."""
    yield from (review.author for review in conversation.reviews)
    yield from (label.by for label in conversation.labels if label.by is not None)


def hear(
    conversation: Conversation, request: Request, *, keepers: frozenset[int], policy: Policy, since: datetime
) -> Voices:
    """Who said what. `keepers` are the ids of those who may write to the registry.

    A review agrees to the commit that it looked at. A label agrees to what stood there when it was put on, so it counts
    if that was after `since`, when the request began to ask for what it asks now. A veto whose author is gone counts.
    """
    reviews = [review for review in conversation.reviews if review.author.id in keepers]
    agreed = [r.author for r in reviews if r.verdict is Verdict.APPROVED and request.head and r.commit == request.head]
    vetoed = []
    for label in conversation.labels:
        if label.by is not None and label.by.id not in keepers:
            continue
        if label.name == policy.veto_label:
            vetoed.append(label.by.login if label.by else "a keeper who is gone")
        elif label.name == policy.accept_label and label.by is not None and label.time > since:
            agreed.append(label.by)
    objected = tuple(review.author for review in reviews if review.verdict is Verdict.CHANGES_REQUESTED)
    return Voices(agreed=tuple(agreed), objected=objected, vetoed=tuple(vetoed))


def is_core_reviewer(person: Person, policy: Policy, *, by_id_alone: bool = False) -> bool:
    """True if the policy names this person. A login may change hands, so where nothing else is known ids alone count."""
    names = {name.lower() for name in policy.core_reviewers}
    return str(person.id) in names or (not by_id_alone and person.login.lower() in names)
