"""Registering where no token may: a link that asks with one click, and the reason in one line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from osds.commands.registry.registries import Access
from osds.errors import UsageError
from osds.registry.catalog import Entry
from osds.registry.registration import GitTarget
from tests.commands.registering import access, catalog, enter, github_with_registry, registry
from tests.edges.git_backend import git
from tests.edges.http_faults import answer_with
from tests.forge.people import REGISTRY
from tests.forge.state import Forge


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's git configuration."""
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Forge]:
    with github_with_registry(tmp_path / "github") as forge:
        yield forge


FORM = (
    "/os-team/registry/issues/new?template=register.yml&title=Add+alice%2Fbudget"
    "&dataset=https%3A%2F%2Fgithub.com%2Falice%2Fbudget"
)
ROW = "https://github.com/alice/budget,budget,alice,,,,"


def test_register__without_a_token_a_link(server: Forge) -> None:
    done = enter(registry(server), access=access(server, None))
    assert (done.how, done.url, done.why) == ("link", server.url + FORM, "There is no token")
    assert done.lines == (
        "There is no token, so nothing was written. "
        "To ask os-team/registry for alice/budget, open this link and press the button there:",
        server.url + FORM,
        f"Or edit the catalog yourself, with this row: {server.url}/os-team/registry/edit/main/data/catalog.csv",
        ROW,
    )
    assert server.writes() == []
    assert all(request.path.startswith("/os-team/registry/") for request in server.requests), "git only"


def test_register__without_a_token_a_listed_dataset_asks_for_nothing(server: Forge) -> None:
    enter(GitTarget(url=f"{server.url}/os-team/registry.git"), access=Access(token="keeper-token"))
    assert enter(registry(server), access=access(server, None)).how == "unchanged"


def test_register__without_a_token_and_a_form_the_edit_page(server: Forge) -> None:
    server.add("os-team/plain", {"data/catalog.csv": b"url,name,owner,core\n"})
    done = enter(registry(server, "plain"), access=access(server, None))
    assert done.url == f"{server.url}/os-team/plain/edit/main/data/catalog.csv"
    assert done.lines[1:] == (done.url, "https://github.com/alice/budget,budget,alice,")


def test_register__without_a_token_a_private_registry_still_gets_a_link(server: Forge) -> None:
    server.repositories[REGISTRY].private = True
    done = enter(registry(server), access=access(server, None))
    assert (done.how, done.lines[1:]) == ("link", (server.url + FORM,))


def test_register__another_refusal_is_no_reason_for_a_link(server: Forge) -> None:
    server.faults["POST", "/pulls"] = [answer_with(422, "Validation Failed: base is frozen")]
    with pytest.raises(UsageError, match="base is frozen"):
        enter(registry(server), access=access(server))


def test_register__a_registry_that_is_not_there(server: Forge) -> None:
    with pytest.raises(
        UsageError, match=r"os-team/nowhere is not on .* Check the name\. If you see it in your browser"
    ):
        enter(registry(server, "nowhere"), access=access(server))
    server.repositories[REGISTRY].private = True
    with pytest.raises(UsageError, match="or the token may not see it"):
        enter(registry(server), access=access(server))
    assert server.writes() == []


def tokens_that_may_not(server: Forge) -> None:
    """One of each kind that may not open a pull request on the registry."""
    server.add_app("github-actions", token="workflow-token", repositories={"alice/budget"}, contents="write")
    server.add_app("reader", token="read-only-token", repositories={REGISTRY}, contents="read", pull_requests="read")
    server.add_fine_grained("alice", token="fine-token", repositories={"alice/budget"}, contents="write")
    server.add_account("carol", token="sso-token")
    server.tokens["sso-token"].needs_sso = True
    server.add_account("dora", token="no-scope-token")
    server.tokens["no-scope-token"].scopes = ()


@pytest.mark.parametrize(
    ("token", "why"),
    [
        ("bad-token", "The token is wrong or has expired"),
        ("workflow-token", "The token may not write to os-team/registry"),
        ("read-only-token", "The token may not write to os-team/registry"),
        ("fine-token", "The token may not open a pull request on os-team/registry"),
        ("no-scope-token", "The token may not open a pull request on os-team/registry"),
        ("sso-token", "os-team asks for single sign-on (let the token in at"),
    ],
)
def test_register__a_token_that_may_not_gets_a_link(server: Forge, token: str, why: str) -> None:
    tokens_that_may_not(server)
    done = enter(registry(server), access=access(server, token))
    assert done.how == "link"
    assert done.why.startswith(why)
    assert done.lines[0].startswith(why)
    assert server.pulls() == []
    if token != "sso-token":
        assert done.url == server.url + FORM


def test_register__a_token_that_may_push_and_not_ask_gets_a_form_for_its_branch(server: Forge) -> None:
    server.add_app("pusher", token="pusher-token", repositories={REGISTRY}, contents="write")
    done = enter(registry(server), access=access(server, "pusher-token"))
    place = f"{server.url}/os-team/registry/compare/main...os-team:osds/register/alice/budget?expand=1&title=Add+alice"
    assert (done.how, done.url.startswith(place)) == ("link", True)
    assert catalog(server.repositories[REGISTRY].folder, "osds/register/alice/budget") == ["alice/budget"]
    pushes = server.writes()
    assert enter(registry(server), access=access(server, "pusher-token")).url == done.url
    assert [write for write in server.writes() if "git-receive-pack" in write] == [
        write for write in pushes if "git-receive-pack" in write
    ]


def test_register__a_registry_without_a_commit_on_its_branch(server: Forge) -> None:
    git(server.repositories[REGISTRY].folder, "update-ref", "-d", "refs/heads/main")
    with pytest.raises(UsageError, match="has no branch 'main' with a commit"):
        enter(registry(server), access=access(server))


def test_register__an_archived_registry_and_a_local_dataset_are_refused(server: Forge) -> None:
    with pytest.raises(UsageError, match="cannot list '/srv/budget'"):
        enter(registry(server), Entry(url="/srv/budget", name="budget", owner="alice"), access=access(server))
    server.repositories["os-team/registry"].archived = True
    with pytest.raises(UsageError, match="archived"):
        enter(registry(server), access=access(server))
    assert server.writes() == []
