"""When a trouble of a dataset is told, and when its end is: only changes speak, after a time of grace.

A trouble that goes before its grace is over was never there. One that was told is told again when it is over.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from osds.registry.changes import Event, EventType, timestamp
from osds.registry.policy import Policy
from osds.registry.status import Standing, Status, Trouble

ACTOR = "osds"

# What osds found in the data itself is certain and told at once; what hangs on a host and its clock gets the grace.
_AT_ONCE = {Trouble.INVALID, Trouble.HELD, Trouble.DISABLED}


@dataclass(frozen=True, kw_only=True)
class Observed:
    """A dataset after a look at it, and what is to be told of it."""

    status: Status
    events: tuple[Event, ...] = ()


def observe(
    status: Status, seen: Mapping[Trouble, str], looked_for: Collection[Trouble], *, now: datetime, policy: Policy
) -> Observed:
    """What follows from a look for some troubles that found those in `seen`, each with its detail.

    Troubles that nobody looked for stay as they are. `now` must know its zone.
    """
    standing, events = [], []
    before = {each.trouble: each for each in status.troubles}
    for trouble in Trouble:
        known = before.get(trouble)
        if trouble not in looked_for:
            standing += [known] if known else []
        elif trouble in seen:
            known = replace(known, detail=seen[trouble]) if known else _first_seen(trouble, seen[trouble], now)
            if not known.told and _grace_is_over(known, now, policy):
                known = replace(known, told=True)
                events.append(_event(status, EventType.TROUBLE, known, now))
            standing.append(known)
        elif known and known.told:
            events.append(_event(status, EventType.RECOVERED, known, now))
    return Observed(status=replace(status, troubles=tuple(standing)), events=tuple(events))


def _first_seen(trouble: Trouble, detail: str, now: datetime) -> Standing:
    return Standing(trouble=trouble, since=timestamp(now), detail=detail)


def _grace_is_over(standing: Standing, now: datetime, policy: Policy) -> bool:
    if standing.trouble in _AT_ONCE:
        return True
    since = datetime.strptime(standing.since, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return now - since >= timedelta(days=policy.grace_days)


def _event(status: Status, type_: EventType, standing: Standing, now: datetime) -> Event:
    detail = f"{standing.trouble}: {standing.detail}" if standing.detail else str(standing.trouble)
    return Event(
        time=timestamp(now),
        event=type_,
        owner=status.owner,
        name=status.name,
        url=status.url,
        actor=ACTOR,
        detail=detail,
    )
