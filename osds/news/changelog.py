"""What happened in a registry, by day, for people: Markdown, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from osds.news.words import detail, title
from osds.registry.changes import CHANGES_FILE, Event, RecordedEvent
from osds.registry.urls import is_public
from osds.untrusted import code, one_line

SHOWN = 500  # changes; the log in the registry has all of them


def render_changelog(name: str, log: Sequence[RecordedEvent]) -> str:
    """The page. `name` is what the registry is called."""
    lines = [f"# What has changed in {code(name)}", ""]
    newest = list(reversed(log[-SHOWN:]))
    for day, events in groupby(newest, key=lambda recorded: recorded.event.time[:10]):
        lines += [f"## {day}", "", *(f"- {_line(recorded.event)}" for recorded in events), ""]
    lines += _rest(len(log))
    return "\n".join(lines) + "\n"


def _line(event: Event) -> str:
    more = detail(event)
    where = f" ([repository]({event.url}))" if is_public(event.url) else ""
    return f"{_marked(event)}{f': {code(more, 300)}' if more else ''}{where}"


def _marked(event: Event) -> str:
    """The title, with the ids as code: nothing in them is then a link or emphasis."""
    said = title(event)
    for name in filter(None, (event.was, str(event.id))):
        said = said.replace(name, f"`{one_line(name)}`", 1)
    return said


def _rest(count: int) -> Iterator[str]:
    if count > SHOWN:
        yield f"{count - SHOWN:,} earlier changes are in `{CHANGES_FILE}` of the registry."
    elif not count:
        yield "Nothing yet."
