"""`osds publish`: bring a bundle into the store as the dataset's next version, or notice that nothing changed.

The order makes it safe to be killed at any moment and to run beside others. First the objects, then the manifest under its
sequence number: both are create-only, nobody reads them yet. Then the commit point, `datapackage.json`, by compare-and-set
(`place.commit`). Then the copies at the plain paths. While it is at it, an intent protects the objects from `osds store gc`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from osds.commands.clock import Clock, SystemClock
from osds.commands.parallel import in_parallel
from osds.commands.store.data_files import ReadData, no_data
from osds.commands.store.intents import announce, is_announced, wait_for_removal, withdraw
from osds.commands.store.losses import losses_between
from osds.commands.store.place import Place, commit, read_current
from osds.commands.store.plain_copies import Read, copies_are_right, read_object, refresh_copies
from osds.dataset.identity import DatasetId
from osds.edges.local.bundles import read_bundle, read_bundle_file
from osds.edges.store.object_store import PART
from osds.edges.store.objects import ObjectStore
from osds.errors import UsageError
from osds.progress import Progress
from osds.store import layout
from osds.store.bundle import Bundle, BundleFile
from osds.store.data import NO_DATA, Data, DataFile
from osds.store.gate import Loss, older_commit
from osds.store.manifest import Manifest, PublishedFile, SourceFacts
from osds.store.publication import HeldBack, Offer, Publication, Step, plan, steps
from osds.thresholds import Thresholds

CameBefore = Callable[[str, str], bool]  # of two full ids of commits, whether the first one is known to be older


def _nobody_knows(_commit: str, _later: str) -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Published:
    """What a publication did, or with a dry run would do.

    `url` is the commit point and `version_url` the manifest that never changes; `created` are the keys that are new, as
    the store knows them; `plan` says the same in steps. `bytes_sent` counts the contents of files, not the manifests; it
    is 0 in a dry run. `losses` are why the gate holds the version back; then `sequence` is the one that stays.
    """

    dataset: DatasetId
    changed: bool
    sequence: int
    url: str
    version_url: str
    created: tuple[str, ...]
    bytes_sent: int
    plan: tuple[Step, ...]
    losses: tuple[Loss, ...]


@dataclass(frozen=True, kw_only=True)
class _Run:
    """What every step needs to know."""

    folder: Path
    offer: Offer
    read_data: ReadData
    limits: Thresholds
    place: Place
    came_before: CameBefore
    clock: Clock
    progress: Progress

    def decide(self, current: Manifest | None) -> Publication | HeldBack:
        """What the offer means when this version is current."""
        intent = plan(self.offer, current, ())
        if current is None or not isinstance(intent, Publication) or not intent.changed:
            return intent
        losses = losses_between(self.place, current, self.folder, self.offer.bundle, self.limits)
        return plan(self.offer, current, (*self._going_back(current), *losses))

    def _going_back(self, current: Manifest) -> tuple[Loss, ...]:
        """That the offer is of an older commit of the same repository, as far as anybody knows."""
        source, offered = current.raw["osds"]["source"], self.offer.source
        published = source.get("commit")
        if source["repository"] != offered.repository or not isinstance(published, str) or offered.commit is None:
            return ()
        return (older_commit(published, offered.commit),) if self.came_before(offered.commit, published) else ()


def publish_bundle(
    bundle: Path,
    dataset: DatasetId,
    source: SourceFacts,
    store: ObjectStore,
    *,
    dry_run: bool,
    progress: Progress,
    data: Data = NO_DATA,
    read_data: ReadData = no_data,
    limits: Thresholds = Thresholds(),  # noqa: B008 (a frozen value)
    accept: str | None = None,
    came_before: CameBefore = _nobody_knows,
    clock: Clock = SystemClock(),  # noqa: B008 (it has no state)
) -> Published:
    """Publish the folder `bundle` as the current version of `dataset`; an unchanged bundle causes no write at all.

    `data` are the dataset's own files to publish besides, which `read_data` reads; `accept` is the reason why losses beyond
    the `limits` are right; `came_before` says of two commits whether the first is older.

    Raises `UsageError` if there is no bundle or it is another dataset's, `UnsafeInputError` if a file is not what the
    descriptor says, `OutsideError` if the store fails or holds something else where a manifest should be.
    """
    offer = Offer(bundle=_read_bundle(bundle, dataset, progress), source=source, data=data, accept=accept)
    place = Place(store=store, dataset=dataset)
    run = _Run(
        folder=bundle,
        offer=offer,
        read_data=read_data,
        limits=limits,
        place=place,
        came_before=came_before,
        clock=clock,
        progress=progress,
    )
    current = read_current(place)
    intent = run.decide(current.manifest if current else None)
    if isinstance(intent, HeldBack):
        return _told(run, intent, (), 0)
    missing = _missing_objects(run) if intent.changed else {}
    stale = intent.changed or (current is not None and not copies_are_right(place, current.manifest))
    planned = steps(intent, missing, {file.name: file.bytes for file in offer.bundle.files}, stale=stale)
    if dry_run:
        return _told(run, intent, planned, 0)
    outcome, sent = _apply(run, intent, current.manifest if current else None, stale=stale)
    return _told(run, outcome, planned, sent)


def _apply(
    run: _Run, intent: Publication, current: Manifest | None, *, stale: bool
) -> tuple[Publication | HeldBack, int]:
    """Do what was decided; what came of it, and the bytes sent. Another publisher may have changed what it means."""
    content = run.offer.content_sha256
    sent = 0
    outcome: Publication | HeldBack = intent
    if intent.changed:
        sent += _send_objects(run, current)
        outcome = commit(run.place, run.decide)
    if isinstance(outcome, Publication) and stale:
        sent += refresh_copies(run.place, _published_reader(run), run.progress)
    # Unchanged and announced: a publisher was killed after the commit point.
    if isinstance(outcome, Publication) and (intent.changed or is_announced(run.place, content)):
        withdraw(run.place, content)
    return outcome, sent


def _read_bundle(folder: Path, dataset: DatasetId, progress: Progress) -> Bundle:
    bundle = read_bundle(folder, progress)
    if bundle.name != dataset.name:
        raise UsageError(
            f"The bundle is of the dataset {bundle.name!r}, not of {dataset.name!r}",
            next_step="Make it again with `osds aggregate`",
        )
    return bundle


def _told(run: _Run, outcome: Publication | HeldBack, planned: tuple[Step, ...], sent: int) -> Published:
    changed = isinstance(outcome, Publication) and outcome.changed
    return Published(
        dataset=run.place.dataset,
        changed=changed,
        sequence=outcome.sequence,
        url=run.place.url(layout.CURRENT),
        version_url=run.place.url(layout.version_key(outcome.sequence)),
        created=tuple(run.place.key(step.key) for step in planned if step.action == "create") if changed else (),
        bytes_sent=sent,
        plan=planned,
        losses=outcome.losses if isinstance(outcome, HeldBack) else (),
    )


def _missing_objects(run: _Run) -> Mapping[str, int]:
    """The objects that are not in the store, with their sizes. One of the wrong size counts as missing, so creating it
    fails."""
    present = run.place.store.list(run.place.key(layout.OBJECTS))
    return {key: size for key, size in run.offer.sizes.items() if present.get(run.place.key(key)) != size}


def _send_objects(run: _Run, current: Manifest | None) -> int:
    """Make sure that all objects exist and stay, and return the number of bytes sent."""
    new = run.offer.sizes.keys() - (current.objects if current else {}).keys()
    if new:
        announce(run.place, run.offer.content_sha256, new)
        wait_for_removal(run.place, run.clock, run.progress)
    missing = _missing_objects(run)  # again: only what is there after the announcement stays
    data = [file for file in run.offer.data.files if file.object_key in missing]
    small: list[BundleFile | DataFile] = [file for file in run.offer.bundle.files if file.object_key in missing]
    small += [file for file in data if file.bytes <= PART]
    sent = sum(in_parallel(lambda file: _create(run, file), small, "Sending files", run.progress))
    large = [file for file in data if file.bytes > PART]
    with run.progress.task("Sending large files", total=len(large)) as task:
        for file in large:  # one after the other: each has several parts under way
            sent += _upload(run, file)
            task.advance()
    return sent


def _create(run: _Run, file: BundleFile | DataFile) -> int:
    content = b"".join(run.read_data(file)) if isinstance(file, DataFile) else _read_local(run, file)
    encoding = file.encoding if isinstance(file, DataFile) else "utf-8"
    made = run.place.store.create(
        run.place.key(file.object_key),
        content,
        content_type=layout.content_type(file.name, encoding),
        cache_control=layout.IMMUTABLE,
        disposition=layout.disposition(run.place.dataset.name, file.name),
    )
    return len(content) if made else 0


def _upload(run: _Run, file: DataFile) -> int:
    """Send a large file as a stream. The key is its hash, so writing over an object writes the same again."""
    run.place.store.upload(
        run.place.key(file.object_key),
        lambda: run.read_data(file),
        content_type=layout.content_type(file.name, file.encoding),
        cache_control=layout.IMMUTABLE,
        disposition=layout.disposition(run.place.dataset.name, file.name),
    )
    return file.bytes


def _read_local(run: _Run, file: BundleFile) -> bytes:
    return run.offer.bundle.content if file.name == layout.CURRENT else read_bundle_file(run.folder, file)


def _published_reader(run: _Run) -> Read:
    """Reads a file of the current version, from the bundle if it is the same, else from the store."""
    local = {file.object_key: file for file in run.offer.bundle.files}

    def read(file: PublishedFile) -> bytes:
        found = local.get(file.object_key)
        return read_object(run.place, file) if found is None else _read_local(run, found)

    return read
