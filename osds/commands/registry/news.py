"""`osds registry news`: what a registry tells the world, written to the store where it has changed.

Two runs may write at the same time, and the one with the older registry must not have the last word. So a run first says
in the index, by compare-and-set, for which commit it writes. Then it reads the versions of the documents that it is going
to write, looks whether the index is still its own, and writes each document on the condition that it still has that
version. A run with a newer registry cannot have written one before that look without having changed the index, and whoever
writes one after it makes the condition fail. At the end the index says, by compare-and-set again, that all is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from osds.commands.parallel import in_parallel
from osds.commands.registry.judging import read_state
from osds.commands.registry.recording import read_book
from osds.edges.git.registry import Registry
from osds.edges.git.trees import holds
from osds.edges.store.objects import ObjectStore, Version
from osds.errors import OutsideError
from osds.news import layout
from osds.news.documents import Document, Told, documents
from osds.news.index import Index, parse_index
from osds.progress import Progress
from osds.registry.changes import parse_changes
from osds.views.registry_page import page_document

_TRIES = 5  # when others write at the same time
_AT_ONCE = 1000  # documents in memory


@dataclass(frozen=True, kw_only=True)
class News:
    """What a run did. `written` are the keys whose bytes have changed, `total` counts all documents."""

    commit: str
    written: tuple[str, ...]
    total: int


class _OvertakenError(Exception):
    """Raised if somebody else has written to the news meanwhile."""


def write_news(registry: Registry, store: ObjectStore, *, progress: Progress, dry_run: bool = False) -> News:
    """Bring the news in `store` to the registry's tip. With `dry_run` nothing is written, and what would be is told.

    Raises `OutsideError` if the store has those of a newer registry, or if others write to it all the time.
    """
    written: dict[str, None] = {}
    for _ in range(_TRIES):
        wanted = {document.key: document for document in _documents(registry)}
        found = store.get(layout.INDEX)
        index = parse_index(found[0] if found else None)
        if not _is_newest(registry, index):
            continue
        present = store.list(layout.ROOT)
        stale = [
            each for each in wanted.values() if index.sources.get(each.key) != each.source or each.key not in present
        ]
        if dry_run or not stale:
            return News(commit=registry.tip, written=(*written, *(each.key for each in stale)), total=len(wanted))
        run = _Run(store=store, progress=progress, commit=registry.tip, present=frozenset(present), written=written)
        try:
            run.bring(index, found[1] if found else None, wanted, stale)
        except _OvertakenError:
            registry.refresh()
        else:
            return News(commit=registry.tip, written=tuple(written), total=len(wanted))
    raise OutsideError(f"Others wrote to {store.url}/{layout.ROOT} all the time", next_step="Try again later")


def _documents(registry: Registry) -> Iterator[Document]:
    state = read_state(registry)
    told = Told(catalog=state.catalog, policy=state.policy, log=parse_changes(state.log), book=read_book(registry))
    yield from documents(told)
    yield page_document(told)


def _is_newest(registry: Registry, index: Index) -> bool:
    """True if the news in the store are of this state of the registry or an older one; else it is read again, once."""
    if not index.commit or holds(registry.git, registry.tip, index.commit):
        return True
    before = registry.tip
    registry.refresh()
    if registry.tip != before:
        return False
    raise OutsideError(
        f"The store has the news of commit {index.commit[:12]}, which is not in the history of this registry",
        next_step="Bring the registry up to date, and a shallow clone to its whole history; "
        f"if that was rewritten, remove {layout.INDEX} from the store",
    )


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One attempt, for one commit of the registry. `present` are the keys that a listing had, a moment before.

    `written` is filled as it goes on, in order.
    """

    store: ObjectStore
    progress: Progress
    commit: str
    present: frozenset[str]
    written: dict[str, None]

    def bring(
        self, index: Index, version: Version | None, wanted: Mapping[str, Document], stale: Sequence[Document]
    ) -> None:
        """Write the stale documents, between two changes of the index. Raises `_OvertakenError` if somebody else does."""
        claim = index.without({each.key for each in stale}, self.commit).render()
        self._set_index(claim, version)
        for start in range(0, len(stale), _AT_ONCE):
            some = stale[start : start + _AT_ONCE]
            contents = {each.key: each.render().encode() for each in some}
            versions = self._versions(contents)
            claimed = self._claimed(claim)
            self._write({key: contents[key] for key in versions}, versions)
        done = Index(commit=self.commit, sources={each.key: each.source for each in wanted.values()})
        self._set_index(done.render(), claimed)

    def _set_index(self, content: bytes, expected: Version | None) -> None:
        done = self.store.replace(
            layout.INDEX,
            content,
            expected=expected,
            content_type=layout.content_type(layout.INDEX),
            cache_control=layout.INDEX_CACHE,
        )
        if not done:
            raise _OvertakenError

    def _versions(self, contents: Mapping[str, bytes]) -> dict[str, Version | None]:
        """The versions of the objects that have other content; None for one that is not there."""
        there = [key for key in contents if key in self.present]
        found = dict(zip(there, in_parallel(self.store.get, there, "Comparing the news", self.progress), strict=True))
        versions: dict[str, Version | None] = {}
        for key, content in contents.items():
            known = found.get(key)
            if known is None or known[0] != content:
                versions[key] = known[1] if known else None
        return versions

    def _claimed(self, claim: bytes) -> Version:
        """The version of the index, if it still says what we wrote into it."""
        found = self.store.get(layout.INDEX)
        if found is None or found[0] != claim:
            raise _OvertakenError
        return found[1]

    def _write(self, contents: Mapping[str, bytes], versions: Mapping[str, Version | None]) -> None:
        def replace(key: str) -> bool:
            return self.store.replace(
                key,
                contents[key],
                expected=versions[key],
                content_type=layout.content_type(key),
                cache_control=layout.CACHE,
            )

        done = in_parallel(replace, tuple(contents), "Writing the news", self.progress)
        self.written.update(dict.fromkeys(key for key, ours in zip(contents, done, strict=True) if ours))
        if not all(done):
            raise _OvertakenError
