"""`osds backup`: keep a dataset's repository, with its git-lfs content, in the store.

Contents go first, each under its hash, so that a run that was killed is taken up by the next one. The version that names
them comes last, create-only: it is the commit point. What is there already is not sent again, and an unchanged repository
causes no write at all.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from osds.commands.backup.backups import read_backup
from osds.commands.backup.contents import Contents
from osds.commands.clock import Clock
from osds.dataset import strict_json
from osds.dataset.identity import DatasetId
from osds.edges.git.mirror import GoneError, Mirror, Upstream, open_mirror
from osds.edges.git.objects import read_file
from osds.edges.store.objects import DifferentContentError, ObjectStore
from osds.edges.web.lfs import Source
from osds.errors import OsdsError, OutsideError, UnsafeInputError, UsageError
from osds.progress import Progress
from osds.report import DESCRIPTOR_FILE
from osds.store.backup import (
    Backup,
    Bundle,
    Holding,
    LfsObject,
    Snapshot,
    State,
    backup_key,
    backup_prefix,
    check_takedown,
    is_unchanged,
    known_tips,
    render_backup,
)
from osds.store.layout import IMMUTABLE


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to back up, whose it is, and how far to go. `name` is that of the catalog; None takes the descriptor's.

    `max_bytes` bounds a whole dataset, `takedowns` are `owner/name` of datasets that are left alone.
    """

    upstream: Upstream
    owner: str
    name: str | None = None
    repository_id: int | None = None
    max_bytes: int
    takedowns: Collection[str] = ()


@dataclass(frozen=True, kw_only=True)
class BackedUp:
    """What a backup did, or with a dry run would do. `failure` is why git-lfs content is still awaited."""

    dataset: DatasetId
    changed: bool
    backup: Backup
    created: tuple[str, ...]
    bytes_sent: int
    failure: OsdsError | None


@dataclass(frozen=True, kw_only=True)
class _Run:
    """What every step needs to know. `whole` says that the store has all bundles of the `last` version."""

    order: Order
    dataset: DatasetId
    store: ObjectStore
    contents: Contents
    clock: Clock
    dry_run: bool
    last: Backup | None
    whole: bool


def back_up(
    order: Order, store: ObjectStore, lfs: Source, *, clock: Clock, progress: Progress, dry_run: bool = False
) -> BackedUp:
    """Bring the backup of a dataset up to date.

    Raises `UsageError` for a dataset on the list of takedowns, `UnsafeInputError` for one that is too large,
    `OutsideError` if git or the store fails, `GoneError` if there never was a repository to back up.
    """

    begin = partial(_begin, order, store, lfs, clock, dry_run=dry_run)
    with open_mirror(order.max_bytes) as mirror, progress.task(f"Backing up {order.upstream.url}"):
        run = begin(order.name) if order.name else None
        try:
            seen = mirror.look(order.upstream)
        except GoneError as gone:
            if run is None or run.last is None:
                raise
            return _record_gone(run, run.last, gone)
        if run is not None and (same := _unchanged(run, seen)) is not None:
            return _try_again(run, same)
        seen = mirror.fetch(order.upstream, seen)
        descriptor = _read_descriptor(mirror, seen)
        run = run or begin(_name(order, descriptor))
        same = _unchanged(run, seen)
        return _record(run, mirror, seen, descriptor) if same is None else _try_again(run, same)


def _begin(order: Order, store: ObjectStore, lfs: Source, clock: Clock, name: str, *, dry_run: bool) -> _Run:
    """Read what there is of the backup of the dataset `name`."""
    dataset = DatasetId(owner=order.owner, name=name)
    check_takedown(dataset, order.takedowns)
    contents = Contents(store, dataset, lfs, dry_run=dry_run)
    last = read_backup(store, dataset)
    return _Run(
        order=order,
        dataset=dataset,
        store=store,
        contents=contents,
        clock=clock,
        dry_run=dry_run,
        last=last,
        whole=last is None or all(contents.has(bundle.sha256, bundle.bytes) for bundle in last.bundles),
    )


def _unchanged(run: _Run, seen: Snapshot) -> Backup | None:
    """The last version, if it says already what was seen and the store has it whole."""
    return run.last if run.whole and is_unchanged(run.last, seen) else None


