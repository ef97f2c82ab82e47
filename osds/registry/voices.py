"""What the keepers said of a request. A comment says nothing, and neither does anybody who is not a keeper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    conversation: Conversation, request: Request, *, rights: Mapping[int, bool | None], policy: Policy, since: datetime
) -> Voices:
    """Who said what. `rights` tells by id who may write to the registry; None where the forge does not tell.

    To agree, one must be known to be a keeper; to stop a request, it is enough not to be known as none. A review agrees
    to the commit that it looked at. A label agrees to what stood there when it was put on, so it counts if that was after
    `since`, when the request began to ask for what it asks now. A veto whose author is gone counts.
    """
    talk = conversation
    agreed = [
        r.author for r in talk.reviews if r.verdict is Verdict.APPROVED and request.head and r.commit == request.head
    ]
    agreed += [
        label.by for label in talk.labels if label.name == policy.accept_label and label.by and label.time > since
    ]
    objected = [r.author for r in talk.reviews if r.verdict is Verdict.CHANGES_REQUESTED]
    vetoed = [label.by for label in talk.labels if label.name == policy.veto_label]
    return Voices(
        agreed=tuple(person for person in agreed if rights.get(person.id) is True),
        objected=tuple(person for person in objected if rights.get(person.id) is not False),
        vetoed=tuple(
            person.login if person else "a keeper who is gone"
            for person in vetoed
            if person is None or rights.get(person.id) is not False
        ),
    )


def is_core_reviewer(person: Person, policy: Policy, *, by_id_alone: bool = False) -> bool:
    """True if the policy names this person. A login may change hands, so where nothing else is known ids alone count."""
    names = {name.lower() for name in policy.core_reviewers}
    return str(person.id) in names or (not by_id_alone and person.login.lower() in names)
