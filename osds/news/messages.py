"""What receivers are sent: the changes since they were told last, a few dozen in one message, ids rather than data.

A message has the same id whenever the same changes are sent to the same receiver, so whoever gets it twice can tell.
`docs/notification.schema.json` describes both forms.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from osds.news.entries import origin_of, tag
from osds.news.words import detail, title
from osds.registry.changes import RecordedEvent

FORMAT = 1
MOST = 50  # changes in one message: webhooks should stay below 20 kB, and GitHub takes 64 kB
EVENT_TYPE = "osds"  # of a repository_dispatch


@dataclass(frozen=True, kw_only=True)
class Message:
    """Some changes in their order, for one receiver. `registry` is where they can be read again."""

    id: str
    registry: str
    origin: str
    events: tuple[RecordedEvent, ...]

    @property
    def first(self) -> int:
        """The number of the first change."""
        return self.events[0].id

    @property
    def last(self) -> int:
        """The number of the last change."""
        return self.events[-1].id

    @property
    def body(self) -> bytes:
        """What a webhook gets, as JSON."""
        document = {
            "type": "osds.changes",
            "timestamp": self.events[-1].event.time,
            "data": {
                "format": FORMAT,
                "registry": self.registry,
                "first": self.first,
                "last": self.last,
                "events": [self._event(each) for each in self.events],
            },
        }
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()

    @property
    def payload(self) -> dict[str, Any]:
        """What a `repository_dispatch` gets: GitHub takes at most ten keys."""
        return {
            "format": FORMAT,
            "registry": self.registry,
            "message": self.id,
            "first": self.first,
            "last": self.last,
            "datasets": list(dict.fromkeys(str(each.event.id) for each in self.events)),
        }

    def _event(self, recorded: RecordedEvent) -> dict[str, Any]:
        event = recorded.event
        return {
            "id": tag(self.origin, "event", str(recorded.id)),
            "number": recorded.id,
            "time": event.time,
            "event": event.event.value,
            "dataset": str(event.id),
            "was": event.was or None,
            "repository": event.url,
            "title": title(event),
            "detail": detail(event) or None,
        }


def messages(log: Sequence[RecordedEvent], after: int, *, receiver: str, registry: str) -> Iterator[Message]:
    """The messages that tell a receiver all changes after the one with the number `after`."""
    origin = origin_of(log)
    who = hashlib.sha256(receiver.encode()).hexdigest()[:8]
    for start in range(after, len(log), MOST):
        events = tuple(log[start : start + MOST])
        name = f"osds-{origin}-{who}-{events[0].id}-{events[-1].id}"
        yield Message(id=name, registry=registry, origin=origin, events=events)
