"""What happened to a dataset, in words for people who keep budgets. Everything that others wrote is made harmless here."""

from __future__ import annotations

import re

from osds.registry.changes import Event, EventType
from osds.registry.status import Trouble
from osds.untrusted import one_line

_VERSION = re.compile(r"version ([1-9][0-9]{0,9})\b")
_MAX_DETAIL = 300  # characters
_FRESHLY_CORE = "core: (empty) -> core"
_ONCE_CORE = "core: core -> (empty)"

# What is said of a dataset while it has a trouble, and when it is over.
_TROUBLES = {
    Trouble.INVALID: ("its data has errors", "its data is without errors again"),
    Trouble.HELD: ("its new version is held back, the last good one stays", "its new version is no longer held back"),
    Trouble.FAILED: ("it could not be processed", "it can be processed again"),
    Trouble.LFS_QUOTA: (
        "its large files cannot be fetched, the quota of git-lfs is spent",
        "its large files can be fetched again",
    ),
    Trouble.GONE: ("its repository cannot be seen any more", "its repository can be seen again"),
    Trouble.MOVED: ("its repository has another address", "its repository is at the address in the registry again"),
    Trouble.SILENT: ("an update that was due did not come", "its updates come again"),
    Trouble.FAILING: ("its updates fail", "its updates succeed again"),
    Trouble.DISABLED: ("its updates are switched off", "its updates are switched on again"),
}
_SENTENCES = {
    EventType.ADDED: "{id} was added to the registry",
    EventType.UPDATED: "The entry of {id} was changed",
    EventType.REMOVED: "{id} was removed from the registry",
    EventType.RENAMED: "{was} is called {id} now",
    EventType.TRANSFERRED: "{was} has a new owner and is called {id} now",
    EventType.CORE: "{id} has changed between core and user datasets",
    EventType.QUARANTINED: "{id} is in quarantine until a keeper of the registry has looked at it",
    EventType.PUBLISHED: "{id}: a new version was published",
    EventType.TROUBLE: "{id}: something is wrong",
    EventType.RECOVERED: "{id}: all is well again",
}


def title(event: Event) -> str:
    """One line that says what happened, without a full stop."""
    said = _special(event) or _SENTENCES[event.event]
    return one_line(said.replace("{was}", event.was or "A dataset").replace("{id}", f"{event.owner}/{event.name}"))


def _special(event: Event) -> str:
    """The sentence where the detail says more than the kind of the event; else empty."""
    if event.event in {EventType.TROUBLE, EventType.RECOVERED}:
        trouble = trouble_of(event)
        return f"{{id}}: {_TROUBLES[trouble][event.event is EventType.RECOVERED]}" if trouble else ""
    version = _VERSION.match(event.detail)
    if event.event is EventType.PUBLISHED and version:
        return f"{{id}}: version {version[1]} was published"
    if event.event is EventType.CORE and event.detail == _FRESHLY_CORE:
        return "{id} is a core dataset now"
    if event.event is EventType.CORE and event.detail == _ONCE_CORE:
        return "{id} is no core dataset any more"
    return ""


def trouble_of(event: Event) -> Trouble | None:
    """Which trouble began or ended; None for any other event, and for a word that this version does not know."""
    word = event.detail.partition(":")[0]
    known = event.event in {EventType.TROUBLE, EventType.RECOVERED} and word in set(Trouble)
    return Trouble(word) if known else None


def detail(event: Event) -> str:
    """What the log adds to the title, as one line; empty if that is nothing new."""
    text = event.detail
    if trouble_of(event):
        text = text.partition(":")[2].strip()
    elif event.event in {EventType.CORE, EventType.PUBLISHED} and _special(event):
        text = text.partition(";")[2].strip() if event.event is EventType.PUBLISHED else ""
    elif event.was:
        text = text.partition(";")[2].strip()
    return one_line(text, _MAX_DETAIL)


def story(event: Event, said: str) -> str:
    """The text of an entry in a feed, below the title `said`: what happened, where the dataset is, who did it."""
    more = detail(event)
    lines = [f"{said}: {more}." if more else f"{said}.", f"Repository: {one_line(event.url)}"]
    lines += [f"By: {one_line(event.actor, 100)}"] if event.actor else []
    return "\n".join(lines)
