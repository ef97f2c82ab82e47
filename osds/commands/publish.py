"""`osds publish`: bring a bundle into the store as the dataset's next version, or notice that nothing changed.

The order makes it safe to be killed at any moment and to run beside others. First the objects, then the manifest under its
sequence number: both are create-only, nobody reads them yet. Then the commit point, `datapackage.json`, by compare-and-set.
Then the copies at the plain paths. Who finds a manifest where its own should go (a publisher was killed, or is still
at it) commits that one first and goes on with the next number: so versions have no gaps and none is lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from osds.dataset.identity import DatasetId
from osds.edges.bundles import read_bundle, read_bundle_file
from osds.edges.objects import DifferentContentError, ObjectStore, Version
from osds.errors import OutsideError, UsageError
from osds.progress import Progress
from osds.store import layout
from osds.store.bundle import Bundle, BundleFile
from osds.store.manifest import Manifest, PublishedFile, SourceFacts, parse_manifest
from osds.store.publication import Publication, plan

_ROUNDS = 20  # how often others may be faster before we give up
_WORKERS = 8  # transfers at the same time

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Published:
    """What a publication did, or with a dry run would do.

    `url` is the commit point and `version_url` the manifest that never changes; `created` are the keys that are new, as
    the store knows them; `plan` says the same in words, one line per step. `bytes_sent` counts the contents of files, not
    the manifests; it is 0 in a dry run.
    """

    dataset: DatasetId
    changed: bool
    sequence: int
    url: str
    version_url: str
    created: tuple[str, ...]
    bytes_sent: int
    plan: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Current:
    manifest: Manifest
    version: Version


@dataclass(frozen=True, kw_only=True)
class _Run:
    """What every step needs to know."""

    folder: Path
    bundle: Bundle
    source: SourceFacts
    store: ObjectStore
    prefix: str
    progress: Progress

    def key(self, relative: str) -> str:
        return f"{self.prefix}/{relative}"


def publish_bundle(
    bundle: Path, dataset: DatasetId, source: SourceFacts, store: ObjectStore, *, dry_run: bool, progress: Progress
) -> Published:
    """Publish the folder `bundle` as the current version of `dataset`; an unchanged bundle causes no write at all.

    Raises `UsageError` if there is no bundle or it is another dataset's, `UnsafeInputError` if a file is not what the
    descriptor says, `OutsideError` if the store fails or holds something else where a manifest should be.
    """
    run = _prepare(bundle, dataset, source, store, progress)
    current = _read_current(run)
    intent = plan(run.bundle, source, current.manifest if current else None)
    missing = _missing_objects(run, intent)
    stale = intent.changed or (current is not None and not _plain_paths_are_right(run, current.manifest))
    lines = _describe(run, intent, missing, stale=stale)
    sent = 0
    if not dry_run:
        if intent.changed:
            sent += _create_objects(run, missing)
            intent = _commit(run)
        sent += _refresh_plain_paths(run) if stale else 0
    return Published(
        dataset=dataset,
        changed=intent.changed,
        sequence=intent.sequence,
        url=f"{store.url.rstrip('/')}/{run.key(layout.CURRENT)}",
        version_url=f"{store.url.rstrip('/')}/{run.key(layout.version_key(intent.sequence))}",
        created=_created(run, intent, missing),
        bytes_sent=sent,
        plan=lines,
    )


def _prepare(folder: Path, dataset: DatasetId, source: SourceFacts, store: ObjectStore, progress: Progress) -> _Run:
    bundle = read_bundle(folder, progress)
    if bundle.name != dataset.name:
        raise UsageError(
            f"The bundle is of the dataset {bundle.name!r}, not of {dataset.name!r}",
            next_step="Make it again with `osds aggregate`",
        )
    prefix = layout.dataset_prefix(dataset.owner, dataset.name)
    return _Run(folder=folder, bundle=bundle, source=source, store=store, prefix=prefix, progress=progress)


# --- what there is, and what is to be done ---


def _read_current(run: _Run) -> _Current | None:
    found = run.store.get(run.key(layout.CURRENT))
    if found is None:
        return None
    return _Current(manifest=parse_manifest(run.key(layout.CURRENT), found[0]), version=found[1])


def _missing_objects(run: _Run, intent: Publication) -> tuple[BundleFile, ...]:
    """The files whose content is not in the store. An object of the wrong size counts as missing, so creating it fails."""
    if not intent.files:
        return ()
    present = run.store.list(run.key(layout.OBJECTS))
    return tuple(file for file in intent.files if present.get(run.key(file.object_key)) != file.bytes)


def _plain_paths_are_right(run: _Run, manifest: Manifest) -> bool:
    """False if a publisher was killed before it finished the copies, or somebody changed the folder since."""
    descriptor = run.store.get(run.key(layout.plain_key(manifest.descriptor.name)))
    if descriptor is None or hashlib.sha256(descriptor[0]).hexdigest() != manifest.descriptor.sha256:
        return False
    expected = {
        run.key(layout.plain_key(file.name)): len(descriptor[0]) if file.bytes is None else file.bytes
        for file in manifest.files
    }
    return run.store.list(run.key(layout.PLAIN)) == expected


def _created(run: _Run, intent: Publication, missing: Sequence[BundleFile]) -> tuple[str, ...]:
    manifest = (run.key(layout.version_key(intent.sequence)),) if intent.changed else ()
    return tuple(run.key(file.object_key) for file in missing) + manifest


def _describe(run: _Run, intent: Publication, missing: Sequence[BundleFile], *, stale: bool) -> tuple[str, ...]:
    lines = [f"create {run.key(file.object_key)} ({file.bytes:,} bytes)" for file in missing]
    if intent.changed:
        lines.append(f"create {run.key(layout.version_key(intent.sequence))} ({len(intent.manifest):,} bytes)")
        lines.append(f"set {run.key(layout.CURRENT)} to version {intent.sequence}")
    if stale:
        lines.append(f"refresh {run.key(layout.PLAIN)}/ ({len(run.bundle.files)} files)")
    return tuple(lines) or (f"nothing: version {intent.sequence} says the same",)


# --- doing it ---


def _create_objects(run: _Run, files: Sequence[BundleFile]) -> int:
    """Create the objects and return the number of bytes sent."""

    def create(file: BundleFile) -> int:
        content = _read_local(run, file)
        made = run.store.create(
            run.key(file.object_key),
            content,
            content_type=layout.content_type(file.name),
            cache_control=layout.IMMUTABLE,
        )
        return len(content) if made else 0

    return sum(_in_parallel(run, "Sending files", create, files))


def _commit(run: _Run) -> Publication:
    """Make the bundle the current version, helping whoever came first. The objects must exist."""
    ours: Publication | None = None
    for _ in range(_ROUNDS):
        current = _read_current(run)
        if ours is not None and current is not None and current.manifest.sequence >= ours.sequence:
            return ours  # only the manifest stored under that number can have become current then
        intent = plan(run.bundle, run.source, current.manifest if current else None)
        if not intent.changed:
            return intent
        stored = _store_manifest(run, intent)
        if stored == intent.manifest:
            ours = intent
        run.store.replace(
            run.key(layout.CURRENT),
            stored,
            expected=current.version if current else None,
            content_type=layout.content_type(layout.CURRENT),
            cache_control=layout.CHANGING,
        )
    raise OutsideError(f"Other publishers of {run.prefix} were faster {_ROUNDS} times", next_step="Run it again later")


def _store_manifest(run: _Run, intent: Publication) -> bytes:
    """The manifest of version `intent.sequence`: ours, unless another publisher's is there already."""
    key = run.key(layout.version_key(intent.sequence))
    try:
        run.store.create(key, intent.manifest, content_type=layout.content_type(key), cache_control=layout.IMMUTABLE)
    except DifferentContentError:
        found = run.store.get(key)
        if found is None or parse_manifest(key, found[0]).sequence != intent.sequence:
            raise
        return found[0]
    return intent.manifest


