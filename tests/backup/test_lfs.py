"""Backups whose git-lfs content comes from a server, or does not."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

from osds.commands.dataset.lfs_sources import LfsAccess, lfs_sources
from osds.dataset.lfs_content import QuotaError
from osds.edges.store.objects import ObjectStore, open_store
from osds.edges.web.https import Reach
from osds.edges.web.waiting import Waits
from osds.store.backup import Holding
from tests.backup.backing import PACKAGE, backed_up, restored
from tests.edges.lfs_repository import commit_files, needs_git_lfs
from tests.edges.lfs_server import LfsDouble
from tests.samples import ROWS
from tests.store.s3_front import Front

pytestmark = needs_git_lfs


def server_source(server: LfsDouble) -> Any:
    access = LfsAccess(reach=Reach(loopback=True), waits=Waits(budget=10, scale=0.001))
    return lfs_sources(None, server.repository(), access)


def with_lfs_at(server: LfsDouble, source: Path) -> str:
    """Move a repository's git-lfs content to a server; the oid of its table."""
    oid = hashlib.sha256(ROWS.encode()).hexdigest()
    server.objects[oid] = ROWS.encode()
    shutil.rmtree(source / ".git" / "lfs")
    return oid


def test_lfs__from_a_server(source: Path, folder: ObjectStore, lfs_server: LfsDouble, tmp_path: Path) -> None:
    with_lfs_at(lfs_server, source)
    backed_up(source, folder, lfs=server_source(lfs_server))
    restored(folder, tmp_path / "back")
    assert (tmp_path / "back" / "budget.csv").read_text() == ROWS


def test_lfs__that_nobody_has_does_not_stop_a_backup(
    source: Path, folder: ObjectStore, lfs_server: LfsDouble, tmp_path: Path
) -> None:
    oid = with_lfs_at(lfs_server, source)
    content = lfs_server.objects.pop(oid)
    source_of_it = server_source(lfs_server)
    first = backed_up(source, folder, lfs=source_of_it)
    assert (first.failure, [each.holding for each in first.backup.lfs]) == (None, [Holding.MISSING])
    back = restored(folder, tmp_path / "back")
    assert back.left == ("budget.csv",)
    assert backed_up(source, folder, lfs=server_source(lfs_server)).changed is False
    lfs_server.objects[oid] = content
    second = backed_up(source, folder, lfs=server_source(lfs_server))
    assert (second.backup.sequence, [each.holding for each in second.backup.lfs]) == (2, [Holding.KEPT])


def test_lfs__whose_quota_is_spent_is_awaited(source: Path, folder: ObjectStore, lfs_server: LfsDouble) -> None:
    with_lfs_at(lfs_server, source)
    lfs_server.refusal = (403, "This repository is over its data quota. Purchase more data packs")
    first = backed_up(source, folder, lfs=server_source(lfs_server))
    assert isinstance(first.failure, QuotaError)
    assert [each.holding for each in first.backup.lfs] == [Holding.AWAITED]
    again = backed_up(source, folder, lfs=server_source(lfs_server))
    assert (again.changed, type(again.failure)) == (False, QuotaError)
    lfs_server.refusal = None
    assert backed_up(source, folder, lfs=server_source(lfs_server)).backup.sequence == 2


def test_lfs__large_content_is_streamed(
    folder: ObjectStore, lfs_server: LfsDouble, front: Front, tmp_path: Path
) -> None:
    content = bytes(range(256)) * 60_000  # 15 MB: more than one part
    source = tmp_path / "large"
    commit_files(source, {"datapackage.json": PACKAGE, "budget.csv": content})
    shutil.rmtree(source / ".git" / "lfs")
    lfs_server.objects[hashlib.sha256(content).hexdigest()] = content
    for store in (folder, open_store("s3://bucket", endpoint=front.endpoint)):
        assert backed_up(source, store, lfs=server_source(lfs_server)).failure is None
        restored(store, tmp_path / f"back-{type(store).__name__}")
        assert (tmp_path / f"back-{type(store).__name__}" / "budget.csv").read_bytes() == content
    lfs_server.objects[hashlib.sha256(content).hexdigest()] = content[:-1] + b"x"
    damaged = backed_up(source, open_store(str(tmp_path / "third")), lfs=server_source(lfs_server))
    assert [each.holding for each in damaged.backup.lfs] == [Holding.MISSING]
    assert [key for key in damaged.created if key.endswith(hashlib.sha256(content).hexdigest())] == []
