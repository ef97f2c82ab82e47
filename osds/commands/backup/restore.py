"""`osds restore`: bring a dataset back from its backup as a repository, every byte compared on the way."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from osds.commands.backup.backups import download, read_backup
from osds.dataset.identity import DatasetId
from osds.dataset.lfs import Pointer
from osds.edges.git.restore import Restored, check_free
from osds.edges.store.objects import ObjectStore
from osds.edges.web.lfs import ObjectFolder
from osds.errors import OutsideError, UsageError
from osds.progress import Progress
from osds.store.backup import Backup, Holding, check_takedown


@dataclass(frozen=True, kw_only=True)
class Restoration:
    """What came back. `left` are the paths at which a git-lfs pointer stands, because its content was never to be had."""

    dataset: DatasetId
    backup: Backup
    left: tuple[str, ...]


def restore(
    dataset: DatasetId,
    store: ObjectStore,
    output: Path,
    *,
    at: int | None = None,
    max_bytes: int,
    takedowns: Collection[str] = (),
    progress: Progress,
) -> Restoration:
    """Make the repository `output` of the last version of the backup, or of the version `at`; it is there whole or not.

    Raises `UsageError` if there is no such backup or `output` is in use, `OutsideError` if the store has it damaged,
    `UnsafeInputError` if its files have more than `max_bytes`.
    """
    check_takedown(dataset, takedowns)
    check_free(output)
    backup = read_backup(store, dataset, at)
    if backup is None:
        raise UsageError(f"There is no backup of {dataset} in {store.url}", next_step="Check the name and --store")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{output.name}.osds-new-", dir=output.parent))
    except OSError as error:
        raise OutsideError(f"{output} cannot be made: {error.strerror}", next_step="Name another --output") from error
    try:
        left = _rebuild(dataset, backup, store, scratch, max_bytes, progress)
        (scratch / "repository").replace(output)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return Restoration(dataset=dataset, backup=backup, left=left)


def _rebuild(
    dataset: DatasetId, backup: Backup, store: ObjectStore, scratch: Path, max_bytes: int, progress: Progress
) -> tuple[str, ...]:
    """Make the repository in the folder `repository` of `scratch`; the paths at which pointers are left.

    Everything is here and right before git gets any of it.
    """
    folder, objects = scratch / "repository", ObjectFolder(scratch / "objects")
    folder.mkdir()
    kept = [each for each in backup.lfs if each.holding is Holding.KEPT]
    bundles = []
    with progress.task(f"Restoring {dataset}", len(backup.bundles) + len(kept)) as task:
        for number, bundle in enumerate(backup.bundles):
            bundles.append(scratch / f"{number}.bundle")
            download(store, dataset, bundle.sha256, bundle.bytes, bundles[-1])
            task.advance()
        for each in kept:
            place = objects.path(Pointer(oid=each.oid, size=each.bytes))
            place.parent.mkdir(parents=True, exist_ok=True)
            download(store, dataset, each.oid, each.bytes, place)
            task.advance()
    repository = Restored(folder, backup.snapshot)
    repository.unbundle(bundles)
    repository.set_refs()
    repository.set_origin(backup.repository)
    repository.take_in(objects)
    return repository.check_out(max_bytes)
