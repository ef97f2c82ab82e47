"""One dataset of a sweep and its place in the store: publish the bundle that a job made, or heal what is there."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Lock

from osds.commands.clock import Clock
from osds.commands.dataset.lfs_sources import LfsAccess
from osds.commands.store.data_files import data_reader, gather_data
from osds.commands.store.place import Current, Place, read_current
from osds.commands.store.plain_copies import copies_are_right, read_object, refresh_copies
from osds.commands.store.publish import publish_bundle
from osds.dataset import strict_json
from osds.dataset.identity import DatasetId
from osds.dataset.package import read_package
from osds.edges.git.mirror import Upstream, open_mirror
from osds.edges.local.files import read_descriptor
from osds.edges.store.objects import ObjectStore
from osds.errors import OsdsError, UnsafeInputError
from osds.progress import Silent
from osds.registry.catalog import REPOSITORY_ID, Entry
from osds.registry.forge import Forge
from osds.registry.status import Verdict
from osds.registry.sweep_decision import Stored
from osds.registry.sweep_result import BUNDLE, DATA, Outcome, Result, detail_of
from osds.registry.urls import comparable_url
from osds.store.data import NO_DATA, Data, choose_resources
from osds.store.gate import Loss
from osds.store.manifest import Manifest, SourceFacts
from osds.thresholds import parse_thresholds

_NO_GIT = 1 << 20  # bytes that git may write where it only asks


class AnotherRepositoryError(UnsafeInputError):
    """Raised if a repository is not the one that was registered."""


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """The store of a sweep. `published` collects the datasets that got a new version.

    `forge` knows the numbers of repositories, by which one that another has taken the place of is told.
    """

    store: ObjectStore
    forge: Forge | None
    access: LfsAccess
    clock: Clock
    dry_run: bool
    published: set[str] = field(default_factory=set)
    turn: Lock = field(default_factory=Lock)  # one at a time speaks to the forge

    def keep(self, entry: Entry, result: Result, folder: Path) -> Stored:
        """What the store has of a dataset after its bundle, if there is a new one in `folder`, was published."""
        place = Place(store=self.store, dataset=entry.id)
        try:
            current = read_current(place)
            known = current.manifest.sequence if current else 0
            if not _has_bundle(result) or self._is_overtaken(entry, result, current):
                return self._heal(place, current)
            self._check_repository(entry, result, current)
            return self._publish(entry, result, folder, current)
        except AnotherRepositoryError as error:
            return Stored(version=known, failure=detail_of(error.what))
        except OsdsError as error:
            return Stored(failure=detail_of(error.what))

    def _check_repository(self, entry: Entry, result: Result, current: Current | None) -> None:
        """Raise `AnotherRepositoryError` if the data is not from the repository that was registered.

        Whoever gets the address of a repository that was deleted or renamed must not publish in its place. The commit that
        is published already proves where it is from; otherwise the forge is asked for the repository's number.
        """
        number = repository_id(entry)
        if number is None or self.forge is None or _commit_of(current) == result.commit:
            return
        if not entry.url.lower().startswith(f"{self.forge.server_url.lower()}/"):
            return
        with self.turn:
            repository = self.forge.repository(entry.url)
        if repository is None or repository.id != number:
            raise AnotherRepositoryError(
                "Another repository stands at its address, so nothing of it was published",
                next_step="A keeper finds out who has the address now",
            )

    def _publish(self, entry: Entry, result: Result, folder: Path, current: Current | None) -> Stored:
        data = _data(folder / DATA, result)
        done = publish_bundle(
            folder / BUNDLE,
            DatasetId(owner=entry.owner, name=entry.name),
            source_of(entry, result.commit, current.manifest if current else None),
            self.store,
            dry_run=self.dry_run,
            progress=Silent(),
            data=data,
            read_data=data_reader(folder / DATA, None),
            limits=parse_thresholds(dict(result.gate)),
            clock=self.clock,
        )
        if done.losses:
            return Stored(version=done.sequence, held=held_in_words(done.losses))
        if done.changed:
            self.published.add(str(entry.id))
        return Stored(version=done.sequence)

    def _heal(self, place: Place, current: Current | None) -> Stored:
        """Complete the plain copies that a publisher left behind when it was killed."""
        if current is None:
            return Stored(version=0)
        if not self.dry_run and not copies_are_right(place, current.manifest):
            refresh_copies(place, partial(read_object, place), Silent())
        return Stored(version=current.manifest.sequence)

    def _is_overtaken(self, entry: Entry, result: Result, current: Current | None) -> bool:
        """True if the dataset itself has published something else meanwhile: then its repository has moved on.

        Only git knows which of two commits is newer, so the repository is asked again; the next sweep looks at the rest.
        """
        if current is None or _commit_of(current) == result.commit:
            return False
        with open_mirror(_NO_GIT) as mirror:
            seen = mirror.look(Upstream(url=entry.url, reach=self.access.own_reach))
        return seen.head is None or seen.refs[seen.head] != result.commit


def _commit_of(current: Current | None) -> str | None:
    """The commit that the current version was made from, if it says so."""
    commit = current.manifest.raw["osds"]["source"].get("commit") if current is not None else None
    return commit if isinstance(commit, str) else None


def _has_bundle(result: Result) -> bool:
    return result.outcome is Outcome.LOOKED and result.verdict is Verdict.VALID


def source_of(entry: Entry, commit: str, current: Manifest | None) -> SourceFacts:
    """Where the data came from, in the words that the dataset's own workflow used last, if it meant the same repository.

    Else each of the two would find the other's version changed, and publish a new one every night.
    """
    number = repository_id(entry)
    known = current.identity if current is not None else None
    if known is not None and known.repository and comparable_url(known.repository) == comparable_url(entry.url):
        same = number is None or known.repository_id is None or known.repository_id == number
        kept = known.repository_id if same else number
        return SourceFacts(repository=known.repository, repository_id=kept, commit=commit)
    return SourceFacts(repository=entry.url, repository_id=number, commit=commit)


def repository_id(entry: Entry) -> int | None:
    """The forge's number of the repository, if the catalog knows it."""
    text = entry.extra.get(REPOSITORY_ID, "")
    return int(text) if text.isascii() and text.isdigit() else None


def held_in_words(losses: tuple[Loss, ...]) -> str:
    """Why a version is held back, in one line."""
    first = losses[0]
    more = f" and {len(losses) - 1} more" if len(losses) > 1 else ""
    return detail_of(f"{first.what}: {first.before} before, {first.after} now{more}")


def _data(folder: Path, result: Result) -> Data:
    """The files that are to be published besides."""
    if not result.publish_data:
        return NO_DATA
    value, _ = strict_json.load(read_descriptor(folder, strict_json.MAX_BYTES))
    package = read_package(value if isinstance(value, dict) else {})
    return gather_data(folder, choose_resources(package.resources, result.publish_data), Silent())
