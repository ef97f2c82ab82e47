"""The forge that the merger speaks to, on the double: people by their ids, requests in order, nothing written twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from osds.edges.github.forge import GitHubForge
from osds.edges.github.github import GitHub
from osds.errors import OutsideError, UsageError
from osds.registry import forge as contract
from osds.registry.forge import Person, RequestKind, Verdict
from tests.edges.git_backend import git, tip
from tests.edges.http_faults import answer_with, drop_after, hang_up_after
from tests.forge.people import REGISTRY
from tests.forge.state import Forge

SERVER = "https://github.com"


@pytest.fixture
def server(github: Forge) -> Forge:
    """A registry with a branch that asks."""
    folder = github.add(REGISTRY, {"data/catalog.csv": b"url,name,owner,core\n"}, writers={"keeper"}).folder
    git(folder, "update-ref", "refs/heads/ask", git(folder, "commit-tree", "main^{tree}", "-p", "main", "-m", "Ask"))
    return github


@pytest.fixture
def forge(server: Forge) -> Iterator[contract.Forge]:
    with client(server, "app-token") as app:
        yield GitHubForge(app, REGISTRY, server_url=SERVER)
    assert {r.headers["accept-encoding"] for r in server.requests} <= {"identity"}, "nothing passes osds's transport by"


def client(server: Forge, token: str) -> GitHub:
    return GitHub(server.api_url, token, pause=0.001, timer=server.timer)


def ask(server: Forge, number: int = 1) -> None:
    with client(server, "keeper-token") as keeper:
        made = keeper.create_pull_request(REGISTRY, head="os-team:ask", base="main", title="T", body="B")
        assert made.number == number


def say(server: Forge, token: str, path: str, **body: object) -> None:
    """What a person does on GitHub's pages."""
    with client(server, token) as person:
        person.transport.requestJsonAndCheck("POST", f"/repos/{REGISTRY}/{path}", input=body)


def test_requests__pull_requests_and_labelled_issues(server: Forge, forge: contract.Forge) -> None:
    ask(server)
    say(server, "alice-token", "issues", title="A question", body="x")
    say(server, "keeper-token", "issues", title="Add", body="a\r\nb", labels=["register"])
    say(server, "keeper-token", "issues/1/labels", labels=["register"])
    (pull,) = forge.pull_requests()
    keeper = Person(id=8, login="keeper")
    head = str(tip(server.repositories[REGISTRY].folder, "ask"))
    assert (pull.number, pull.kind, pull.author, pull.head, pull.base) == (
        1,
        RequestKind.PULL_REQUEST,
        keeper,
        head,
        "main",
    )
    assert (pull.labels, pull.draft, pull.created.isoformat()) == (("register",), False, "2026-01-01T00:00:00+00:00")
    (issue,) = forge.issues("register")
    assert (issue.number, issue.kind, issue.author, issue.body) == (3, RequestKind.ISSUE, keeper, "a\nb")
    assert forge.pull_request(1) == pull


def test_requests__every_page_of_them(server: Forge, forge: contract.Forge) -> None:
    say(server, "keeper-token", "issues", title="T", labels=["register"])
    there = server.repositories[REGISTRY].conversations
    there |= {number: replace(there[1], number=number, id=number) for number in range(2, 104)}
    assert [request.number for request in forge.issues("register")] == list(range(1, 104))


def test_conversation__the_newest_review_of_each_and_only_our_comments(server: Forge, forge: contract.Forge) -> None:
    ask(server)
    alice = Person(id=7, login="alice")
    for event in ("REQUEST_CHANGES", "APPROVE", "COMMENT"):
        say(server, "alice-token", "pulls/1/reviews", event=event, body="said")
    say(server, "keeper-token", "issues/1/labels", labels=["veto"])
    say(server, "alice-token", "issues/1/comments", body="theirs")
    forge.comment(1, "ours")
    said = forge.conversation(forge.pull_request(1))
    (review,) = said.reviews
    assert (review.author, review.verdict) == (alice, Verdict.APPROVED)
    assert [(label.name, label.by and label.by.login) for label in said.labels] == [("veto", "keeper")]
    assert [comment.body for comment in said.comments] == ["ours"]
    forge.edit_comment(said.comments[0], "ours again")
    assert [c.body for c in forge.conversation(forge.pull_request(1)).comments] == ["ours again"]


def test_repository__follows_a_rename_by_its_id(server: Forge, forge: contract.Forge) -> None:
    server.add("alice/budget", {"a": b""})
    before = forge.repository(f"{SERVER}/alice/budget")
    server.rename("alice/budget", "alice/town-budget")
    after = forge.repository(f"{SERVER}/alice/budget")
    assert before is not None
    assert after is not None
    assert (before.id, before.owner, before.public) == (after.id, Person(id=7, login="alice"), True)
    assert (after.url, after.full_name) == (f"{SERVER}/alice/town-budget", "alice/town-budget")
    assert after.clone_url == f"{server.url}/alice/town-budget.git"
    server.repositories["alice/town-budget"].private = True
    for url in (
        f"{SERVER}/alice/budget",
        f"{SERVER}/alice/nowhere",
        "https://gitlab.com/alice/budget",
        f"{SERVER}/a/b/c",
    ):
        assert forge.repository(url) is None


def test_may_write__by_id_and_only_where_github_tells(server: Forge, forge: contract.Forge) -> None:
    server.add("alice/budget", {"a": b""})
    keeper, alice = Person(id=8, login="keeper"), Person(id=7, login="alice")
    assert forge.may_write(REGISTRY, keeper) is True
    assert forge.may_write(REGISTRY, alice) is False
    assert forge.may_write("alice/budget", alice) is None, "only its writers are told"
    assert forge.may_write(REGISTRY, Person(id=99, login="keeper")) is None, "the login is another's by now"
    assert forge.may_write(REGISTRY, Person(id=1, login="nobody")) is None


@pytest.mark.parametrize("fault", [drop_after, hang_up_after, answer_with(502, "no")])
def test_comment__once_after_an_unclear_answer(server: Forge, forge: contract.Forge, fault: object) -> None:
    ask(server)
    server.faults["POST", "/comments"] = [fault]  # type: ignore[list-item]  # one of three shapes
    forge.comment(1, "Hello\n")
    assert [comment.body for comment in server.pulls()[0].comments] == ["Hello\n"]


def test_close__twice_is_no_error(server: Forge, forge: contract.Forge) -> None:
    ask(server)
    say(server, "keeper-token", "issues", title="Add", labels=["register"])
    for request in (forge.pull_request(1), next(forge.issues("register"))):
        forge.close(request)
        forge.close(request)
    assert [c.state for c in server.repositories[REGISTRY].conversations.values()] == ["closed", "closed"]
    assert list(forge.pull_requests()) == list(forge.issues("register")) == []


def test_failures__are_ours(server: Forge, forge: contract.Forge) -> None:
    with pytest.raises(UsageError, match="404"):
        forge.pull_request(7)
    server.faults["GET", "/pulls/7"] = [answer_with(500, "broken")] * 6
    with pytest.raises(OutsideError, match="500"):
        forge.pull_request(7)
    ask(server)
    server.tokens["app-token"].permissions.clear()
    with pytest.raises(UsageError, match="403"):
        forge.comment(1, "x")


def test_server_url__follows_from_the_api(server: Forge) -> None:
    urls = {"https://api.github.com": SERVER, "https://ghe.example.org/api/v3": "https://ghe.example.org"}
    for api, expected in urls.items():
        with GitHub(api, "t") as github:
            assert GitHubForge(github, REGISTRY).server_url == expected