def _refresh_plain_paths(run: _Run) -> int:
    """Copy the current version to the plain paths, until it is still current afterwards. Returns the bytes sent.

    Of several publishers at this, the last one to write looks last: so the copies end up as the current version's.
    """
    sent = 0
    target = _require_current(run)
    for _ in range(_ROUNDS):
        sent += _copy_to_plain_paths(run, target)
        latest = _require_current(run)
        if latest.content == target.content:
            return sent
        target = latest
    raise OutsideError(f"Other publishers of {run.prefix} were faster {_ROUNDS} times", next_step="Run it again later")


def _require_current(run: _Run) -> Manifest:
    current = _read_current(run)
    if current is None:
        raise OutsideError(f"{run.key(layout.CURRENT)} disappeared meanwhile", next_step="Run the command again")
    return current.manifest


def _copy_to_plain_paths(run: _Run, manifest: Manifest) -> int:
    def copy(file: PublishedFile) -> int:
        content = _read_published(run, file)
        run.store.put(
            run.key(layout.plain_key(file.name)),
            content,
            content_type=layout.content_type(file.name),
            cache_control=layout.CHANGING,
        )
        return len(content)

    *tables, descriptor = manifest.files
    sent = sum(_in_parallel(run, "Refreshing the plain paths", copy, tables))
    wanted = {run.key(layout.plain_key(file.name)) for file in manifest.files}
    for key in sorted(run.store.list(run.key(layout.PLAIN)).keys() - wanted):
        run.store.delete(key)
    return sent + copy(descriptor)  # last: it says that the rest is there


def _read_local(run: _Run, file: BundleFile) -> bytes:
    return run.bundle.content if file.name == layout.CURRENT else read_bundle_file(run.folder, file)


def _read_published(run: _Run, file: PublishedFile) -> bytes:
    """A file of the current version, from the bundle if it is the same, else from the store."""
    for local in run.bundle.files:
        if local.object_key == file.object_key:
            return _read_local(run, local)
    found = run.store.get(run.key(file.object_key))
    if found is None or hashlib.sha256(found[0]).hexdigest() != file.sha256:
        raise OutsideError(
            f"{run.key(file.object_key)} is missing or damaged", next_step="Restore it from a backup of the store"
        )
    return found[0]


def _in_parallel(run: _Run, text: str, work: Callable[[T], int], items: Sequence[T]) -> list[int]:
    with run.progress.task(text, total=len(items)) as task, ThreadPoolExecutor(_WORKERS) as pool:
        results = []
        for result in pool.map(work, items):
            results.append(result)
            task.advance()
        return results
