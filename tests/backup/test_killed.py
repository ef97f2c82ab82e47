"""Backups that are killed at every call to the store, meet faults, and meet each other."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from osds.commands.backup.backups import read_backup
from osds.edges.store.objects import FolderStore, ObjectStore, open_store
from osds.edges.store.patience import Patience
from osds.errors import OutsideError
from tests.backup.backing import DATASET, MORE, backed_up, files, history, restored
from tests.edges.lfs_repository import commit_files, needs_git_lfs
from tests.store.s3_faults import CUT_BEFORE, INTERNAL, LATE, PASSING, SLOW_DOWN, seeded, writes
from tests.store.s3_front import Front

pytestmark = needs_git_lfs


SCRIPT = """
import os, signal, sys
from osds.commands.backup.backup import Order, back_up
from osds.commands.clock import SystemClock
from osds.commands.dataset.lfs_sources import LfsAccess, lfs_sources
from osds.edges.git.mirror import Upstream
from osds.edges.store.objects import open_store
from osds.progress import Silent
url, place, moment = sys.argv[1], sys.argv[2], int(sys.argv[3])
store, calls = open_store(place), [0]
def watched(name):
    real = getattr(store, name)
    def call(*arguments, **options):
        for when in (0, 1):
            if calls[0] == moment:
                os.kill(os.getpid(), signal.SIGKILL)
            calls[0] += 1
            if when == 0:
                result = real(*arguments, **options)
        return result
    setattr(store, name, call)
for name in ("get", "list", "create", "upload"):
    watched(name)
order = Order(upstream=Upstream(url=url), owner="os-data", name="town-budget", max_bytes=10**9)
back_up(order, store, lfs_sources(None, url, LfsAccess()), clock=SystemClock(), progress=Silent())
print(calls[0])
"""


def test_killed__at_every_call_to_the_store(source: Path, tmp_path: Path) -> None:
    def attempt(place: Path, moment: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", SCRIPT, str(source), str(place), str(moment)]
        return subprocess.run(command, capture_output=True, text=True)

    whole = attempt(tmp_path / "whole", -1)
    assert whole.returncode == 0, whole.stderr
    for moment in range(int(whole.stdout)):
        place = tmp_path / f"store-{moment}"
        assert attempt(place, moment).returncode == -9
        store = open_store(str(place))
        before = read_backup(store, DATASET)
        done = backed_up(source, store)
        assert done.changed is (before is None)
        assert done.backup.sequence == 1
        restored(store, tmp_path / f"back-{moment}")
        assert files(tmp_path / f"back-{moment}") == files(source)


@pytest.mark.parametrize("seed", range(4))
def test_faults__by_chance(source: Path, front: Front, tmp_path: Path, seed: int) -> None:
    store = open_store("s3://bucket", endpoint=front.endpoint, patience=Patience(scale=0.001))
    front.plan = seeded(seed, rate=0.3, faults=PASSING)

    def until_it_is_done() -> None:
        """All complete, or end with exit code 4 and are run again."""
        for _ in range(10):
            with contextlib.suppress(OutsideError):
                backed_up(source, store)
                return
        raise AssertionError

    until_it_is_done()
    commit_files(source, {"budget.csv": MORE.encode()})
    until_it_is_done()
    front.plan = seeded(seed, rate=0.2, faults=(INTERNAL, SLOW_DOWN, CUT_BEFORE, LATE))
    restored(store, tmp_path / "back")
    assert history(tmp_path / "back") == history(source)
    assert set(writes(front.timeline).values()) == {1}  # create-only: nothing was written twice


def test_two_at_once__lose_nothing(source: Path, folder: ObjectStore) -> None:
    class Late(FolderStore):
        """Another backup is faster between our decision and our version."""

        def create(self, key: str, content: bytes, **options: Any) -> bool:
            if "/versions/" in key:
                commit_files(source, {"notes.txt": b"more"})
                backed_up(source, folder)
            return super().create(key, content, **options)

    with pytest.raises(OutsideError, match="at the same time"):
        backed_up(source, Late(Path(folder.url)))
    assert backed_up(source, folder).changed is False
