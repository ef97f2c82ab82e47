"""The double of a git-lfs server, held to git-lfs itself: what it pushes it can pull again, byte for byte."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.edges.git_backend import git
from tests.edges.lfs_repository import clone_of_pointers, commit_files, git_lfs, needs_git_lfs
from tests.edges.lfs_server import running_lfs

TABLE = b"year,amount\n" + b"2024,1.50\n" * 100_000


@needs_git_lfs
def test_git_lfs__pushes_to_it_and_pulls_from_it(tmp_path: Path, home: Path) -> None:
    with running_lfs() as server:
        source = tmp_path / "source"
        commit_files(source, {"budget.csv": TABLE, "small.csv": b"a\n"})
        git(tmp_path, "clone", "--quiet", "--bare", str(source), "remote.git")
        git(source, "remote", "add", "origin", (tmp_path / "remote.git").as_uri())
        address = f"lfs.url={server.repository()}.git/info/lfs"
        git_lfs(source, "-c", address, "lfs", "push", "--all", "origin")
        assert server.objects == {hashlib.sha256(c).hexdigest(): c for c in (TABLE, b"a\n")}
        clone = clone_of_pointers((tmp_path / "remote.git").as_uri(), tmp_path / "clone")
        assert (clone / "budget.csv").read_bytes().startswith(b"version https://git-lfs")
        git_lfs(clone, "-c", address, "lfs", "pull")
        assert (clone / "budget.csv").read_bytes() == TABLE
