"""Repositories with git-lfs content, made by git-lfs itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.edges.git_backend import GIT, git

needs_git_lfs = pytest.mark.skipif(
    shutil.which("git") is None or subprocess.run(["git", "lfs", "version"], capture_output=True).returncode != 0,
    reason="git-lfs is not installed",
)
# What `git lfs install` would write into somebody's configuration.
FILTERS = [
    *("-c", "filter.lfs.clean=git-lfs clean -- %f", "-c", "filter.lfs.smudge=git-lfs smudge -- %f"),
    *("-c", "filter.lfs.process=git-lfs filter-process", "-c", "filter.lfs.required=true"),
]


def git_lfs(folder: Path, *arguments: str) -> str:
    """Run git with git-lfs, as a person would who has installed it."""
    done = subprocess.run([*GIT, *FILTERS, "-C", str(folder), *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.removesuffix("\n")


def commit_files(folder: Path, files: Mapping[str, bytes], message: str = "Change") -> str:
    """Commit these files in a work tree (made at the first time), `*.csv` by git-lfs; the id of the commit."""
    if not (folder / ".git").exists():
        folder.mkdir(parents=True, exist_ok=True)
        git(folder, "init", "--quiet")
        (folder / ".gitattributes").write_text("*.csv filter=lfs diff=lfs merge=lfs -text\n")
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    git_lfs(folder, "add", "--all")
    git_lfs(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(folder, "rev-parse", "HEAD")


def clone_of_pointers(url: str, folder: Path) -> Path:
    """A clone as it is without git-lfs: the pointers stand in place of the files."""
    return _with_pointers(folder, "clone", "--quiet", url, str(folder))


def linked_to(clone: Path, folder: Path) -> Path:
    """A work tree linked to a clone, with pointers in place of the files."""
    return _with_pointers(folder, "-C", str(clone), "worktree", "add", "--quiet", "--detach", str(folder))


def _with_pointers(folder: Path, *arguments: str) -> Path:
    subprocess.run(["git", *arguments], env={**os.environ, "GIT_LFS_SKIP_SMUDGE": "1"}, check=True)
    return folder
