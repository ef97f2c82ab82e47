"""Backups of real repositories with git-lfs content, into a folder and to S3, and what comes back of them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from osds.cli import run
from osds.commands.backup import BackedUp, Order, back_up
from osds.commands.backups import list_backups, read_backup
from osds.commands.clock import SystemClock
from osds.commands.lfs_sources import LfsAccess, lfs_sources
from osds.commands.restore import Restoration, restore
from osds.dataset.identity import DatasetId
from osds.dataset.lfs_content import QuotaError
from osds.edges.git_mirror import GoneError, Upstream
from osds.edges.https import Reach
from osds.edges.objects import FolderStore, ObjectStore, open_store
from osds.edges.patience import Patience
from osds.edges.waiting import Waits
from osds.errors import OutsideError, UnsafeInputError, UsageError
from osds.progress import Silent
from osds.store.backup import Holding, State
from tests.edges.git_backend import git
from tests.edges.lfs_repository import commit_files, git_lfs, needs_git_lfs
from tests.edges.lfs_server import LfsDouble, running_lfs
from tests.samples import ROWS, descriptor
from tests.store.s3 import new_bucket, running_s3, s3_environment
from tests.store.s3_faults import CUT_BEFORE, INTERNAL, LATE, PASSING, SLOW_DOWN, seeded, writes
from tests.store.s3_front import Front, running_front

pytestmark = needs_git_lfs

DATASET = DatasetId(owner="os-data", name="town-budget")
PREFIX = "backup/os-data/town-budget"
PACKAGE = json.dumps(descriptor()).encode()
MORE = ROWS + "2025,01,Schools,12.00\n"


@pytest.fixture(autouse=True)
def nobodys_home(home: Path) -> None:
    """Nobody's git configuration."""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A dataset's repository: one commit, its table in git-lfs."""
    commit_files(tmp_path / "source", {"datapackage.json": PACKAGE, "budget.csv": ROWS.encode()})
    return tmp_path / "source"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with running_s3() as endpoint:
        yield endpoint


@pytest.fixture
def front(monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    s3_environment(monkeypatch)
    with running_front("bucket") as server:
        yield server


@pytest.fixture(params=["folder", "moto", "front"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    if request.param == "folder":
        return open_store(str(tmp_path / "store"))
    s3_environment(monkeypatch)
    if request.param == "moto":
        endpoint = request.getfixturevalue("s3")
        return open_store(f"s3://{new_bucket(endpoint)}/pre", endpoint=endpoint)
    return open_store("s3://bucket/pre", endpoint=request.getfixturevalue("front").endpoint)


@pytest.fixture
def folder(tmp_path: Path) -> ObjectStore:
    return open_store(str(tmp_path / "store"))


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


# --- there and back ---


def test_backup__comes_back_byte_for_byte(source: Path, store: ObjectStore, tmp_path: Path) -> None:
    git(source, "tag", "-a", "v1.0", "-m", "First")
    git(source, "branch", "draft")
    done = backed_up(source, store)
    assert (done.changed, done.backup.sequence, done.failure) == (True, 1, None)
    oid = hashlib.sha256(ROWS.encode()).hexdigest()
    bundle = done.backup.bundles[0].sha256
    assert set(everything(store)) == {
        f"{PREFIX}/versions/000001.json",
        f"{PREFIX}/objects/{oid}",
        f"{PREFIX}/objects/{bundle}",
    }
    assert set(done.created) == set(everything(store))
    assert done.backup.licences == ("ODC-PDDL-1.0",)
    back = restored(store, tmp_path / "back")
    assert back.left == ()
    assert history(tmp_path / "back") == history(source)
    assert files(tmp_path / "back") == files(source)
    git(tmp_path / "back", "fsck", "--full", "--strict")
    git_lfs(tmp_path / "back", "lfs", "fsck")
    git_lfs(tmp_path / "back", "add", "--all")
    assert git_lfs(tmp_path / "back", "status", "--porcelain") == ""
    assert git(tmp_path / "back", "symbolic-ref", "HEAD") == "refs/heads/main"
    assert git(tmp_path / "back", "config", "remote.origin.url") == str(source)
    assert run(["validate", str(tmp_path / "back")]) == 0


def test_backup__unchanged_writes_nothing(source: Path, front: Front) -> None:
    store = open_store("s3://bucket", endpoint=front.endpoint)
    backed_up(source, store)
    front.forget()
    for name in ("town-budget", None):  # with the name it is not even fetched
        done = backed_up(source, store, name=name)
        assert (done.changed, done.backup.sequence, done.bytes_sent, done.created) == (False, 1, 0, ())
    assert {exchange.asked.method for exchange in front.timeline} == {"GET"}


def test_backup__sends_only_what_is_new(source: Path, store: ObjectStore, tmp_path: Path) -> None:
    first = backed_up(source, store)
    before = everything(store)
    commit_files(source, {"budget.csv": MORE.encode()})
    second = backed_up(source, store)
    assert second.backup.sequence == 2
    assert second.backup.bundles[:1] == first.backup.bundles
    assert len(second.backup.bundles) == 2
    assert before.items() <= everything(store).items()
    assert len(second.created) == 3
    for at, rows in ((1, ROWS), (2, MORE)):
        restored(store, tmp_path / f"back-{at}", at=at)
        assert (tmp_path / f"back-{at}" / "budget.csv").read_text() == rows
    assert history(tmp_path / "back-2") == history(source)


def test_backup__the_same_in_every_store(source: Path, tmp_path: Path, s3: str, front: Front) -> None:
    stores = [
        open_store(str(tmp_path / "store")),
        open_store(f"s3://{new_bucket(s3)}", endpoint=s3),
        open_store("s3://bucket", endpoint=front.endpoint),
    ]
    for each in stores:
        backed_up(source, each)
    contents = [{k: v for k, v in everything(each).items() if "/objects/" in k} for each in stores]
    assert contents[0] == contents[1] == contents[2]


def test_backup__a_new_tag_and_a_lost_branch_are_a_new_version_without_a_bundle(
    source: Path, folder: ObjectStore, tmp_path: Path
) -> None:
    git(source, "branch", "draft")
    first = backed_up(source, folder)
    git(source, "branch", "-D", "draft")
    git(source, "tag", "v1")
    second = backed_up(source, folder)
    assert second.backup.bundles == first.backup.bundles
    assert len(second.created) == 1
    restored(folder, tmp_path / "now")
    restored(folder, tmp_path / "then", at=1)
    assert history(tmp_path / "now") == history(source)
    assert "refs/heads/draft" in history(tmp_path / "then")[1]


def test_backup__of_overwritten_history_keeps_the_old_one(source: Path, folder: ObjectStore, tmp_path: Path) -> None:
    backed_up(source, folder)
    before = history(source)
    git(source, "checkout", "--quiet", "--orphan", "emptied")
    git(source, "rm", "-rf", "--quiet", ".")
    commit_files(source, {"README.md": b"Nothing here any more\n"})
    git(source, "branch", "-M", "emptied", "main")
    second = backed_up(source, folder)
    assert len(second.backup.bundles) == 2  # the old history stays a part of the chain
    restored(folder, tmp_path / "now")
    assert files(tmp_path / "now").keys() == {"README.md"}
    restored(folder, tmp_path / "then", at=1)
    assert history(tmp_path / "then") == before
    assert (tmp_path / "then" / "budget.csv").read_text() == ROWS


@pytest.mark.parametrize("how", ["deleted", "emptied"])
def test_backup__of_a_repository_that_is_gone_keeps_the_last_one(
    source: Path, folder: ObjectStore, tmp_path: Path, how: str
) -> None:
    first = backed_up(source, folder)
    aside = tmp_path / "aside"
    source.rename(aside)
    if how == "emptied":
        source.mkdir()
        git(source, "init", "--quiet")
    gone = backed_up(source, folder)
    assert (gone.changed, gone.backup.state, gone.backup.sequence) == (True, State.GONE, 2)
    assert gone.backup.snapshot == first.backup.snapshot
    assert backed_up(source, folder).changed is False
    restored(folder, tmp_path / "back")
    assert history(tmp_path / "back") == history(aside)
    shutil.rmtree(source, ignore_errors=True)
    aside.rename(source)
    again = backed_up(source, folder)
    assert (again.backup.state, again.backup.sequence, len(again.created)) == (State.KEPT, 3, 1)


def test_backup__of_what_never_was_there(tmp_path: Path, folder: ObjectStore) -> None:
    with pytest.raises(GoneError, match="There is no folder"):
        backed_up(tmp_path / "nowhere", folder)
    assert everything(folder) == {}


def test_backup__long_chains_begin_anew(
    source: Path, folder: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("osds.store.backup.MOST_BUNDLES", 3)
    lengths = []
    for number in range(5):
        commit_files(source, {"notes.txt": b"%d" % number})
        lengths.append(len(backed_up(source, folder).backup.bundles))
    assert lengths == [1, 2, 3, 1, 2]
    restored(folder, tmp_path / "back")
    assert history(tmp_path / "back") == history(source)


def test_backup__sha256_repositories(tmp_path: Path, folder: ObjectStore) -> None:
    source = tmp_path / "sha256"
    source.mkdir()
    git(source, "init", "--quiet", "--object-format=sha256")
    (source / "datapackage.json").write_bytes(PACKAGE)
    git(source, "add", "--all")
    git(source, "commit", "--quiet", "--message", "One")
    backed_up(source, folder)
    commit_files(source, {"notes.txt": b"more"})
    backed_up(source, folder)
    restored(folder, tmp_path / "back")
    assert history(tmp_path / "back") == history(source)


def test_backup__dry_run_writes_nothing(source: Path, folder: ObjectStore) -> None:
    planned = backed_up(source, folder, dry_run=True)
    assert everything(folder) == {}
    assert planned.bytes_sent == 0
    assert planned.created == backed_up(source, folder).created


# --- git-lfs content elsewhere ---


@pytest.fixture
def lfs_server() -> Iterator[LfsDouble]:
    with running_lfs() as double:
        yield double


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


# --- hostile repositories ---


def test_hostile__a_linked_dot_git(source: Path, folder: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "hostile").mkdir()
    (tmp_path / "hostile" / ".git").symlink_to(source / ".git")
    with pytest.raises(UnsafeInputError, match="symbolic link"):
        backed_up(tmp_path / "hostile", folder)


def test_hostile__larger_than_allowed(source: Path, folder: ObjectStore) -> None:
    commit_files(source, {"noise.bin": random.Random(1).randbytes(3_000_000)})
    with pytest.raises(UnsafeInputError, match=r"more than 1,000,000 bytes\. Allow more with --max-size"):
        backed_up(source, folder, max_bytes=1_000_000)
    assert everything(folder) == {}


def test_hostile__git_lfs_content_larger_than_allowed(source: Path, folder: ObjectStore) -> None:
    text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 100000000\n"
    (source / "huge.txt").write_text(text)
    git(source, "add", "huge.txt")
    git(source, "commit", "--quiet", "--message", "Huge")
    with pytest.raises(UnsafeInputError, match=r"would have 100,00\d,\d{3} bytes, more than"):
        backed_up(source, folder, max_bytes=50_000_000)
    assert everything(folder) == {}


def test_hostile__a_small_pack_that_fills_the_disk(source: Path, folder: ObjectStore, tmp_path: Path) -> None:
    commit_files(source, {"zeros.bin": bytes(3_000_000)})
    assert backed_up(source, folder).bytes_sent < 50_000
    with pytest.raises(UnsafeInputError, match=r"The files have 3,00\d,\d{3} bytes, more than 1,000,000"):
        restored(folder, tmp_path / "back", max_bytes=1_000_000)
    assert not (tmp_path / "back").exists()


def test_backup__of_a_clone_whose_other_refs_are_not_its_own(source: Path, folder: ObjectStore, tmp_path: Path) -> None:
    """`git ls-remote` finds refs/remotes/origin/HEAD when it is asked for HEAD."""
    git(source, "branch", "feature/one")
    git(tmp_path, "clone", "--quiet", "--config", "filter.lfs.smudge=cat", str(source), "clone")
    git(tmp_path / "clone", "update-ref", "refs/odd/refs/heads/main", "HEAD")
    done = backed_up(tmp_path / "clone", folder)
    assert done.backup.snapshot.refs.keys() == {"refs/heads/main"}
    assert backed_up(tmp_path / "clone", folder).changed is False
    assert backed_up(source, open_store(str(tmp_path / "other"))).backup.snapshot.refs.keys() == {
        "refs/heads/main",
        "refs/heads/feature/one",
    }


def hostile_commit(source: Path, entries: Mapping[str, tuple[str, bytes]]) -> None:
    """A commit whose tree has these entries (path to mode and content), which no `git add` would make."""
    stream = (
        b"commit refs/heads/main\ncommitter E <e@example.org> 1700000000 +0000\ndata 1\nx\nfrom refs/heads/main^0\n"
    )
    for path, (mode, content) in entries.items():
        stream += b"M %s inline %s\ndata %d\n%s\n" % (mode.encode(), path.encode(), len(content), content)
    subprocess.run(["git", "-C", str(source), "fast-import", "--quiet", "--force"], input=stream, check=True)


def test_hostile__nothing_in_it_is_run_and_nothing_leaves_the_folder(
    source: Path, folder: ObjectStore, tmp_path: Path
) -> None:
    canary = tmp_path / "canary"
    script = f"#!/bin/sh\ntouch {canary}\n".encode()
    with running_lfs() as other:
        commit_files(
            source,
            {
                ".lfsconfig": f"[lfs]\n\turl = {other.repository()}.git/info/lfs\n".encode(),
                ".gitmodules": f'[submodule "x"]\n\tpath = x\n\turl = {other.url}/x\n\tupdate = !touch {canary}\n'.encode(),
                ".gitattributes": b"*.csv filter=lfs\n*.txt filter=evil\n",
                "note.txt": b"text\n",
                "hooks/post-checkout": script,
            },
        )
        git(source, "config", "filter.evil.smudge", f"touch {canary}")
        git(source, "config", "uploadpack.packObjectsHook", f"touch {canary};")
        hostile_commit(source, {"link": ("120000", str(tmp_path).encode()), "--upload-pack=x": ("100644", b"y\n")})
        git(source, "branch", "--", "x;touch")
        backed_up(source, folder)
        restored(folder, tmp_path / "back")
        assert other.heard == []
    assert not canary.exists()
    assert not (tmp_path / "back" / "link").is_symlink()
    assert (tmp_path / "back" / "link").read_text() == str(tmp_path)
    assert (tmp_path / "back" / "--upload-pack=x").read_bytes() == b"y\n"
    assert not (tmp_path / "back" / "x").exists()


@pytest.mark.parametrize("path", [".git/hooks/post-checkout", ".GIT/config", "a/../../b", "git~1/config"])
def test_hostile__paths_that_no_checkout_may_write(
    source: Path, folder: ObjectStore, tmp_path: Path, path: str
) -> None:
    blob = (
        subprocess.run(
            ["git", "-C", str(source), "hash-object", "-w", "--stdin"], input=b"evil\n", capture_output=True, check=True
        )
        .stdout.decode()
        .strip()
    )
    tree = blob
    for name in reversed(path.split("/")):
        mode, kind = ("100644", "blob") if tree == blob else ("40000", "tree")
        del kind
        content = f"{mode} {name}\0".encode() + bytes.fromhex(tree)
        tree = (
            subprocess.run(
                ["git", "-C", str(source), "hash-object", "-w", "-t", "tree", "--literally", "--stdin"],
                input=content,
                capture_output=True,
                check=True,
            )
            .stdout.decode()
            .strip()
        )
    commit = git(source, "commit-tree", tree, "-m", "evil")
    git(source, "update-ref", "refs/heads/main", commit)
    backed_up(source, folder)
    with pytest.raises(OutsideError, match="git read-tree failed"):
        restored(folder, tmp_path / "back")
    assert not (tmp_path / "back").exists()
    assert [p.name for p in tmp_path.iterdir() if "osds-new" in p.name] == []


@pytest.mark.parametrize(
    "url", ["--upload-pack=touch x", "ext::sh -c touch% x", "http://example.org/a/b", "git://example.org/a"]
)
def test_hostile__addresses(folder: ObjectStore, capsys: pytest.CaptureFixture[str], url: str, tmp_path: Path) -> None:
    assert run(["backup", "--store", folder.url, "--owner", "os-data", "--", url]) == 2
    assert capsys.readouterr().err.startswith("osds: ")


def test_takedown__is_neither_backed_up_nor_restored(source: Path, folder: ObjectStore, tmp_path: Path) -> None:
    backed_up(source, folder)
    with pytest.raises(UsageError, match="neither backed up nor restored"):
        backed_up(source, folder, takedowns={"OS-data/town-budget"})
    with pytest.raises(UsageError, match="neither backed up nor restored"):
        backed_up(source, folder, takedowns={"os-data/town-budget"}, name=None)
    with pytest.raises(UsageError, match="neither backed up nor restored"):
        restore(DATASET, folder, tmp_path / "back", max_bytes=1, takedowns={"os-data/town-budget"}, progress=Silent())


# --- restoring ---


def test_restore__into_a_folder_in_use(source: Path, folder: ObjectStore, tmp_path: Path) -> None:
    backed_up(source, folder)
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "mine").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        restored(folder, tmp_path / "used")
    (tmp_path / "empty").mkdir()
    restored(folder, tmp_path / "empty")
    assert (tmp_path / "empty" / "budget.csv").read_text() == ROWS


def test_restore__what_is_not_there(source: Path, folder: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no backup of os-data/town-budget"):
        restored(folder, tmp_path / "back")
    backed_up(source, folder)
    with pytest.raises(UsageError, match=r"no version 2 .*There are 1 to 1"):
        restored(folder, tmp_path / "back", at=2)
    assert list_backups(folder) == (DATASET,)


def test_restore__a_lost_content_is_told_and_the_next_backup_heals_it(
    source: Path, folder: ObjectStore, tmp_path: Path
) -> None:
    done = backed_up(source, folder)
    for key in done.created[:-1]:
        folder.delete(key)
        with pytest.raises(OutsideError, match="is damaged: it is missing"):
            restored(folder, tmp_path / "back")
        assert not (tmp_path / "back").exists()
        assert backed_up(source, folder).created[0] == key or read_backup(folder, DATASET) is not None
        restored(folder, tmp_path / "back")
        shutil.rmtree(tmp_path / "back")


def test_restore__finds_200_of_200_flipped_bits(source: Path, tmp_path: Path) -> None:
    """One bit each, in objects, bundles and versions, of a store in a folder."""
    store = open_store(str(tmp_path / "store"))
    backed_up(source, store)
    commit_files(source, {"budget.csv": MORE.encode()})
    backed_up(source, store)
    needed = sorted(key for key in store.list(PREFIX) if not key.endswith("000001.json"))
    chance = random.Random(7)
    found = 0
    for number in range(200):
        path = tmp_path / "store" / needed[number % len(needed)]
        content = path.read_bytes()
        place, bit = chance.randrange(len(content)), chance.randrange(8)
        path.write_bytes(content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :])
        try:
            restored(store, tmp_path / "back")
        except OutsideError as error:
            found += "damaged" in str(error)
        assert not (tmp_path / "back").exists()
        path.write_bytes(content)
    assert found == 200
    restored(store, tmp_path / "back")


# --- killed anywhere, and bad days ---


SCRIPT = """
import os, signal, sys
from osds.commands.backup import Order, back_up
from osds.commands.clock import SystemClock
from osds.commands.lfs_sources import LfsAccess, lfs_sources
from osds.edges.git_mirror import Upstream
from osds.edges.objects import open_store
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


