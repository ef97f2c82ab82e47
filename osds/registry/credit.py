"""What the commit of a merger says: what it does, where it was asked for, and by whom."""

from __future__ import annotations

import re
from collections.abc import Sequence

from osds.registry.changes import Event, EventType
from osds.registry.forge import Request

_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}(\[bot\])?")
_VERBS = {
    EventType.ADDED: "Add",
    EventType.UPDATED: "Update",
    EventType.REMOVED: "Remove",
    EventType.RENAMED: "Rename to",
    EventType.TRANSFERRED: "Transfer to",
    EventType.CORE: "Change core of",
    EventType.QUARANTINED: "Put into quarantine:",
    EventType.PUBLISHED: "Note a new version of",
    EventType.TROUBLE: "Note a trouble of",
    EventType.RECOVERED: "Note the end of a trouble of",
}


def commit_message(events: Sequence[Event], request: Request | None) -> str:
    """The message of a commit with these events; `request` is None if the registry acts by itself."""
    first = events[0]
    title = f"{_VERBS[first.event]} {first.owner}/{first.name}"
    if len(events) > 1:
        title += f" and {len(events) - 1} more"
    lines = [title, "", *(event.url for event in events)]
    if request is not None:
        lines += ["", f"Asked for in #{request.number}"]
        author = request.author
        if author and _LOGIN.fullmatch(author.login):
            email = f"{author.id}+{author.login}@users.noreply.github.com"
            lines += ["", f"Co-authored-by: {author.login} <{email}>"]
    return "\n".join(lines) + "\n"
