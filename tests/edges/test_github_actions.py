"""GitHub Actions on the double: states, scheduled runs, switching on, and within which repositories."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from osds.edges.github.actions import GitHubActions
from osds.edges.github.github import GitHub
from osds.errors import OutsideError, UsageError
from osds.registry.watch import State
from tests.edges.http_faults import answer_with
from tests.forge.people import REGISTRY
from tests.forge.state import Forge
from tests.forge.values import Run

PATH = ".github/workflows/osds.yml"
CONTENT = b"on: push\njobs: {}\n"


@pytest.fixture
def server(github: Forge) -> Forge:
    github.add(REGISTRY, {"a": b""}, writers={"keeper"})
    github.add("alice/budget", {PATH: CONTENT})
    return github


@pytest.fixture
def actions(server: Forge) -> Iterator[GitHubActions]:
    server.tokens["app-token"].permissions["actions"] = "write"
    with client(server, "app-token") as github:
        yield GitHubActions(github)


def client(server: Forge, token: str) -> GitHub:
    return GitHub(server.api_url, token, pause=0.001, timer=server.timer)


def test_workflows__with_their_states(server: Forge, actions: GitHubActions) -> None:
    for state in ("active", "deleted", "disabled_inactivity", "disabled_manually", "disabled_fork"):
        server.add_workflow("alice/budget", PATH, state=state, age=60)
    found = actions.workflows("alice/budget")
    assert [promise.state for promise in found] == [State.ACTIVE, State.INACTIVITY, State.MANUALLY, State.FORK]
    assert {(p.path, p.since.timestamp()) for p in found} == {(PATH, int(server.timer.now() - 60))}
    with pytest.raises(UsageError, match="404"):
        actions.workflows("alice/nowhere")


def test_file__within_the_limit(server: Forge, actions: GitHubActions) -> None:
    assert actions.file("alice/budget", PATH, 100) == CONTENT
    assert actions.file("alice/budget", PATH, 10) is None
    assert actions.file("alice/budget", ".github/workflows/other.yml", 100) is None
    assert actions.file("alice/budget", ".github", 100) is None


def test_scheduled_runs__the_newest_and_no_others(server: Forge, actions: GitHubActions) -> None:
    workflow = server.add_workflow("alice/budget", PATH)
    now = server.timer.now()
    workflow.runs += [Run(server.next_id(), now - 60 * n, conclusion="failure" if n else None) for n in range(12)]
    workflow.runs.append(Run(server.next_id(), now + 5, event="push"))
    found = actions.scheduled_runs("alice/budget", workflow.id)
    assert len(found) == 10
    assert (found[0].created, found[0].conclusion) == (datetime.fromtimestamp(int(now), UTC), "")
    assert found[1].conclusion == "failure"


def test_switch_on__where_the_token_may(server: Forge, actions: GitHubActions) -> None:
    ours = server.add_workflow(REGISTRY, PATH, state="disabled_inactivity")
    theirs = server.add_workflow("alice/budget", PATH, state="disabled_inactivity")
    assert actions.switch_on(REGISTRY, ours.id)
    assert actions.switch_on(REGISTRY, ours.id), "twice is no harm"
    assert not actions.switch_on("alice/budget", theirs.id)
    assert [ours.state, theirs.state] == ["active", "disabled_inactivity"]


def test_reach__of_an_app_and_of_a_person(server: Forge, actions: GitHubActions) -> None:
    assert actions.reach() == frozenset({REGISTRY})
    with client(server, "alice-token") as github:
        person = GitHubActions(github)
        assert person.reach() is None
        assert person.may_push("alice/budget")
        assert not person.may_push(REGISTRY)


def test_asked__counts_every_try(server: Forge, actions: GitHubActions) -> None:
    server.faults["GET", "/workflows"] = [answer_with(502, "no")]
    actions.workflows("alice/budget")
    assert actions.asked == len(server.requests) == 2


def test_failures__are_ours(server: Forge, actions: GitHubActions) -> None:
    workflow = server.add_workflow("alice/budget", PATH)
    server.faults["GET", "/runs"] = [answer_with(200, "what?")]
    with pytest.raises(OutsideError):
        actions.scheduled_runs("alice/budget", workflow.id)
