"""The datasets of a registry as one HTML page, with their states, and the newest changes. It needs no server."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from typing import TYPE_CHECKING

from osds import __version__
from osds.news import layout
from osds.news.documents import Document, Told, fingerprint
from osds.news.states import Mood, State, states_of
from osds.news.words import title
from osds.registry.changes import Event
from osds.registry.urls import is_public
from osds.views.html import environment, policy, read

if TYPE_CHECKING:
    from jinja2 import Template

SHOWN = 20  # changes

_TONES = {
    Mood.VALID: "good",
    Mood.INVALID: "error",
    Mood.TROUBLE: "warning",
    Mood.QUARANTINE: "error",
    Mood.UNKNOWN: "none",
    Mood.UNLISTED: "none",
}


def page_document(told: Told) -> Document:
    """The page as a document of the news."""
    states = tuple(states_of(told.catalog, told.book).values())
    events = tuple(recorded.event for recorded in reversed(told.log[-SHOWN:]))
    style, script = read("page.css"), read("page.js")
    return Document(
        key=layout.PAGE,
        source=fingerprint((told.name, states, events, style, script)),
        render=partial(render, told.name, states, events),
    )


def render(name: str, states: Sequence[State], events: Sequence[Event]) -> str:
    """The page of a registry that is called `name`."""
    from markupsafe import Markup

    style, script = read("page.css"), read("page.js")
    return _template().render(
        name=name,
        states=states,
        counts=_counts(states),
        events=events,
        version=__version__,
        policy=policy(style, script),
        style=Markup(style),  # noqa: S704 (our own file)
        script=Markup(script),  # noqa: S704
    )


def _counts(states: Sequence[State]) -> tuple[tuple[str, str, int], ...]:
    """Word, tone and number of those that are well, those that are not, and those that nobody has looked at."""
    moods = [state.mood for state in states]
    valid, unknown = moods.count(Mood.VALID), moods.count(Mood.UNKNOWN)
    wrong = len(moods) - valid - unknown
    return ("valid", "good", valid), ("with a trouble", "warning", wrong), ("not checked yet", "none", unknown)


@cache
def _template() -> Template:
    page = environment()
    page.filters["tone"] = lambda state: _TONES[state.mood]
    page.filters["title_of"] = title
    page.tests["public"] = is_public
    return page.from_string(read("registry.html.j2"))
