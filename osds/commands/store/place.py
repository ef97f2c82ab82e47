"""A dataset's place in a store: its versions, and how the next one becomes current.

A version is first written under its sequence number, create-only: nobody reads it yet. Then the commit point,
`datapackage.json`, is set to it by compare-and-set. Who finds a version where its own should go (a publisher was killed,
or is still at it) commits that one first and goes on with the next number: so versions have no gaps and none is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from osds.dataset.identity import DatasetId
from osds.edges.store.objects import DifferentContentError, ObjectStore, Version
from osds.errors import OutsideError, UsageError
from osds.store import layout
from osds.store.manifest import Manifest, parse_manifest
from osds.store.publication import Publication

ROUNDS = 20  # how often others may be faster before we give up

Decided = TypeVar("Decided")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a dataset is in a store."""

    store: ObjectStore
    dataset: DatasetId

    @property
    def prefix(self) -> str:
        """The prefix of all its keys, without a final slash."""
        return layout.dataset_prefix(self.dataset.owner, self.dataset.name)

    def key(self, relative: str) -> str:
        """The key as the store knows it."""
        return f"{self.prefix}/{relative}"

    def url(self, relative: str) -> str:
        """Where readers find it."""
        return f"{self.store.url.rstrip('/')}/{self.key(relative)}"


@dataclass(frozen=True, kw_only=True)
class Current:
    """The version that is current, and what compare-and-set needs to replace it."""

    manifest: Manifest
    version: Version


def read_current(place: Place) -> Current | None:
    """The current version; None if there is none yet. Raises `OutsideError` if osds did not write it."""
    key = place.key(layout.CURRENT)
    found = place.store.get(key)
    return None if found is None else Current(manifest=parse_manifest(key, found[0]), version=found[1])


def require_current(place: Place) -> Manifest:
    """The current version. Raises `UsageError` if there is none."""
    current = read_current(place)
    if current is None:
        raise UsageError(
            f"There is no {place.dataset} in {place.store.url}",
            next_step="`osds store show` lists what is there; check --store and the name",
        )
    return current.manifest


def read_version(place: Place, sequence: int) -> Manifest | None:
    """A version by its number; None if there is no such key. Raises `OutsideError` if it says another number."""
    key = place.key(layout.version_key(sequence))
    found = place.store.get(key)
    if found is None:
        return None
    manifest = parse_manifest(key, found[0])
    if manifest.sequence != sequence:
        raise OutsideError(f"{key} says that it is version {manifest.sequence}", next_step="Run `osds store verify`")
    return manifest


def require_version(place: Place, sequence: int) -> Manifest:
    """A version by its number. Raises `UsageError` if there is none."""
    found = read_version(place, sequence)
    if found is None:
        raise UsageError(
            f"There is no version {sequence} of {place.dataset} in {place.store.url}",
            next_step=f"`osds store versions {place.dataset}` lists them",
        )
    return found


def list_versions(place: Place) -> tuple[int, ...]:
    """The numbers of all versions that are written, in order; the last may not have become current."""
    _, objects = place.store.children(place.prefix)
    return tuple(sorted(number for key in objects if (number := layout.sequence_of(key)) is not None))


def commit(place: Place, decide: Callable[[Manifest | None], Publication | Decided]) -> Publication | Decided:
    """Make what `decide` makes of the current version the next one, helping whoever came first.

    Returns without a write what `decide` says if that is not a changed publication. The objects must exist.
    """
    ours: Publication | None = None
    for _ in range(ROUNDS):
        current = read_current(place)
        if ours is not None and current is not None and current.manifest.sequence >= ours.sequence:
            return ours  # only the manifest stored under that number can have become current then
        intent = decide(current.manifest if current else None)
        if not isinstance(intent, Publication) or not intent.changed:
            return intent
        if current is not None:
            _require_same(place, current.manifest)
        stored = _store_version(place, intent)
        if stored == intent.manifest:
            ours = intent
        place.store.replace(
            place.key(layout.CURRENT),
            stored,
            expected=current.version if current else None,
            content_type=layout.content_type(layout.CURRENT),
            cache_control=layout.CHANGING,
        )
    raise OutsideError(f"Other publishers of {place.prefix} were faster {ROUNDS} times", next_step="Run it again later")


def _require_same(place: Place, current: Manifest) -> None:
    """Raises `OutsideError` unless the current version's own file says the same: nothing is built upon what is damaged."""
    own = place.store.get(place.key(layout.version_key(current.sequence)))
    if own is None or own[0] != current.content:
        raise OutsideError(
            f"{place.key(layout.CURRENT)} is not the same as {layout.version_key(current.sequence)} beside it",
            next_step="Nothing was published: `osds store verify` says what is damaged",
        )


def _store_version(place: Place, intent: Publication) -> bytes:
    """The manifest of version `intent.sequence`: ours, unless another publisher's is there already."""
    key = place.key(layout.version_key(intent.sequence))
    try:
        place.store.create(key, intent.manifest, content_type=layout.content_type(key), cache_control=layout.IMMUTABLE)
    except DifferentContentError:
        found = place.store.get(key)
        if found is None or parse_manifest(key, found[0]).sequence != intent.sequence:
            raise
        return found[0]
    return intent.manifest
