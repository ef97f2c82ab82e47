"""The check from the command line, on a registry in a folder: no GitHub, no network, nothing checked out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from osds.cli import cli
from osds.commands.registry.check import check_pull_request
from osds.errors import UsageError
from tests.edges.git_backend import git, tip
from tests.registry.merging import Town


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """A registry, bare, and a dataset in a folder that names it."""
    town = Town(root=tmp_path)
    dataset = tmp_path / "budget"
    dataset.mkdir()
    (dataset / "datapackage.json").write_text('{"name": "budget"}')
    (dataset / "osds.yml").write_text(f"registry: {town.folder}\n")
    git(dataset, "init", "--quiet")
    git(dataset, "add", "--all")
    git(dataset, "commit", "--quiet", "--message", "x")
    return town


def check(town: Town, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["registry", "check", str(town.folder), *arguments], standalone_mode=False)


def row(town: Town, name: str = "budget") -> str:
    return f"{town.root / name},{name},alice,,,,"


def test_check__a_branch_that_can_go_in(town: Town) -> None:
    head, before = town.with_row(row(town)), tip(town.folder, "main")
    done = check(town, "--head", head)
    assert (done.return_value, done.exception) == (0, None), done.output
    assert done.stdout == (
        "This can go in. The next run of the merger enters it\n"
        f"  add alice/budget  {town.root}/budget\n"
        "+ The dataset's osds.yml names this registry (alice/budget) [dataset-asks]\n"
    )
    assert tip(town.folder, "main") == before


def test_check__a_branch_that_cannot_is_exit_code_1(town: Town) -> None:
    done = check(town, "--head", town.with_row(row(town, "nowhere")))
    assert done.return_value == 1
    assert "✗ The repository cannot be seen (alice/nowhere) [hidden]" in done.stdout


def test_check__as_json(town: Town) -> None:
    done = check(town, "--head", town.with_row(row(town)), "--json")
    document = json.loads(done.stdout)
    assert document["outcome"] == "allow"
    assert document["rows"][0]["dataset"] == "alice/budget"
    assert [reason["code"] for reason in document["reasons"]] == ["dataset-asks"]


def test_check__against_another_base(town: Town) -> None:
    old = town.tip
    git(town.folder, "update-ref", "refs/heads/main", town.with_row(row(town)))
    head = town.tip
    assert "[nothing-asked]" in check(town, "--head", head).stdout
    assert "add alice/budget" in check(town, "--head", head, "--base", old).stdout


def test_check__a_pull_request_of_which_only_the_commits_are_known(town: Town) -> None:
    git(town.folder, "update-ref", "refs/pull/7/head", town.with_row(row(town)))
    assert "[dataset-asks]" in check(town, "--pr", "7").stdout
    with pytest.raises(UsageError, match="no pull request 8"):
        raise check(town, "--pr", "8").exception or AssertionError


def test_check__tells_the_job_summary(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = town.root / "summary"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    check(town, "--head", town.with_row(row(town, "nowhere")))
    assert summary.read_text().startswith("### This cannot go in as it is\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Nobody says what to check"),
        (("--pr", "1", "--head", "main"), "Nobody says what to check"),
        (("--head", "nowhere"), "no commit 'nowhere'"),
        (("--head", "--all"), "no commit '--all'"),
        (("--head", "main", "--base", "nowhere"), "no commit 'nowhere'"),
    ],
)
def test_check__wrong_use(town: Town, arguments: tuple[str, ...], said: str) -> None:
    assert said in str(check(town, *arguments).exception)


def test_check__comments_once_where_it_may(town: Town) -> None:
    number = town.ask_for("bob/roads", by="mallory")
    for _ in range(2):
        decision = check_pull_request(town.judge(), town.forge, number, now=town.time, comment=True)
        assert decision.outcome == "refuse"
    assert town.forge.writes == [f"comment {number}"]
    town.forge.push(number, town.commit({"README.md": b"x"}))
    check_pull_request(town.judge(), town.forge, number, now=town.time, comment=True)
    assert town.forge.writes == [f"comment {number}", f"edit_comment {number}"]
    check_pull_request(town.judge(), town.forge, number, now=town.time, comment=False)
    assert len(town.forge.writes) == 2


def test_merge__needs_github_and_a_token(town: Town) -> None:
    runner = CliRunner()
    folder = runner.invoke(cli, ["registry", "merge", str(town.folder)], standalone_mode=False)
    assert "Only a registry on GitHub has requests" in str(folder.exception)
    token = runner.invoke(cli, ["registry", "merge", "os-team/registry"], standalone_mode=False)
    assert "needs a token" in str(token.exception)
