"""Reading the backups in a store: which there are, their versions, and their contents, every byte compared."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from osds.dataset.identity import DatasetId
from osds.dataset.strict_json import MAX_BYTES
from osds.edges.store.objects import ObjectStore
from osds.edges.web.downloads import fetch
from osds.errors import OsdsError, OutsideError, UsageError
from osds.store.backup import BACKUPS, VERSIONS, Backup, backup_key, backup_prefix, object_key, parse_backup, sequences

_TRIES = 4


def list_backups(store: ObjectStore) -> tuple[DatasetId, ...]:
    """The datasets that have a backup, sorted."""
    found = []
    for owner in store.children(BACKUPS)[0]:
        for prefix in store.children(owner)[0]:
            try:
                found.append(DatasetId.parse(prefix.strip("/").removeprefix(f"{BACKUPS}/")))
            except OsdsError:  # not ours
                continue
    return tuple(sorted(found, key=str))


def read_backup(store: ObjectStore, dataset: DatasetId, sequence: int | None = None) -> Backup | None:
    """The version `sequence` of a backup, or the last one; None if there is no backup.

    Raises `UsageError` if there is no such version, `OutsideError` if it is damaged.
    """
    prefix = backup_prefix(dataset)
    known = sequences(store.list(f"{prefix}/{VERSIONS}"))
    if not known:
        return None
    if sequence is not None and sequence not in known:
        raise UsageError(
            f"There is no version {sequence} of the backup of {dataset}",
            next_step=f"There are {known[0]} to {known[-1]}",
        )
    key = f"{prefix}/{backup_key(sequence or known[-1])}"
    found = store.get(key)
    if found is None or len(found[0]) > MAX_BYTES:
        raise OutsideError(f"{key} cannot be read", next_step="Run the command again")
    backup = parse_backup(key, found[0])
    if backup.sequence != (sequence or known[-1]):
        raise OutsideError(
            f"{key} says that it is version {backup.sequence}", next_step="Look what happened to the store"
        )
    return backup


def download(store: ObjectStore, dataset: DatasetId, sha256: str, size: int, target: Path) -> None:
    """Write a content of a backup to a file. Raises `OutsideError` if it is missing or damaged: then there is no file.

    What is cut off on the way goes on where it was cut.
    """
    key = f"{backup_prefix(dataset)}/{object_key(sha256)}"

    def once() -> bool:
        return fetch(lambda start: store.stream(key, start=start), target, sha256, size) is not None

    for _ in range(_TRIES - 1):
        with suppress(OutsideError):
            if once():
                return
            break
    if not once():
        raise _damaged(key, "it is missing" if store.stream(key) is None else "its bytes are others")


def _damaged(key: str, reason: str) -> OutsideError:
    return OutsideError(
        f"{key} in the store is damaged: {reason}",
        next_step="Remove that object and run `osds backup` again, or restore an earlier version with --at",
    )
