"""From the rows that a request names to what would happen to the catalog as it is now: the kind of each change.

A request was made from the catalog of its day. Here its changes are laid on the current one, column by column, so that a
request that has grown old does what its author meant and undoes nothing that others did since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from osds.registry.asking import RowChange
from osds.registry.catalog import COLUMNS, CORE, KEPT_BY_OSDS, OWNER_ID, REPOSITORY_ID, Catalog, Entry
from osds.registry.changes import Event, EventType
from osds.registry.dataset_facts import NOT_LOOKED_AT, DatasetFacts
from osds.registry.entering import differences
from osds.registry.policy import Policy
from osds.registry.urls import comparable_url

FactsByUrl = Mapping[str, DatasetFacts]  # by comparable URL


class Kind(StrEnum):
    """What happens to a row."""

    ADD = "add"
    UPDATE = "update"
    RENAME = "rename"
    TRANSFER = "transfer"
    REMOVE = "remove"
    CORE = "core"


_EVENTS = {
    Kind.ADD: EventType.ADDED,
    Kind.UPDATE: EventType.UPDATED,
    Kind.RENAME: EventType.RENAMED,
    Kind.TRANSFER: EventType.TRANSFERRED,
    Kind.REMOVE: EventType.REMOVED,
    Kind.CORE: EventType.CORE,
}


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One change of the current catalog. `before` is its row now, `after` the row as asked, `row` as osds would write it.

    `proven` is True if the forge's numbers say that both rows are about one repository.
    """

    kind: Kind
    before: Entry | None
    after: Entry | None
    row: Entry | None
    facts: DatasetFacts
    proven: bool = False

    @property
    def entry(self) -> Entry:
        """The row that speaks for the change: the new one, or the one that goes."""
        entry = self.row or self.before
        if entry is None:
            raise AssertionError("a change has a row before or after")
        return entry

    @property
    def dataset(self) -> str:
        """`owner/name`."""
        return str(self.entry.id)

    @property
    def detail(self) -> str:
        """What was different before, as one line; empty for a new row."""
        if self.before is None or self.row is None:
            return ""
        was = "" if self.before.id == self.row.id else f"was {self.before.id}"
        return "; ".join(filter(None, (was, differences(self.before, self.row))))

    def event(self, *, time: str, actor: str) -> Event:
        """What the log will say; `time` is UTC, ISO 8601."""
        entry = self.entry
        return Event(
            time=time,
            event=_EVENTS[self.kind],
            owner=entry.owner,
            name=entry.name,
            url=entry.url,
            actor=actor,
            detail=self.detail,
        )


def plan(changes: tuple[RowChange, ...], tip: Catalog, facts: FactsByUrl, policy: Policy) -> tuple[Planned, ...]:
    """What the changes mean for the catalog `tip`; those that are there already are left out."""
    rebased = [change for change in (_rebase(change, tip) for change in changes) if change is not None]
    gone = {change.before.id: change.before for change in rebased if change.before and not change.after}
    planned = []
    for change in rebased:
        after = change.after
        if after is None:
            continue
        renamed = (row for row in gone.values() if change.before is None and _same_repository(row, after, facts))
        before = change.before or next(renamed, None)
        if before is not None:
            gone.pop(before.id, None)
        planned.append(_planned(before, after, facts, policy))
    planned += [
        Planned(kind=Kind.REMOVE, before=row, after=None, row=None, facts=facts_of(row, facts)) for row in gone.values()
    ]
    return tuple(sorted(planned, key=lambda change: (change.entry.owner, change.entry.name)))


def facts_of(entry: Entry, facts: FactsByUrl) -> DatasetFacts:
    """What is known of the entry's repository."""
    return facts.get(comparable_url(entry.url), NOT_LOOKED_AT)


def _rebase(change: RowChange, tip: Catalog) -> RowChange | None:
    """The change on the current catalog; None if that has it already."""
    before, after = change.before, change.after
    key = before or after
    now = tip.find(key.id) if key else None
    if after is None:
        return RowChange(before=now, after=None) if now else None
    if now is None:
        extra = {column: after.extra.get(column, "") for column in tip.columns[len(COLUMNS) :]}
        return RowChange(before=None, after=replace(after, extra=extra))
    wanted = _merge(before, now, after)
    return None if wanted == now else RowChange(before=now, after=wanted)


def _merge(base: Entry | None, now: Entry, asked: Entry) -> Entry:
    """`now` with what the request changed since `base`; a new row changes what it fills."""
    extra = {
        column: asked.extra.get(column, "") if _changed(base, asked, column) else value
        for column, value in now.extra.items()
    }
    url = asked.url if base is None or asked.url != base.url else now.url
    core = asked.core if (asked.core != base.core if base else asked.core) else now.core
    return replace(now, url=url, core=core, extra=extra)


def _changed(base: Entry | None, asked: Entry, column: str) -> bool:
    value = asked.extra.get(column, "")
    return value != base.extra.get(column, "") if base else value != ""


def _same_repository(row: Entry, after: Entry, facts: FactsByUrl) -> bool:
    """True if both rows lead to one repository, by address or by the forge's number of it."""
    return comparable_url(row.url) == comparable_url(after.url) or _proven(row, after, facts)


def _proven(row: Entry, after: Entry, facts: FactsByUrl) -> bool:
    known = row.extra.get(REPOSITORY_ID, "") or facts_of(row, facts).repository_id
    return known != "" and known == facts_of(after, facts).repository_id


def _planned(before: Entry | None, after: Entry, facts: FactsByUrl, policy: Policy) -> Planned:
    known = facts_of(after, facts)
    row = _as_written(before, after, known, policy)
    if before is None:
        return Planned(kind=Kind.ADD, before=None, after=after, row=row, facts=known)
    if before.owner != after.owner:
        kind = Kind.TRANSFER
    elif before.name != after.name:
        kind = Kind.RENAME
    else:
        kind = Kind.CORE if replace(before, core=row.core) == row else Kind.UPDATE
    return Planned(kind=kind, before=before, after=after, row=row, facts=known, proven=_proven(before, after, facts))


def _as_written(before: Entry | None, after: Entry, known: DatasetFacts, policy: Policy) -> Entry:
    """The row as osds writes it: the address in the forge's own spelling, core derived, the numbers from the forge."""
    repository = known.repository
    url = repository.url if repository else after.url
    owner = after.owner
    if before is None and repository and repository.owner.login.lower() == owner.lower():
        owner = repository.owner.login
    if repository:
        kept = {REPOSITORY_ID: known.repository_id, OWNER_ID: known.owner_id}
    elif before and comparable_url(before.url) == comparable_url(after.url):
        kept = {column: before.extra.get(column, "") for column in (REPOSITORY_ID, OWNER_ID)}
    else:
        kept = {}
    extra = {column: kept.get(column, "") if column in KEPT_BY_OSDS else text for column, text in after.extra.items()}
    core = CORE if url.lower().startswith(policy.core_url) else ""
    return replace(after, url=url, owner=owner, core=core, extra=extra)
