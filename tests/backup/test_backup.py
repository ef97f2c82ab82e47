"""Backups of real repositories with git-lfs content, into a folder and to S3, and what comes back of them."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from osds.cli import run
from osds.edges.git.mirror import GoneError
from osds.edges.store.objects import ObjectStore, open_store
from osds.store.backup import State
from tests.backup.backing import MORE, PACKAGE, PREFIX, backed_up, everything, files, history, restored
from tests.edges.git_backend import git
from tests.edges.lfs_repository import commit_files, git_lfs, needs_git_lfs
from tests.samples import ROWS
from tests.store.s3 import new_bucket
from tests.store.s3_front import Front

pytestmark = needs_git_lfs


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
