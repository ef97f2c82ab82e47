"""git-lfs content from this machine, and what is tried first."""

from __future__ import annotations

from pathlib import Path

import pytest

from osds.dataset.lfs import Pointer
from osds.dataset.lfs_content import DamagedContentError, MissingContentError
from osds.edges.web.lfs import ObjectFolder, Sources, local_objects, remote_folder
from osds.errors import UnsafeInputError
from tests.edges.git_backend import git
from tests.edges.lfs_client import CONTENT, POINTER, client, fetched, pointer_to
from tests.edges.lfs_repository import commit_files, git_lfs, needs_git_lfs
from tests.edges.lfs_server import LfsDouble


def kept(folder: ObjectFolder, content: bytes, pointer: Pointer) -> None:
    folder.path(pointer).parent.mkdir(parents=True, exist_ok=True)
    folder.path(pointer).write_bytes(content)


@needs_git_lfs
def test_local__the_store_of_a_clone_and_of_its_linked_work_trees(tmp_path: Path, home: Path) -> None:
    source = tmp_path / "source"
    commit_files(source, {"budget.csv": CONTENT})
    git_lfs(source, "worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"))
    bare = tmp_path / "bare.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(source), bare.name)
    git(source, "remote", "add", "origin", bare.as_uri())
    git_lfs(source, "lfs", "push", "--all", "origin")
    for folder in (source, tmp_path / "linked", bare):
        objects = local_objects(folder)
        assert objects is not None
        assert fetched(Sources([objects], None)) == CONTENT


def test_local__no_repository(tmp_path: Path) -> None:
    assert local_objects(tmp_path) is None
    (tmp_path / "a").mkdir()
    git(tmp_path, "init", "--quiet")
    assert local_objects(tmp_path / "a") is None


def test_local__a_linked_dot_git_is_refused(tmp_path: Path) -> None:
    (tmp_path / "victim").mkdir()
    git(tmp_path / "victim", "init", "--quiet")
    (tmp_path / "hostile").mkdir()
    (tmp_path / "hostile" / ".git").symlink_to(tmp_path / "victim" / ".git")
    with pytest.raises(UnsafeInputError, match="symbolic link"):
        local_objects(tmp_path / "hostile")


def test_sources__this_machine_first(tmp_path: Path, lfs_server: LfsDouble) -> None:
    folder = ObjectFolder(tmp_path)
    small = pointer_to(b"small")
    kept(folder, b"small", small)
    sources = Sources([folder], client(lfs_server))
    sources.announce([POINTER, small])
    assert fetched(sources, small) == b"small"
    assert lfs_server.asked("GET") == []
    assert fetched(sources) == CONTENT


def test_sources__an_unfinished_object_of_this_machine_is_passed_over(tmp_path: Path, lfs_server: LfsDouble) -> None:
    kept(ObjectFolder(tmp_path), CONTENT[:100], POINTER)
    assert fetched(Sources([ObjectFolder(tmp_path)], client(lfs_server))) == CONTENT


def test_sources__a_damaged_object_of_this_machine_is_told(tmp_path: Path) -> None:
    kept(ObjectFolder(tmp_path), bytes(len(CONTENT)), POINTER)
    with pytest.raises(DamagedContentError, match=r"other bytes"):
        fetched(Sources([ObjectFolder(tmp_path)], None))


def test_sources__nowhere(tmp_path: Path) -> None:
    with pytest.raises(MissingContentError, match="not on this machine"):
        fetched(Sources([ObjectFolder(tmp_path)], None))


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("/srv/a.git", "/srv/a.git"),
        ("file:///srv/a%20b", "/srv/a b"),
        ("file://localhost/srv", "/srv"),
        ("https://github.com/a/b", None),
        ("file://server/share", None),
    ],
)
def test_remote_folder(url: str, folder: str | None) -> None:
    assert remote_folder(url) == (None if folder is None else Path(folder))
