"""`osds store rollback`: a new version that says again what an older one said. Nothing is deleted, nothing is rewritten."""

from __future__ import annotations

from dataclasses import dataclass

from osds.commands.store.place import Place, commit, require_current, require_version
from osds.commands.store.plain_copies import read_object, refresh_copies
from osds.dataset.identity import DatasetId
from osds.errors import OutsideError, UsageError
from osds.progress import Progress
from osds.store import layout
from osds.store.manifest import Manifest, render_rollback
from osds.store.publication import Publication


@dataclass(frozen=True, kw_only=True)
class RolledBack:
    """The version that is current now, or would be; it says what version `target` said."""

    dataset: DatasetId
    changed: bool
    sequence: int
    target: int
    url: str


def roll_back(place: Place, sequence: int, reason: str | None, *, dry_run: bool, progress: Progress) -> RolledBack:
    """Publish what version `sequence` said as the next version; nothing happens if the current one says the same.

    Raises `UsageError` if there is no such version, `OutsideError` if files of it are not there any more.
    """
    require_current(place)
    target = require_version(place, sequence)
    _require_objects(place, target)

    def decide(current: Manifest | None) -> Publication:
        if current is None:
            raise UsageError(f"There is no {place.dataset} in {place.store.url} any more")
        if current.identity == target.identity:
            return Publication(changed=False, sequence=current.sequence, manifest=current.content)
        manifest = render_rollback(target, current, reason)
        return Publication(changed=True, sequence=current.sequence + 1, manifest=manifest)

    outcome = decide(require_current(place)) if dry_run else commit(place, decide)
    if outcome.changed and not dry_run:
        refresh_copies(place, lambda file: read_object(place, file), progress)
    return RolledBack(
        dataset=place.dataset,
        changed=outcome.changed,
        sequence=outcome.sequence,
        target=sequence,
        url=place.url(layout.CURRENT),
    )


def _require_objects(place: Place, target: Manifest) -> None:
    present = place.store.list(place.key(layout.OBJECTS))
    lost = [key for key in target.objects if place.key(key) not in present]
    if lost:
        raise OutsideError(
            f"{len(lost):,} files of version {target.sequence} are not there any more, for instance {lost[0]}",
            next_step="`osds store verify` lists them; restore them from a backup of the store",
        )
