"""What a publication intends, decided from the bundle, its source and the version that is current. Nothing is done here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from osds.store.bundle import Bundle
from osds.store.data import NO_DATA, Data
from osds.store.gate import Loss
from osds.store.layout import CURRENT, PLAIN, version_key
from osds.store.manifest import Accepted, Manifest, SourceFacts, identify, render_manifest


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What is offered as the next version: sums, the data itself, where both come from, and why losses are accepted."""

    bundle: Bundle
    source: SourceFacts
    data: Data = NO_DATA
    accept: str | None = None  # the reason

    @property
    def sizes(self) -> Mapping[str, int]:
        """The objects that the version refers to: key to size in bytes."""
        return {file.object_key: file.bytes for file in self.bundle.files} | {
            file.object_key: file.bytes for file in self.data.files
        }

    @property
    def content_sha256(self) -> str:
        """The SHA-256 of what the version would say."""
        return self.data.content_sha256(self.bundle.content_sha256)


@dataclass(frozen=True, kw_only=True)
class Publication:
    """Version `sequence` as it will be, or as it is already if nothing `changed`."""

    changed: bool
    sequence: int
    manifest: bytes


@dataclass(frozen=True, kw_only=True)
class HeldBack:
    """The gate holds the offer back: version `sequence` stays, because of these losses."""

    sequence: int
    losses: tuple[Loss, ...]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to be done in the store: `action` in one word, the key below the dataset's prefix, and bytes sent."""

    action: str
    key: str
    bytes: int


def plan(offer: Offer, current: Manifest | None, losses: tuple[Loss, ...]) -> Publication | HeldBack:
    """The version to publish after `current`: the next one, the same one if it says the same, or none.

    `losses` are what the gate found between the two; there are none if nothing is current.
    """
    if current is not None and current.identity == identify(offer.bundle, offer.source, offer.data):
        return Publication(changed=False, sequence=current.sequence, manifest=current.content)
    if current is not None and losses and offer.accept is None:
        return HeldBack(sequence=current.sequence, losses=losses)
    accepted = Accepted(reason=offer.accept, losses=losses) if losses and offer.accept else None
    return Publication(
        changed=True,
        sequence=current.sequence + 1 if current is not None else 1,
        manifest=render_manifest(offer.bundle, offer.source, current, offer.data, accepted),
    )


def steps(
    publication: Publication, missing: Mapping[str, int], plain: Mapping[str, int], *, stale: bool
) -> tuple[Step, ...]:
    """What is to be done, in order. `missing` are objects by key, `plain` the sizes of the plain copies by file name."""
    found = [Step(action="create", key=key, bytes=size) for key, size in missing.items()]
    if publication.changed:
        size = len(publication.manifest)
        found.append(Step(action="create", key=version_key(publication.sequence), bytes=size))
        found.append(Step(action="commit", key=CURRENT, bytes=size))
    if stale:
        found += [Step(action="copy", key=f"{PLAIN}/{name}", bytes=size) for name, size in plain.items()]
    return tuple(found)
