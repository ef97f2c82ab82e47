"""The issues that an account keeps on a repository: only its own count, and nothing is written twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from osds.edges.github.errors import GitHubRefusedError
from osds.edges.github.github import GitHub
from osds.edges.github.issues import OwnIssue, OwnIssues
from tests.edges.http_faults import hang_up_after
from tests.forge.server import serve
from tests.forge.state import Forge
from tests.forge.values import Conversation

NAME = "os-data/budget"
TOKEN = "ghs_run"


@pytest.fixture
def github(tmp_path: Path) -> Iterator[Forge]:
    with serve(tmp_path / "github") as forge:
        forge.add(NAME, {"datapackage.json": b"{}"})
        forge.add_app("github-actions", token=TOKEN, repositories={NAME}, issues="write")
        forge.add_account("eve", token="eve-token")
        yield forge


@pytest.fixture
def issues(github: Forge) -> Iterator[OwnIssues]:
    with GitHub(github.api_url, TOKEN, pause=0, timer=github.timer) as client:
        yield OwnIssues(client, NAME)


def marked(issue: OwnIssue) -> bool:
    return issue.body.startswith("<!-- mark -->")


def all_of(github: Forge) -> list[Conversation]:
    return list(github.repositories[NAME].conversations.values())


def test_find__takes_our_own_alone(github: Forge, issues: OwnIssues) -> None:
    with GitHub(github.api_url, "eve-token", pause=0, timer=github.timer) as eve:
        OwnIssues(eve, NAME).open("Mine", "<!-- mark -->", marked)
    assert issues.find(marked) is None
    made = issues.open("Ours", "<!-- mark -->\r\nA", marked)
    issues.open("Another", "without", lambda _: False)
    assert issues.find(marked) == made
    assert (made.number, made.body) == (2, "<!-- mark -->\nA")


def test_open__looks_again_after_an_unclear_failure(github: Forge, issues: OwnIssues) -> None:
    github.faults["POST", "/issues"] = [hang_up_after]
    made = issues.open("Ours", "<!-- mark -->", marked)
    assert [asked.number for asked in all_of(github)] == [made.number]


def test_close__says_why_once(github: Forge, issues: OwnIssues) -> None:
    made = issues.open("Ours", "<!-- mark -->", marked)
    issues.close(made, "Well again\n")
    issues.close(made, "Well again\n")
    [asked] = all_of(github)
    assert (asked.state, [said.body.strip() for said in asked.comments]) == ("closed", ["Well again"])
    assert issues.find(marked) is None


def test_edit__changes_the_text(github: Forge, issues: OwnIssues) -> None:
    made = issues.open("Ours", "<!-- mark -->", marked)
    issues.edit(made, "<!-- mark --> B")
    assert [asked.body for asked in all_of(github)] == ["<!-- mark --> B"]


def test_open__without_the_right_is_refused_in_words(github: Forge) -> None:
    github.add_app("reader", token="reader-token", repositories={NAME})
    with (
        GitHub(github.api_url, "reader-token", pause=0, timer=github.timer) as client,
        pytest.raises(GitHubRefusedError, match="Resource not accessible by integration"),
    ):
        OwnIssues(client, NAME).open("Ours", "<!-- mark -->", marked)


def test_open__where_issues_are_switched_off_says_so(github: Forge, issues: OwnIssues) -> None:
    github.repositories[NAME].has_issues = False
    with pytest.raises(GitHubRefusedError, match="switched off there: who owns it can switch them on"):
        issues.open("Ours", "<!-- mark -->", marked)
