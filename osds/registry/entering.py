"""What entering a dataset into a registry would change, as a value. Who may do it is decided elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

from osds.errors import UsageError
from osds.registry.catalog import CORE, Catalog, Entry
from osds.registry.changes import Event, EventType
from osds.registry.policy import Policy
from osds.registry.urls import owner_in_url


@dataclass(frozen=True, kw_only=True)
class Change:
    """One row added or updated: the row, the catalog that has it, and the event that the log will carry."""

    type: EventType
    entry: Entry
    catalog: Catalog
    detail: str

    @property
    def title(self) -> str:
        """One line for a commit or a pull request: `Add owner/name`."""
        return f"{'Add' if self.type is EventType.ADDED else 'Update'} {self.entry.id}"

    @property
    def row(self) -> str:
        """The row as the catalog will have it."""
        return self.catalog.line(self.entry.id)

    def event(self, *, time: str, actor: str) -> Event:
        """The event to append to the log; `time` is UTC, ISO 8601."""
        entry = self.entry
        return Event(
            time=time,
            event=self.type,
            owner=entry.owner,
            name=entry.name,
            url=entry.url,
            actor=actor,
            detail=self.detail,
        )


def decide(catalog: Catalog, entry: Entry, policy: Policy) -> Change | None:
    """What enters `entry` into `catalog`; None if its row is already there.

    `core` is derived from the URL and the policy, whatever `entry` claims (OSEP-06: core datasets live in the core
    organisation). Raises `UsageError` if the URL belongs to another owner, `RegistryFileError` if the row would clash.
    """
    owner = owner_in_url(entry.url)
    if owner is not None and owner.lower() != entry.owner.lower():
        raise UsageError(
            f"{entry.id} cannot be entered with the repository {entry.url}, which belongs to {owner}",
            next_step="The owner of a dataset is the owner of its repository",
        )
    entry = replace(entry, core=CORE if entry.url.lower().startswith(policy.core_url) else "")
    after = catalog.with_entry(entry)
    if after == catalog:
        return None
    old, new = catalog.find(entry.id), after.find(entry.id)
    if old is None or new is None:
        return Change(type=EventType.ADDED, entry=entry, catalog=after, detail="")
    return Change(type=_type(old, new), entry=new, catalog=after, detail=differences(old, new))


def _type(old: Entry, new: Entry) -> EventType:
    only_core = replace(old, core=new.core) == new
    return EventType.CORE if only_core else EventType.UPDATED


def differences(old: Entry, new: Entry) -> str:
    """What the columns beside the key said before and say now, as one line."""
    before = {"url": old.url, "core": old.core, **old.extra}
    after = {"url": new.url, "core": new.core, **new.extra}
    return "; ".join(
        f"{c}: {before[c] or '(empty)'} -> {after[c] or '(empty)'}" for c in after if before[c] != after[c]
    )