# --- the command line ---


def osds(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = run([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_commands__backup_restore_and_drill(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ("--store", tmp_path / "store")
    code, out, _ = osds(capsys, "backup", source, "--owner", "os-data", *where)
    assert (code, out.splitlines()[0][:44]) == (0, "Backed up os-data/town-budget as version 1 (")
    code, out, _ = osds(capsys, "backup", source, "--owner", "os-data", *where)
    assert (code, out) == (0, "Unchanged: version 1 of the backup of os-data/town-budget is current\n")
    code, out, _ = osds(capsys, "restore", "os-data/town-budget", *where, "--output", tmp_path / "back", "--json")
    assert code == 0
    assert json.loads(out)["licences"] == ["ODC-PDDL-1.0"]
    assert osds(capsys, "validate", tmp_path / "back")[0] == 0
    code, out, _ = osds(capsys, "drill", *where, "--seed", "1")
    assert code == 0
    assert "Restored version 1 of the backup of os-data/town-budget" in out
    assert "it is valid" in out
    code, _, err = osds(capsys, "restore", "os-data/other", *where, "--output", tmp_path / "other")
    assert (code, "There is no backup of os-data/other" in err) == (2, True)
    (tmp_path / "list").write_text("os-data/town-budget\n")
    code, _, err = osds(capsys, "drill", *where, "--takedowns", tmp_path / "list")
    assert (code, "There are no backups" in err) == (2, True)


def test_commands__a_drill_of_bad_data_and_of_a_damaged_backup(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("--store", tmp_path / "store")
    commit_files(source, {"budget.csv": ROWS.replace("10.50", "ten").encode()})
    assert osds(capsys, "backup", source, "--owner", "os-data", *where)[0] == 0
    code, out, _ = osds(capsys, "drill", *where)
    assert (code, "it is not valid" in out) == (1, True)
    (bundle,) = [p for p in (tmp_path / "store").rglob("*") if p.is_file() and p.read_bytes()[:5] == b"# v2 "]
    bundle.write_bytes(b"x" + bundle.read_bytes()[1:])
    code, _, err = osds(capsys, "drill", *where)
    assert (code, "is damaged: its bytes are others" in err) == (4, True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["backup", "SOURCE", "--store", "STORE"], "Give --owner NAME"),
        (["backup", "SOURCE", "--owner", "os-data"], "Give --store"),
        (["backup", "SOURCE", "--owner", "../x", "--store", "STORE"], "cannot be used"),
        (["backup", "SOURCE", "--owner", "a", "--store", "STORE", "--max-size", "1"], "not a size"),
        (["restore", "town-budget", "--store", "STORE", "--output", "out"], "Write it as owner/name"),
        (["restore", "../../etc/passwd", "--store", "STORE", "--output", "out"], "cannot be used"),
        (["drill", "--store", "STORE"], "There are no backups"),
        (["drill", "--store", "STORE", "--takedowns", "nowhere"], "cannot be read"),
    ],
)
def test_commands__wrong_use(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    places = {"SOURCE": str(source), "STORE": str(tmp_path / "store")}
    code, _, err = osds(capsys, *(places.get(argument, argument) for argument in arguments))
    assert code in (2, 3)
    assert told in err
    assert err.count("\n") == 1
