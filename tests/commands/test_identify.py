"""Whose dataset it is, and of which commit, on a runner."""

from __future__ import annotations

from pathlib import Path

from osds.commands.dataset.identity import identify
from osds.edges.runner import find_runner
from osds.settings import Settings
from tests.edges.git_backend import git


def test_identify__in_a_folder_of_the_repository_names_the_commit_that_is_checked_out(tmp_path: Path) -> None:
    (tmp_path / "data/town").mkdir(parents=True)
    (tmp_path / "data/town/a.csv").touch()
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(tmp_path), "GITHUB_REPOSITORY": "ada/budget"}
    runner = find_runner({**environ, "GITHUB_SHA": "0" * 40, "GITHUB_REPOSITORY_ID": "7"})

    def found(folder: str) -> tuple[str, str | None]:
        identity = identify(tmp_path / folder, "budget", Settings(), runner)
        return str(identity.dataset), identity.commit

    assert found("data/town") == ("ada/budget", "0" * 40)  # no repository yet
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "x")
    tip = git(tmp_path, "rev-parse", "HEAD")
    assert found("data/town") == found(".") == ("ada/budget", tip)
