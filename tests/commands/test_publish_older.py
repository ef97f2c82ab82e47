"""Data of an older commit does not take the place of newer data, unless somebody says why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from osds.cli import run
from osds.edges.git.past import is_before
from osds.edges.store.objects import open_store
from tests.edges.git_backend import git
from tests.samples import ROWS
from tests.store.publishing import content

Make = Callable[..., Path]
URL = "https://github.com/alice/town-budget"


@pytest.fixture
def history(make_dataset: Make) -> tuple[Path, str, str]:
    """A dataset in a repository, and its two commits; the second one is checked out."""
    folder = make_dataset()
    git(folder, "init", "--quiet")
    git(folder, "remote", "add", "origin", URL)
    first = commit(folder)
    (folder / "budget.csv").write_text(ROWS.replace("10.50", "10.75"))
    return folder, first, commit(folder)


def commit(folder: Path) -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Change")
    return git(folder, "rev-parse", "HEAD")


def publish(folder: Path, store: Path, *more: str) -> int:
    return run(["publish", str(folder), "--store", str(store), *more])


def test_publish__an_older_commit_is_held_back(
    history: tuple[Path, str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, first, second = history
    assert publish(folder, tmp_path / "store") == 0
    git(folder, "checkout", "--quiet", first)
    capsys.readouterr()
    assert publish(folder, tmp_path / "store") == 1
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "older-commit" in line]
    assert line.split() == ["commit", second[:12], first[:12], "older", "older-commit"]
    assert publish(folder, tmp_path / "store", "--accept", "the second one was a mistake") == 0
    current = content(open_store(str(tmp_path / "store")), "datasets/alice/town-budget/datapackage.json")
    assert b'"rule": "older-commit"' in current
    git(folder, "checkout", "--quiet", second)
    assert publish(folder, tmp_path / "store") == 0  # forward again needs no reason


def test_publish__an_older_commit_of_which_a_shallow_clone_knows_nothing(
    history: tuple[Path, str, str], tmp_path: Path
) -> None:
    folder, first, _ = history
    assert publish(folder, tmp_path / "store") == 0
    git(folder, "branch", "old", first)
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=old", folder.as_uri(), "shallow")
    git(tmp_path / "shallow", "remote", "set-url", "origin", URL)
    assert publish(tmp_path / "shallow", tmp_path / "store") == 0


def test_is_before__what_the_repository_knows(history: tuple[Path, str, str], tmp_path: Path) -> None:
    folder, first, second = history
    assert is_before(folder, first, second)
    assert not is_before(folder, second, first)
    assert not is_before(folder, first, first)
    assert not is_before(folder, first, "0" * 40)
    assert not is_before(folder, "--help", second)
    assert not is_before(folder, "HEAD", second)
    assert not is_before(tmp_path, first, second)  # no repository
