"""`osds drill`: prove that backups can be restored, by restoring one that chance chooses and validating it."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from osds.commands.backup.backups import list_backups
from osds.commands.backup.restore import Restoration, restore
from osds.commands.dataset.validate import validate
from osds.edges.store.objects import ObjectStore
from osds.errors import UsageError
from osds.progress import Progress
from osds.report import Report
from osds.settings import Settings, size_of
from osds.store.backup import is_taken_down


@dataclass(frozen=True, kw_only=True)
class Drill:
    """Which backup was restored, and what validation says of it; there is nothing left of it."""

    restoration: Restoration
    report: Report


def drill(
    store: ObjectStore, settings: Settings, *, seed: int | None, takedowns: Collection[str] = (), progress: Progress
) -> Drill:
    """Restore one backup into a temporary folder and validate it. The same `seed` chooses the same one.

    Raises `UsageError` if there is none, and what `restore` raises.
    """
    names = [dataset for dataset in list_backups(store) if not is_taken_down(dataset, takedowns)]
    if not names:
        raise UsageError(f"There are no backups in {store.url}", next_step="Make one with `osds backup`")
    chosen = random.Random(seed).choice(names)  # noqa: S311 (nothing secret)
    with tempfile.TemporaryDirectory(prefix="osds-drill-", ignore_cleanup_errors=True) as folder:
        output, most = Path(folder) / "restored", size_of(settings.max_size, "--max-size")
        restoration = restore(chosen, store, output, max_bytes=most, takedowns=takedowns, progress=progress)
        return Drill(restoration=restoration, report=validate(output, settings, progress).report)
