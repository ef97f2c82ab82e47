"""PyGithub against a small GitHub over loopback HTTP: what is asked, what is repeated, and how failures read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from osds.edges.github.github import Account, GitHub, GitHubRefusedError
from osds.edges.github.waiting import Budget
from osds.errors import OutsideError, UsageError
from tests.edges.git_backend import git
from tests.edges.http_faults import Fault, answer_with, drop_after, hang_up_after
from tests.forge.clock import START, FakeTimer
from tests.forge.state import Forge

REGISTRY = "os-team/registry"
BAD_GATEWAY = answer_with(502, "Bad gateway")
RATE_LIMIT = "API rate limit exceeded for user ID 7."


@pytest.fixture
def server(github: Forge) -> Forge:
    """A registry with one asking branch in it."""
    repository = github.add(REGISTRY, {"data/catalog.csv": b"url,name,owner,core\n"}, writers={"keeper"})
    asking = git(repository.folder, "commit-tree", "main^{tree}", "-p", "main", "-m", "Ask")
    git(repository.folder, "update-ref", "refs/heads/ask", asking)
    return github


@pytest.fixture
def api(server: Forge) -> Iterator[GitHub]:
    with GitHub(server.api_url, "keeper-token", pause=0.001, timer=server.timer) as client:
        yield client


def create(api: GitHub, branch: str = "ask") -> int:
    return api.create_pull_request(REGISTRY, head=f"os-team:{branch}", base="main", title="T", body="B\nC").number


def posts(server: Forge) -> int:
    return sum(r.method == "POST" for r in server.requests)


def test_repository__facts(server: Forge, api: GitHub) -> None:
    facts = api.repository(REGISTRY)
    assert (facts.full_name, facts.default_branch, facts.may_push, facts.archived, facts.fork_of) == (
        REGISTRY,
        "main",
        True,
        False,
        None,
    )
    assert facts.clone_url == f"{server.url}/{REGISTRY}.git"
    assert server.requests[-1].authorization == "token keeper-token"


def test_account__a_user_or_an_app(server: Forge, api: GitHub) -> None:
    assert api.account() == Account(login="keeper", id=8)
    with GitHub(server.api_url, "app-token", pause=0.001, timer=server.timer) as app:
        assert app.account() is None


def test_create_fork__is_the_same_the_second_time(server: Forge) -> None:
    with GitHub(server.api_url, "alice-token", pause=0.001, timer=server.timer) as client:
        assert not client.repository(REGISTRY).may_push
        fork = client.create_fork(REGISTRY)
        assert (fork.full_name, fork.fork_of, fork.may_push) == ("alice/registry", REGISTRY, True)
        assert client.create_fork(REGISTRY) == fork
        assert client.repository("alice/registry") == fork


def test_pull_request__create_find_update(server: Forge, api: GitHub) -> None:
    assert api.find_pull_request(REGISTRY, "os-team:ask") is None
    number = create(api)
    found = api.find_pull_request(REGISTRY, "os-team:ask")
    assert found is not None
    assert (found.number, found.title, found.body, found.open, found.merged) == (number, "T", "B\nC", True, False)
    assert found.head_repository == REGISTRY
    api.update_pull_request(REGISTRY, number, title="T2", body="B2")
    found = api.find_pull_request(REGISTRY, "os-team:ask")
    assert found is not None
    assert (found.title, found.body) == ("T2", "B2")


def test_find_pull_request__an_open_one_comes_first(server: Forge, api: GitHub) -> None:
    first = create(api)
    server.pulls()[0].state = "closed"
    second = create(api)
    server.pulls()[1].state = "closed"
    closed = api.find_pull_request(REGISTRY, "os-team:ask")
    assert closed is not None
    assert (closed.number, closed.open) == (second, False)
    server.pulls()[0].state = "open"
    found = api.find_pull_request(REGISTRY, "os-team:ask")
    assert found is not None
    assert found.number == first


@pytest.mark.parametrize("fault", [drop_after, hang_up_after])
def test_create_pull_request__after_an_unclear_answer_it_looks(server: Forge, api: GitHub, fault: Fault) -> None:
    server.faults[("POST", "/pulls")] = [fault]
    assert create(api) == 1
    assert len(server.pulls()) == 1
    assert posts(server) == 1


def test_create_pull_request__tries_again_if_the_first_did_nothing(server: Forge, api: GitHub) -> None:
    server.faults[("POST", "/pulls")] = [BAD_GATEWAY]
    assert create(api) == 1
    assert (len(server.pulls()), posts(server)) == (1, 2)


def test_create_pull_request__gives_up_after_two(server: Forge, api: GitHub) -> None:
    server.faults[("POST", "/pulls")] = [BAD_GATEWAY] * 5
    with pytest.raises(OutsideError, match=r"502|GitHub did not answer"):
        create(api)
    assert (len(server.pulls()), posts(server)) == (0, 2)


def test_create_pull_request__one_that_is_there_is_found(server: Forge, api: GitHub) -> None:
    assert create(api) == create(api) == 1
    assert len(server.pulls()) == 1


def test_create_pull_request__a_missing_branch_is_refused(server: Forge, api: GitHub) -> None:
    with pytest.raises(GitHubRefusedError, match="422") as refusal:
        create(api, "nowhere")
    assert refusal.value.status == 422
    assert refusal.value.exit_code == 2


@pytest.mark.parametrize(
    ("method", "path"), [("GET", REGISTRY), ("GET", "/pulls"), ("PATCH", "/pulls/1")], ids=["facts", "list", "patch"]
)
def test_repeatable_requests__are_repeated(server: Forge, api: GitHub, method: str, path: str) -> None:
    create(api)
    server.faults[(method, path)] = [BAD_GATEWAY, answer_with(500, "oops")]
    api.repository(REGISTRY)
    api.find_pull_request(REGISTRY, "os-team:ask")
    api.update_pull_request(REGISTRY, 1, title="T2", body="B")
    assert server.pulls()[0].title == "T2"


@pytest.mark.parametrize("status", [403, 429])
def test_rate_limit__retry_after_is_honoured_even_for_a_post(server: Forge, api: GitHub, status: int) -> None:
    server.faults[("POST", "/pulls")] = [answer_with(status, "slow down", {"Retry-After": "1"})]
    assert create(api) == 1
    first, second = (request for request in server.requests if request.method == "POST")
    assert second.at - first.at >= 1


@pytest.mark.parametrize(
    "fault",
    [
        answer_with(429, "slow down", {"Retry-After": "86400"}),
        answer_with(403, "You have exceeded a secondary rate limit", {"Retry-After": "86400"}),
        answer_with(403, RATE_LIMIT, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(START) + 3600)}),
        answer_with(503, "later", {"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"}),
        answer_with(503, "later", {"Retry-After": "soon"}),
    ],
)
def test_rate_limit__a_long_wait_is_not_waited_for(server: Forge, api: GitHub, fault: Fault) -> None:
    server.faults[("GET", REGISTRY)] = [fault] * 9
    with pytest.raises(OutsideError, match="Run the same command again") as failure:
        api.repository(REGISTRY)
    assert sum(server.timer.slept) < 600
    assert failure.value.exit_code == 4


def test_budget__is_one_for_all_waits() -> None:
    timer = FakeTimer()
    budget = Budget(20, timer)
    budget.wait_until(timer.now() + 15)
    with pytest.raises(
        OutsideError, match=r"asks to wait 15 seconds\. Run the same command again after 2026-01-01 00:00 UTC"
    ):
        budget.wait_until(timer.now() + 15)
    assert timer.slept == [15]


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        (answer_with(401, "Bad credentials"), 401, "make a new one"),
        (answer_with(403, "Resource not accessible by personal access token"), 403, "GITHUB_TOKEN"),
        (answer_with(404, "Not Found"), 404, "Check the name"),
        (answer_with(422, "Validation\nFailed \x1b[31m"), 422, "Validation Failed"),
    ],
)
def test_refusals__are_one_clear_line(server: Forge, api: GitHub, fault: Fault, status: int, said: str) -> None:
    server.faults[("GET", REGISTRY)] = [fault]
    with pytest.raises(GitHubRefusedError, match=said) as refusal:
        api.repository(REGISTRY)
    assert refusal.value.status == status
    assert not {"\n", "\x1b"} & set(str(refusal.value))
    assert len(server.requests) == 1, "a refusal is not asked again"


def test_refusals__a_bad_token_is_not_repeated_in_words(server: Forge) -> None:
    with (
        GitHub(server.api_url, "bad-token", pause=0.001, timer=server.timer) as client,
        pytest.raises(GitHubRefusedError) as refusal,
    ):
        client.account()
    assert refusal.value.status == 401
    assert "bad-token" not in str(refusal.value)
    assert "bad-token" not in repr(client) + repr(vars(client))


def test_server_gone__is_an_outside_failure(tmp_path: Path) -> None:
    with (
        GitHub("http://127.0.0.1:9", "t", timer=FakeTimer()) as client,
        pytest.raises(OutsideError, match="did not answer"),
    ):
        client.repository(REGISTRY)


@pytest.mark.parametrize("url", ["http://api.github.com", "ftp://x", "api.github.com", "http://127.0.0.1.evil.example"])
def test_github__sends_no_token_without_encryption(url: str) -> None:
    with pytest.raises(UsageError, match="https"):
        GitHub(url, "t")
