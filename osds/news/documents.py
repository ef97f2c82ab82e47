"""Everything that a registry tells, as documents: where each goes, what it follows from, and the function that renders it.

Ten thousand datasets have forty thousand documents, and a run changes a few of them. So a document says by a hash what it
follows from, and is rendered only where that has changed. The same registry gives the same documents, byte for byte.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from osds import __version__
from osds.dataset.identity import DatasetId
from osds.news import layout
from osds.news.changelog import SHOWN, render_changelog
from osds.news.entries import cut, link_of, origin_of, tag
from osds.news.feeds import Feed, render_atom, render_json
from osds.news.states import FORMAT, State, states_of, unlisted
from osds.registry.catalog import Catalog
from osds.registry.changes import RecordedEvent
from osds.registry.policy import Policy
from osds.registry.status import StatusBook
from osds.untrusted import one_line


@dataclass(frozen=True, kw_only=True)
class Told:
    """What there is to tell: a registry at one commit."""

    catalog: Catalog
    policy: Policy
    log: Sequence[RecordedEvent]
    book: StatusBook

    @property
    def name(self) -> str:
        """What the registry is called."""
        return one_line(self.policy.title, 200)

    @property
    def site(self) -> str:
        """Where readers find the folder of the news, with a slash at its end; empty if nobody says it."""
        return f"{self.policy.site}/{layout.ROOT}/" if self.policy.site else ""


@dataclass(frozen=True, kw_only=True)
class Document:
    """One object of the store. `source` is a hash of all that its text follows from."""

    key: str
    source: str
    render: Callable[[], str]


def documents(told: Told) -> Iterator[Document]:
    """All documents of a registry but its page."""
    states, origin = states_of(told.catalog, told.book), origin_of(told.log)
    home = f"{told.site}index.html"
    whole = Feed(id=tag(origin, "feed"), title=told.name, author=told.name, home=home, folder=told.site)
    yield from _pages(layout.ROOT, whole, told.log, origin)
    shown = (told.name, len(told.log), tuple(told.log[-SHOWN:]))
    yield Document(
        key=layout.CHANGELOG, source=fingerprint(shown), render=partial(render_changelog, told.name, told.log)
    )
    listed = tuple(states.values())
    yield Document(
        key=layout.STATUS,
        source=fingerprint((told.name, listed)),
        render=partial(render_statuses, told.name, listed),
    )
    for dataset, events in _by_dataset(told).items():
        yield from _dataset(told, dataset, events, states.get(dataset), origin)


def fingerprint(values: object) -> str:
    """A short hash of values whose `repr` says everything, and of the version of osds that renders them."""
    return hashlib.sha256(repr((__version__, values)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def render_statuses(name: str, states: Iterable[State]) -> str:
    """`registry/status.json`: one line for each dataset."""
    lines = [json.dumps(state.document, ensure_ascii=False) for state in states]
    head = json.dumps({"format": FORMAT, "registry": name}, ensure_ascii=False)[:-1]
    return f'{head}, "datasets": [\n' + ",\n".join(lines) + "\n]}\n"


def _by_dataset(told: Told) -> Mapping[str, list[RecordedEvent]]:
    """The events of every dataset that is or was in the registry; an event that gives a new id belongs to both."""
    found: defaultdict[str, list[RecordedEvent]] = defaultdict(list)
    for row in told.catalog.rows:
        found["/".join(row.key)] = []
    for recorded in told.log:
        for dataset in dict.fromkeys(filter(None, (str(recorded.event.id), recorded.event.was))):
            found[dataset].append(recorded)
    return found


def _dataset(
    told: Told, dataset: str, events: Sequence[RecordedEvent], state: State | None, origin: str
) -> Iterator[Document]:
    identity = DatasetId.parse(dataset)
    state = state or unlisted(identity.owner, identity.name, events[-1].event.url)
    folder = layout.dataset_folder(identity)
    feed = Feed(
        id=tag(origin, "feed", dataset),
        title=f"{dataset} in {told.name}",
        author=told.name,
        home=link_of(state.status.url),
        folder=f"{told.site}{folder.removeprefix(layout.ROOT).strip('/')}/" if told.site else "",
    )
    yield from _pages(folder, feed, events, origin)
    document = {"format": FORMAT, "registry": told.name, **state.document}
    yield _json(f"{folder}/status.json", document)
    yield _json(f"{folder}/badge.json", state.badge)


def _pages(folder: str, feed: Feed, log: Sequence[RecordedEvent], origin: str) -> Iterator[Document]:
    for page in cut(log, origin):
        source = fingerprint((feed, page))
        for form, render in (("xml", render_atom), ("json", render_json)):
            key = f"{folder}/{layout.feed_file(page.number, form)}"
            yield Document(key=key, source=source, render=partial(render, feed, page))


def _json(key: str, document: Mapping[str, Any]) -> Document:
    return Document(key=key, source=fingerprint(document), render=partial(_lines, document))


def _lines(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
