"""The double is a GitHub as GitHub describes itself, seen by PyGithub without any code of osds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from github import Auth, Github, GithubException, InputGitTreeElement
from github.PullRequest import PullRequest
from github.Repository import Repository

from tests.edges.git_backend import git, tip
from tests.forge import routing
from tests.forge.contract import Contract, find_contract
from tests.forge.people import REGISTRY, inhabit
from tests.forge.server import serve
from tests.forge.state import Forge

KEEPER = "keeper-token"


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[Forge]:
    with serve(tmp_path / "github") as double:
        inhabit(double)
        double.add(REGISTRY, {"data/catalog.csv": b"url,name\n"}, writers={"keeper"})
        yield double


def client(forge: Forge, token: str = KEEPER) -> Github:
    auth = Auth.Token(token)
    return Github(base_url=forge.api_url, auth=auth, retry=None, seconds_between_requests=0, seconds_between_writes=0)


def registry(forge: Forge, token: str = KEEPER) -> Repository:
    return client(forge, token).get_repo(REGISTRY)


def branch_with(repository: Repository, name: str, content: str, base: str = "main") -> str:
    """A branch with one commit on `base`, by git's objects through the API."""
    old = repository.get_git_ref(f"heads/{base}").object.sha
    element = InputGitTreeElement("data/catalog.csv", "100644", "blob", content=content)
    tree = repository.create_git_tree([element], base_tree=repository.get_git_tree(old))
    commit = repository.create_git_commit(f"Write {name}", tree, [repository.get_git_commit(old)])
    repository.create_git_ref(f"refs/heads/{name}", commit.sha)
    return commit.sha


def pull(forge: Forge, name: str = "ask", content: str = "url,name\na,b\n") -> PullRequest:
    repository = registry(forge)
    branch_with(repository, name, content)
    return repository.create_pull(base="main", head=name, title="Ask", body="Please")


def refused(status: int, message: str = "") -> pytest.RaisesExc[GithubException]:
    return pytest.RaisesExc(GithubException, check=lambda e: e.status == status and message in str(e.data))


@pytest.fixture
def contract() -> Contract:
    found = find_contract()
    if found is None:
        pytest.skip("GitHub's OpenAPI description is not here: run `python -m scripts.github_contract` (needs npm)")
    return found


def test_contract__knows_good_from_bad(contract: Contract) -> None:
    path = f"/repos/{REGISTRY}/pulls"
    good = {"title": "T", "head": "a", "base": "main"}
    assert contract.check_request("POST", path, {}, good) == []
    assert "'base' is a required" in contract.check_request("POST", path, {}, {"title": "T", "head": "a"})[0]
    assert "fantasy" in contract.check_request("POST", path, {}, good | {"fantasy": 1})[0]
    assert "takes no 'heads'" in contract.check_request("GET", path, {"heads": ["a"]}, None)[0]
    assert "state=opened" in contract.check_request("GET", path, {"state": ["opened"]}, None)[0]
    assert "GitHub has no POST /nowhere" in contract.check_request("POST", "/nowhere", {}, None)[0]
    assert "does not answer 418" in contract.check_response("GET", path, 418, None)[0]
    assert contract.check_response("GET", path, 200, [{"id": 1}])
    assert contract.check_response("GET", path, 200, []) == []


def test_contract__has_every_route_of_the_double(contract: Contract) -> None:
    undescribed = {r"/graphql", r"/repositories/(?P<id>[^/]+)"}
    for method, pattern, _ in routing._ROUTES:
        path = re.sub(r"\(\?P<\w+>[^)]*\)", "7", pattern.pattern).replace("\\", "")
        assert pattern.pattern in undescribed or contract.find(method, path), f"{method} {path}"


def test_pull__is_a_real_ref_and_follows_its_branch(forge: Forge) -> None:
    asked = pull(forge)
    folder = forge.repositories[REGISTRY].folder
    assert git(folder, "rev-parse", "refs/pull/1/head") == asked.head.sha == tip(folder, "ask")
    assert (asked.additions, asked.deletions, asked.changed_files, asked.commits) == (1, 0, 1, 1)
    assert registry(forge).get_pull(1).mergeable is None, "GitHub computes it after the first look"
    assert registry(forge).get_pull(1).mergeable is True
    assert git(folder, "show", "refs/pull/1/merge:data/catalog.csv") == "url,name\na,b"

    repository = registry(forge)
    file = repository.get_contents("data/catalog.csv", ref="ask")
    assert not isinstance(file, list)
    assert file.decoded_content == b"url,name\na,b\n"
    repository.update_file(file.path, "Again", "url,name\na,c\n", file.sha, branch="ask")
    assert registry(forge).get_pull(1).head.sha == git(folder, "rev-parse", "refs/pull/1/head") == tip(folder, "ask")
    with refused(409):
        repository.update_file(file.path, "Stale", "x\n", file.sha, branch="ask")


