"""Backing up and restoring as tests do it, and what they look at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from osds.commands.backup.backup import BackedUp, Order, back_up
from osds.commands.backup.restore import Restoration, restore
from osds.commands.clock import SystemClock
from osds.commands.dataset.lfs_sources import LfsAccess, lfs_sources
from osds.dataset.identity import DatasetId
from osds.edges.git.mirror import Upstream
from osds.edges.store.objects import ObjectStore
from osds.progress import Silent
from tests.edges.git_backend import git
from tests.samples import ROWS, descriptor

DATASET = DatasetId(owner="os-data", name="town-budget")
PREFIX = "backup/os-data/town-budget"
PACKAGE = json.dumps(descriptor()).encode()
MORE = ROWS + "2025,01,Schools,12.00\n"


def order(url: str | Path, **changes: Any) -> Order:
    values = {"owner": "os-data", "name": "town-budget", "max_bytes": 10**9, **changes}
    return Order(upstream=Upstream(url=str(url)), **values)


def backed_up(
    url: str | Path, store: ObjectStore, *, lfs: Any = None, dry_run: bool = False, **changes: Any
) -> BackedUp:
    lfs = lfs or lfs_sources(None, str(url), LfsAccess())
    return back_up(order(url, **changes), store, lfs, clock=SystemClock(), progress=Silent(), dry_run=dry_run)


def restored(store: ObjectStore, output: Path, *, at: int | None = None, max_bytes: int = 10**8) -> Restoration:
    return restore(DATASET, store, output, at=at, max_bytes=max_bytes, progress=Silent())


def everything(store: ObjectStore) -> dict[str, bytes]:
    found = {key: store.get(key) for key in store.list("backup")}
    return {key: value[0] for key, value in found.items() if value is not None}


def history(folder: Path) -> tuple[str, str]:
    """All commits that all branches and tags reach, and the refs themselves."""
    refs = git(folder, "for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/tags")
    return git(folder, "rev-list", "--all", "--topo-order"), refs


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }
