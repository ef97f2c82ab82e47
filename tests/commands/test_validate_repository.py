"""`osds validate` knows a dataset's repository from git, or from what it is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from osds.commands.dataset.validate import validate
from osds.progress import Silent
from osds.settings import Settings
from tests.edges.git_backend import git

CODE = "name-unlike-repository"


def told(folder: Path, url: str | None = None) -> list[str]:
    report = validate(folder, Settings(url=url), Silent()).report
    assert report.valid
    return [finding.message for finding in report.findings if finding.code == CODE]


@pytest.mark.parametrize("remote", ["https://github.com/town/money.git", "git@github.com:town/money.git"])
def test_validate__another_name_than_the_remote(make_dataset: Callable[..., Path], remote: str) -> None:
    folder = make_dataset()
    assert told(folder) == []  # no repository
    git(folder, "init", "-q")
    assert told(folder) == []  # no remote
    git(folder, "remote", "add", "origin", remote)
    (message,) = told(folder)
    assert message.endswith("the repository is called 'money'")


def test_validate__what_is_told_counts_more_than_the_remote(make_dataset: Callable[..., Path]) -> None:
    folder = make_dataset(name="money")
    git(folder, "init", "-q")
    git(folder, "remote", "add", "origin", "https://github.com/town/other")
    assert told(folder, "https://github.com/town/money") == []
    assert told(folder, "https://github.com/town/mint") != []


def test_validate__a_folder_inside_a_repository_has_its_own_name(make_dataset: Callable[..., Path]) -> None:
    folder = make_dataset("town/budget")
    git(folder.parent, "init", "-q")
    git(folder.parent, "remote", "add", "origin", "https://github.com/town/other")
    assert told(folder) == []