def test_pull__refusals(forge: Forge) -> None:
    repository = registry(forge)
    branch_with(repository, "same", "url,name\n")
    git(forge.repositories[REGISTRY].folder, "update-ref", "refs/heads/behind", "main")
    pull(forge)
    for head, status, said in (
        ("ask", 422, "A pull request already exists for os-team:ask."),
        ("nowhere", 422, "invalid"),
        ("behind", 422, "No commits between main and os-team:behind"),
    ):
        with refused(status, said):
            repository.create_pull(base="main", head=head, title="T")
    assert len(forge.pulls()) == 1


def test_pull__a_conflict_is_not_merged_and_a_clean_one_once(forge: Forge) -> None:
    first, second = pull(forge, "one", "url,name\nx,y\n"), pull(forge, "two", "url,name\nz,z\n")
    repository = registry(forge)
    with refused(409, "modified"):
        repository.get_pull(first.number).merge(sha=second.head.sha)
    assert repository.get_pull(first.number).merge(sha=first.head.sha).merged
    assert repository.get_pull(first.number).merged
    repository.get_pull(second.number)
    assert repository.get_pull(second.number).mergeable is False
    with refused(405, "not mergeable"):
        repository.get_pull(second.number).merge()
    repository.get_git_ref("heads/two").delete()
    assert repository.get_pull(second.number).state == "closed"


def test_fork__and_a_pull_request_across(forge: Forge) -> None:
    forge.fork_seconds = 5
    alice = client(forge, "alice-token")
    fork = alice.get_repo(REGISTRY).create_fork()
    assert (fork.full_name, fork.parent.full_name) == ("alice/registry", REGISTRY)
    assert [found.full_name for found in alice.get_repo(REGISTRY).get_forks()] == ["alice/registry"]
    sha = branch_with(fork, "ask", "url,name\na,b\n")
    asked = alice.get_repo(REGISTRY).create_pull(base="main", head="alice:ask", title="T")
    assert git(forge.repositories[REGISTRY].folder, "rev-parse", "refs/pull/1/head") == sha
    with refused(403):
        asked.merge()
    with refused(403):
        branch_with(alice.get_repo(REGISTRY), "mine", "x")
    asked.edit(title="T2", state="closed")
    assert (forge.pulls()[0].title, forge.pulls()[0].state) == ("T2", "closed")


def test_issues__labels_comments_events(forge: Forge) -> None:
    asked = registry(forge, "alice-token").create_issue("Add alice/budget", "text", labels=["register"])
    assert asked.labels == [], "who may not push sets no label"
    kept = registry(forge).get_issue(1)
    labels = (
        f"/repos/{REGISTRY}/issues/1/labels"  # PyGithub sends a bare list, which GitHub takes and does not describe
    )
    kept.requester.requestJsonAndCheck("POST", labels, input={"labels": ["register"]})
    said = kept.create_comment("Welcome")
    said.edit("Welcome!")
    kept.create_comment("gone").delete()
    assert [comment.body for comment in kept.get_comments()] == ["Welcome!"]
    assert [(event.event, event.actor.login) for event in kept.get_events()] == [("labeled", "keeper")]
    assert [issue.number for issue in registry(forge).get_issues(labels=["register"])] == [1]
    kept.remove_from_labels("register")
    kept.edit(state="closed")
    assert list(registry(forge).get_issues()) == []
    with refused(403):
        registry(forge, "alice-token").requester.requestJsonAndCheck("POST", labels, input={"labels": ["x"]})
    forge.repositories[REGISTRY].has_issues = False
    with refused(410):
        registry(forge).create_issue("T")


