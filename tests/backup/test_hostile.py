"""Backups of repositories that were made to harm."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from osds.cli import run
from osds.commands.backup.restore import restore
from osds.edges.store.objects import ObjectStore
from osds.errors import OutsideError, UnsafeInputError, UsageError
from osds.progress import Silent
from tests.backup.backing import DATASET, backed_up, everything, restored
from tests.edges.git_backend import git
from tests.edges.lfs_repository import commit_files, needs_git_lfs
from tests.edges.lfs_server import running_lfs

pytestmark = needs_git_lfs


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