def _record_gone(run: _Run, last: Backup, gone: GoneError) -> BackedUp:
    """Say that the repository is not there any more, once; all that was kept is kept."""
    if last.state is State.GONE:
        return _done(run, last, changed=False)
    return _commit(run, replace(last, state=State.GONE, told=gone.what))


def _try_again(run: _Run, last: Backup) -> BackedUp:
    """The repository is unchanged; ask again for the git-lfs content that was not to be had."""
    lfs = run.contents.keep_lfs(last.lfs)
    return _done(run, last, changed=False) if lfs == last.lfs else _commit(run, replace(last, lfs=lfs))


def _record(run: _Run, mirror: Mirror, seen: Snapshot, descriptor: Mapping[str, object]) -> BackedUp:
    """Keep what is new, and say all of it."""
    lfs = [LfsObject(oid=p.oid, bytes=p.size, holding=Holding.AWAITED) for p in mirror.pointers()]
    with tempfile.TemporaryDirectory(prefix="osds-bundle-") as scratch:
        path = Path(scratch) / "new.bundle"
        bundles = _bundle(run, mirror, seen, path)
        _check_size(run, (*bundles, *lfs))
        if path.exists():
            run.contents.keep_bundle(bundles[-1], path)
    backup = Backup(
        sequence=0,
        made="",
        state=State.KEPT,
        told="",
        repository=run.order.upstream.url,
        repository_id=run.order.repository_id,
        licences=_licences(descriptor),
        snapshot=seen,
        bundles=bundles,
        lfs=run.contents.keep_lfs(lfs),
    )
    return _commit(run, backup)


def _bundle(run: _Run, mirror: Mirror, seen: Snapshot, path: Path) -> tuple[Bundle, ...]:
    """The chain of bundles of the new version; if it needs a new one, that is written to `path`."""
    known = known_tips(run.last) if run.whole else ()
    before = run.last.bundles if run.last is not None and known else ()
    if not mirror.bundle(path, seen.refs, known):
        return before
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return (*before, Bundle(sha256=digest, bytes=path.stat().st_size))


def _commit(run: _Run, backup: Backup) -> BackedUp:
    """Write the next version, which was decided after the last one was read."""
    sequence = run.last.sequence + 1 if run.last is not None else 1
    backup = replace(backup, sequence=sequence, made=run.clock.now().isoformat(timespec="seconds"))
    key = f"{backup_prefix(run.dataset)}/{backup_key(sequence)}"
    content = render_backup(backup)
    if not run.dry_run:
        try:
            run.store.create(key, content, content_type="application/json", cache_control=IMMUTABLE)
        except DifferentContentError:
            raise OutsideError(
                f"Another backup of {run.dataset} was made at the same time", next_step="Run the command again"
            ) from None
    run.contents.created.append(key)
    return _done(run, backup, changed=True)


def _done(run: _Run, backup: Backup, *, changed: bool) -> BackedUp:
    return BackedUp(
        dataset=run.dataset,
        changed=changed,
        backup=backup,
        created=tuple(run.contents.created),
        bytes_sent=run.contents.sent,
        failure=run.contents.failure,
    )


def _check_size(run: _Run, contents: Iterable[Bundle | LfsObject]) -> None:
    size = sum(each.bytes for each in contents)
    if size > run.order.max_bytes:
        raise UnsafeInputError(
            f"The backup of {run.dataset} would have {size:,} bytes, more than {run.order.max_bytes:,}",
            next_step="Allow more with --max-size, for instance 50GB",
        )


def _read_descriptor(mirror: Mirror, seen: Snapshot) -> Mapping[str, object]:
    """The descriptor at HEAD; an empty one if there is none that can be read."""
    content = read_file(mirror.git, seen.refs[seen.head], DESCRIPTOR_FILE) if seen.head else None
    value, _ = strict_json.load(content or b"")
    return value if isinstance(value, dict) else {}


def _name(order: Order, descriptor: Mapping[str, object]) -> str:
    name = descriptor.get("name")
    if isinstance(name, str):
        return name
    raise UsageError(f"Nobody says what the dataset at {order.upstream.url} is called", next_step="Give --name")


def _licences(descriptor: Mapping[str, object]) -> tuple[str, ...]:
    """The licences that a descriptor names: `licenses` of Data Package 1 and 2."""
    listed = descriptor.get("licenses")
    licences = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    names = [each.get("name") or each.get("path") or each.get("title") for each in licences[:20]]
    return tuple(str(name)[:200] for name in names if name)