def test_reviews__statuses_dispatch_and_people(forge: Forge) -> None:
    asked = pull(forge)
    mine = registry(forge, "alice-token").get_pull(1).create_review(body="No", event="REQUEST_CHANGES")
    mine = next(review for review in asked.get_reviews() if review.id == mine.id)
    assert (mine.state, mine.user.login, mine.commit_id) == ("CHANGES_REQUESTED", "alice", asked.head.sha)
    mine.dismiss("Old")
    with refused(422):
        asked.create_review(event="APPROVE")
    commit = registry(forge).get_branch("ask").commit
    assert commit.sha == asked.head.sha
    url = f"/repos/{REGISTRY}/statuses/{commit.sha}"
    requester = registry(forge).requester
    requester.requestJsonAndCheck("POST", url, input={"state": "success", "context": "osds"})
    _, combined = requester.requestJsonAndCheck("GET", f"/repos/{REGISTRY}/commits/{commit.sha}/status")
    assert (combined["state"], combined["total_count"]) == ("success", 1)
    assert registry(forge).create_repository_dispatch("merge", {"number": 1})
    assert forge.repositories[REGISTRY].dispatches == [{"event_type": "merge", "client_payload": {"number": 1}}]
    assert registry(forge).get_collaborator_permission("alice") == "read"
    assert registry(forge).get_collaborator_permission("keeper") == "write"
    with refused(403):
        registry(forge, "alice-token").get_collaborator_permission("keeper")
    assert client(forge).get_user().id == 8
    assert client(forge).get_user("alice").id == 7
    assert client(forge).get_rate_limit().rate.limit == 5000
    forge.accounts["os-team"].members["keeper"] = "admin"
    requester.requestJsonAndCheck("GET", "/orgs/os-team/members/keeper")


@pytest.mark.parametrize(
    ("token", "status", "said"),
    [
        ("bad", 401, "Bad credentials"),
        ("reader-app", 403, "Resource not accessible by integration"),
        ("elsewhere-app", 403, "Resource not accessible by integration"),
        ("fine", 403, "Resource not accessible by personal access token"),
        ("no-scope", 404, "Not Found"),
        ("sso", 403, "SAML enforcement"),
    ],
)
def test_tokens__what_each_may_not_do(forge: Forge, token: str, status: int, said: str) -> None:
    forge.add_app("reader", token="reader-app", repositories={REGISTRY}, pull_requests="read")
    forge.add_app("elsewhere", token="elsewhere-app", repositories={"alice/budget"}, pull_requests="write")
    forge.add_fine_grained("alice", token="fine", repositories={"alice/budget"}, pull_requests="write")
    forge.add_account("bob", token="no-scope")
    forge.tokens["no-scope"].scopes = ()
    forge.add_account("carol", token="sso")
    forge.tokens["sso"].needs_sso = True
    with refused(status, said) as refusal:
        registry(forge, token).create_issue("T") if token in {"no-scope", "sso"} else registry(
            forge, token
        ).create_pull(base="main", head="main", title="T")
    assert token != "sso" or "required; url=" in dict(refusal.value.headers or {})["x-github-sso"]


def test_private_archived_and_renamed(forge: Forge) -> None:
    forge.rename(REGISTRY, "os-team/catalog")
    moved = registry(forge)
    assert (moved.full_name, moved.id) == ("os-team/catalog", forge.repositories["os-team/catalog"].id)
    forge.repositories["os-team/catalog"].archived = True
    with refused(403, "archived"):
        client(forge).get_repo("os-team/catalog").create_issue("T")
    forge.repositories["os-team/catalog"].private = True
    with refused(404):
        client(forge, "alice-token").get_repo("os-team/catalog")


def test_limits__primary_etag_and_pages(forge: Forge) -> None:
    repository = registry(forge)
    for number in range(7):
        repository.create_issue(f"T{number}")
    pages = Github(base_url=forge.api_url, auth=Auth.Token("keeper-token"), retry=None, per_page=3, lazy=True)
    assert [issue.number for issue in pages.get_repo(REGISTRY).get_issues()] == [7, 6, 5, 4, 3, 2, 1]
    assert pages.get_repo(REGISTRY).get_issues().totalCount == 7

    requester = repository.requester
    headers, _ = requester.requestJsonAndCheck("GET", f"/repos/{REGISTRY}")
    used = forge.tokens["keeper-token"].used
    status, _, body = requester.requestJson("GET", f"/repos/{REGISTRY}", headers={"If-None-Match": headers["etag"]})
    assert (status, body, forge.tokens["keeper-token"].used) == (304, "", used), "a 304 costs nothing"

    forge.limit = used
    with refused(403, "API rate limit exceeded") as refusal:
        registry(forge)
    told = {name.lower(): value for name, value in (refusal.value.headers or {}).items()}
    assert told["x-ratelimit-remaining"] == "0"
    forge.timer.sleep(int(told["x-ratelimit-reset"]) - forge.timer.now())
    assert registry(forge).full_name == REGISTRY
