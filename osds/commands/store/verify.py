"""`osds store verify`: whether everything that is published is still what it was, and still adds up. Reads only.

A version's own file and the commit point must be the same bytes; each version states the hash of the one before it; each
object is compared with the hash in its key; and the sums of every version are added up again from its files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from osds.commands.parallel import in_parallel
from osds.commands.store.place import Place, list_versions, require_current
from osds.commands.store.plain_copies import read_object
from osds.errors import OsdsError, OutsideError, UnsafeInputError
from osds.progress import Progress
from osds.store import layout
from osds.store.bundle import parse_bundle
from osds.store.manifest import Manifest, PublishedFile, parse_manifest
from osds.store.sums import UNREADABLE, wrong_sums


@dataclass(frozen=True, kw_only=True)
class Damage:
    """One thing that is not as it should be: the key below the dataset's prefix, and what is wrong with it."""

    key: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What was compared, and the damage that was found. `bytes` counts the objects that were read."""

    dataset: str
    versions: int
    objects: int
    bytes: int
    sums: int  # versions whose sums were added up again
    damage: tuple[Damage, ...]


def verify(place: Place, progress: Progress) -> Verified:
    """Read everything of a dataset and compare it. Raises `UsageError` if there is no such dataset."""
    damage: list[Damage] = []
    manifests = _read_versions(place, damage)
    objects = {key: file for manifest in manifests.values() for key, file in manifest.objects.items()}
    files = list(objects.values())
    sizes = in_parallel(lambda file: _read(place, file), files, "Comparing objects with their hashes", progress)
    bad = {file.object_key: found for file, found in zip(files, sizes, strict=True) if isinstance(found, str)}
    damage += [Damage(key=key, what=what) for key, what in sorted(bad.items())]
    sums, wrong = _add_up(place, manifests, bad, progress)
    damage += wrong
    if manifests:
        damage += _wrong_copies(place, manifests[max(manifests)], progress)
    return Verified(
        dataset=str(place.dataset),
        versions=len(manifests),
        objects=len(files),
        bytes=sum(found for found in sizes if isinstance(found, int)),
        sums=sums,
        damage=tuple(damage),
    )


def _read_versions(place: Place, damage: list[Damage]) -> dict[int, Manifest]:
    """All versions up to the current one that can be read, compared with each other."""
    manifests: dict[int, Manifest] = {}
    newest = _newest(place, damage)
    before: bytes | None = None
    for number in range(1, newest + 1):
        key = layout.version_key(number)
        found = place.store.get(place.key(key))
        if found is None:
            damage.append(Damage(key=key, what="the version is missing"))
            before = None
            continue
        try:
            manifest = parse_manifest(key, found[0])
        except OutsideError:
            damage.append(Damage(key=key, what="it is not a manifest of osds"))
            before = found[0]
            continue
        stated = manifest.raw["osds"].get("previous_hash")
        if manifest.sequence != number:
            damage.append(Damage(key=key, what=f"it says that it is version {manifest.sequence}"))
        elif stated is not None and before is not None and stated != f"sha256:{hashlib.sha256(before).hexdigest()}":
            damage.append(
                Damage(key=layout.version_key(number - 1), what=f"it is not what version {number} says of it")
            )
        before = found[0]
        manifests[number] = manifest
    return manifests


def _newest(place: Place, damage: list[Damage]) -> int:
    """The number of the current version; if the commit point cannot be trusted, that of the last one written."""
    written = max(list_versions(place), default=0)
    try:
        current = require_current(place)
    except OutsideError:
        damage.append(Damage(key=layout.CURRENT, what="it is not a manifest of osds"))
        return written
    own = place.store.get(place.key(layout.version_key(current.sequence)))
    if own is None or own[0] != current.content:
        damage.append(Damage(key=layout.CURRENT, what=f"it is not the same as {layout.version_key(current.sequence)}"))
        return written
    return current.sequence


def _read(place: Place, file: PublishedFile) -> int | str:
    """The size of an object that is right, or what is wrong with it."""
    stream = place.store.stream(place.key(file.object_key))
    if stream is None:
        return "it is missing"
    digest, size = hashlib.sha256(), 0
    for part in stream:
        digest.update(part)
        size += len(part)
    if digest.hexdigest() != file.sha256:
        return "its content is not what its hash says"
    if file.bytes is not None and size != file.bytes:
        return f"it has {size:,} bytes, its version says {file.bytes:,}"
    return size


def _add_up(
    place: Place, manifests: Mapping[int, Manifest], bad: Mapping[str, str], progress: Progress
) -> tuple[int, list[Damage]]:
    """Add up each bundle once, however many versions have it; those with damaged files are told already."""
    bundles = {manifest.descriptor.object_key: manifest for manifest in manifests.values()}
    whole = [m for m in bundles.values() if not any(file.object_key in bad for file in m.files)]
    with progress.task("Adding up the sums again", total=len(whole)) as task:
        found: list[Damage] = []
        for manifest in whole:
            found += _wrong_sums(place, manifest)
            task.advance()
    return len(whole), found


def _wrong_sums(place: Place, manifest: Manifest) -> Iterator[Damage]:
    files = {file.name: file for file in manifest.files}
    try:
        bundle = parse_bundle(read_object(place, manifest.descriptor))
        for name, what in wrong_sums(bundle.raw, lambda name: read_object(place, files[name])):
            yield Damage(key=files[name].object_key, what=what)
    except (UnsafeInputError, *UNREADABLE):
        yield Damage(key=manifest.descriptor.object_key, what="it does not describe a bundle")


def _wrong_copies(place: Place, manifest: Manifest, progress: Progress) -> Iterator[Damage]:
    """The plain copies of the current version that are not what its objects are."""

    def judge(file: PublishedFile) -> str | None:
        try:
            found = place.store.get(place.key(layout.plain_key(file.name)))
        except OsdsError as error:
            return error.what
        if found is None:
            return "the copy is missing: `osds publish` makes it again"
        same = hashlib.sha256(found[0]).hexdigest() == file.sha256
        return None if same else "it is not a copy of the current version: `osds publish` makes it again"

    found = in_parallel(judge, manifest.files, "Comparing the plain copies", progress)
    for file, what in zip(manifest.files, found, strict=True):
        if what is not None:
            yield Damage(key=layout.plain_key(file.name), what=what)
