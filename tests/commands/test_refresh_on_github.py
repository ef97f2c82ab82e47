"""The steps of an update that speak to GitHub: the commit by git, and the one issue while it fails."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from osds.cli.main import run
from osds.commands.dataset.refresh_commit import Place, commit
from osds.commands.dataset.refresh_report import Run, report
from osds.edges.git.git import Remote
from osds.edges.github.github import GitHub
from osds.edges.github.issues import OwnIssues
from osds.errors import OsdsError
from tests.edges.git_backend import git, make_bare
from tests.forge.people import inhabit
from tests.forge.server import serve
from tests.forge.state import Forge
from tests.samples import ROWS

NAME, TOKEN = "os-data/budget", "ghs_run"
NOW = datetime(2026, 11, 24, 4, 23, tzinfo=UTC)
MORE = "2024,02,Roads,3.05"
MakeDataset = Callable[..., Path]
WELL = dict.fromkeys(("update", "check", "commit", "publish"), "success")
HELD = {"update": "success", "check": "failure", "commit": "skipped", "publish": "skipped"}
CANCELLED = dict.fromkeys(WELL, "cancelled")


@pytest.fixture
def github(tmp_path: Path) -> Iterator[Forge]:
    with serve(tmp_path / "github") as forge:
        inhabit(forge)
        yield forge


@pytest.fixture
def checked(tmp_path: Path, make_dataset: MakeDataset, github: Forge) -> Path:
    """An update of a dataset in the folder data/town of a repository on GitHub, checked."""
    folder = make_dataset("seed", files={"osds.yml": f"update: sh -c 'echo {MORE} >> budget.csv'\n"})
    files = {f"data/town/{path.name}": path.read_bytes() for path in folder.iterdir()}
    github.add(NAME, {**files, "README.md": b"x"})
    github.add_app("github-actions", token=TOKEN, repositories={NAME}, contents="write", issues="write")
    github.add_app("reader", token="reader-token", repositories={NAME}, contents="read")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(github.repositories[NAME].folder), str(clone)], check=True)
    steps = [str(clone / "data/town"), "--to", str(tmp_path / "updated")]
    assert run(["refresh", "update", *steps]) == 0
    steps = [str(clone / "data/town"), "--from", str(tmp_path / "updated"), "--to", str(tmp_path / "checked")]
    assert run(["refresh", "check", *steps]) == 0
    return tmp_path / "checked"


def place(github: Forge, token: str = TOKEN) -> Place:
    return Place(where=Remote(url=f"{github.url}/{NAME}.git", token=token), prefix="data/town/")


def test_commit__pushes_what_changed_in_its_folder_and_the_next_one_nothing(github: Forge, checked: Path) -> None:
    bare = github.repositories[NAME].folder
    before = git(bare, "rev-parse", "main")
    done = commit(place(github), checked, clock=lambda: NOW)
    assert (done.changed, done.commit, done.branch) == (True, git(bare, "rev-parse", "main"), "main")
    assert git(bare, "rev-parse", "main^") == before
    assert git(bare, "diff-tree", "-r", "--no-commit-id", "--name-only", "main") == "data/town/budget.csv"
    assert git(bare, "show", "main:data/town/budget.csv") == (ROWS + MORE)
    assert git(bare, "log", "-1", "--format=%an %ad", "--date=iso", "main") == "osds 2026-11-24 04:23:00 +0000"
    writes = github.writes()
    assert commit(place(github), checked, clock=lambda: NOW).commit is None  # its base is not the tip any more
    assert github.writes() == writes


def test_commit__loses_a_race_without_harm(github: Forge, checked: Path) -> None:
    bare = github.repositories[NAME].folder
    other = git(bare, "commit-tree", "main^{tree}", "-p", "main", "-m", "Somebody else's")

    def late() -> datetime:
        git(bare, "update-ref", "refs/heads/main", other)  # after the tip was read, before the push
        return NOW

    assert commit(place(github), checked, clock=late).commit is None
    assert git(bare, "rev-parse", "main") == other


def test_commit__with_a_token_that_may_not_write_says_so(github: Forge, checked: Path) -> None:
    with pytest.raises(OsdsError, match="write") as caught:
        commit(place(github, "reader-token"), checked, clock=lambda: NOW)
    assert "reader-token" not in str(caught.value)


def test_commit__of_an_empty_repository_is_refused_in_words(tmp_path: Path, checked: Path, github: Forge) -> None:
    make_bare(tmp_path / "none.git", {})
    git(tmp_path / "none.git", "update-ref", "-d", "refs/heads/main")
    github.repositories[NAME].folder = tmp_path / "none.git"
    with pytest.raises(OsdsError, match="has no commit"):
        commit(place(github), checked, clock=lambda: NOW)


def test_report__keeps_one_issue_for_each_dataset_of_a_repository(github: Forge) -> None:
    github.add(NAME, {"README.md": b"x"})
    github.add_app("github-actions", token=TOKEN, repositories={NAME}, issues="write")

    def tell(number: int, results: dict[str, str], folder: str = ".") -> str:
        with GitHub(github.api_url, TOKEN, pause=0, timer=github.timer) as client:
            told = Run(
                id=f"{number}-1", url=f"{github.url}/{NAME}/actions/runs/{number}", results=results, problem="Held"
            )
            return report(OwnIssues(client, NAME), folder, told, NOW).did

    assert tell(1, WELL) == "nothing"
    assert tell(2, CANCELLED) == "nothing"
    assert github.writes() == []
    assert [tell(3, HELD), tell(3, HELD), tell(4, HELD)] == ["opened", "nothing", "updated"]
    assert tell(5, HELD, "data/town") == "opened"
    assert tell(6, CANCELLED) == "nothing"
    found = github.repositories[NAME].conversations
    assert [asked.title for asked in found.values()] == [
        "The data could not be updated",
        "The data could not be updated: data/town",
    ]
    assert "in 2 runs" in found[1].body
    assert [tell(7, WELL), tell(8, WELL)] == ["closed", "nothing"]
    assert [asked.state for asked in found.values()] == ["closed", "open"]
    assert tell(9, HELD) == "opened"
    assert "in 1 run\n" in found[3].body


@pytest.mark.parametrize(
    "results", [[], ["update"], ["update=bad"], ["deploy=success"], ["update=success; rm"], ["update=failure"]]
)
def test_report__outside_a_workflow_or_of_nothing_is_wrong_use(
    results: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["refresh", "report", *(word for result in results for word in ("--result", result))]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("path", ["../up", "/etc", "a/../b", ".git", "a\nb", "$(touch x)/.."])
def test_commit__on_a_runner_takes_no_folder_out_of_the_repository(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": NAME, "OSDS_TOKEN": "x"}.items():
        monkeypatch.setenv(name, value)
    assert run(["refresh", "commit", "--from", str(tmp_path), "--", path]) == 2
    assert "is no folder of the repository" in capsys.readouterr().err
