"""The whole way on a GitHub on loopback: register, check, merge, and again, by the very calls that go to GitHub in life."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from osds.commands.registry.check import check_fetched, check_pull_request
from osds.commands.registry.facts import FactFinder
from osds.commands.registry.judging import Judge
from osds.commands.registry.merge import Merged, merge
from osds.commands.registry.registries import Access
from osds.edges.git.git import Remote
from osds.edges.git.registry import open_remote
from osds.edges.github.forge import GitHubForge
from osds.edges.github.github import GitHub
from osds.progress import Silent
from osds.registry.catalog import Entry
from osds.registry.registration import GitHubTarget, Registered
from osds.registry.template import registry_files
from tests.commands.registering import catalog, enter, entry, events
from tests.forge.people import inhabit
from tests.forge.server import serve
from tests.forge.state import Forge

REGISTRY = "os-team/registry"
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def github(tmp_path: Path) -> Iterator[Forge]:
    """A GitHub with the registry, in which new owners wait for an hour, and alice's dataset."""
    with serve(tmp_path / "github") as forge:
        inhabit(forge)
        files = registry_files(title="Ours", core_organisation="os-data")
        forge.add(REGISTRY, files | {"osds.yml": b"waiting-hours: 1\n"}, writers={"keeper"})
        forge.add("alice/budget", {"datapackage.json": b'{"name": "budget"}'})
        yield forge


@contextmanager
def opened(github: Forge, token: str) -> Iterator[tuple[Judge, GitHubForge]]:
    server = "https://github.com"  # as the catalog has it
    with (
        GitHub(github.api_url, token, pause=0) as client,
        open_remote(Remote(url=f"{github.url}/{REGISTRY}", token=token), depth=None) as registry,
    ):
        forge = GitHubForge(client, REGISTRY, server_url=server)
        finder = FactFinder(forge, local=False)
        yield Judge(registry=registry, finder=finder, names=(REGISTRY,), server_url=server, forge=forge), forge


def register(github: Forge, dataset: Entry | None = None) -> Registered:
    access = Access(token="alice-token", server_url=github.url, api_url=github.api_url, pause=0)
    target = GitHubTarget(owner="os-team", repository="registry", server_url=github.url)
    return enter(target, dataset, access=access)


def run(github: Forge, now: datetime) -> Merged:
    with opened(github, "app-token") as (judge, forge):
        return merge(judge, forge, clock=lambda: now, progress=Silent(), limit=10, dry_run=False)


def test_from_registering_to_the_catalog(github: Forge) -> None:
    folder = github.repositories[REGISTRY].folder
    assert register(github).how == "pull request"
    with opened(github, "keeper-token") as (judge, forge):
        decision = check_pull_request(judge, forge, 1, now=NOW, comment=False)
        assert (decision.outcome, decision.until) == ("wait", NOW + timedelta(hours=1))
        unknown = check_fetched(judge, 1, now=NOW)
        assert "no-consent" in [reason.kind.code for reason in unknown.reasons]
    writes = len(github.writes())
    run(github, NOW)
    assert catalog(folder) == []
    assert len(github.writes()) - writes == 1
    run(github, NOW + timedelta(minutes=59))
    assert len(github.writes()) - writes == 1, "nothing is said twice"
    done = run(github, NOW + timedelta(hours=1))
    assert [handled.entered for handled in done.handled] == [True]
    assert catalog(folder) == ["alice/budget"]
    assert events(folder) == [(1, "added", "alice/budget")]
    assert len([write for write in github.writes()[writes:] if "/api/" in write]) <= 3
    [pull] = github.pulls()
    assert pull.state == "closed"
    assert [comment.author.login for comment in pull.comments] == ["registrar[bot]"]
    assert "The catalog has it now" in pull.comments[0].body
    writes = len(github.writes())
    assert run(github, NOW + timedelta(hours=2)).handled == ()
    assert register(github).how == "unchanged"
    assert len(github.writes()) == writes


def test_a_stranger_is_refused_and_told_why(github: Forge) -> None:
    github.add("bob/roads", {"datapackage.json": b'{"name": "roads"}'})
    register(github, entry("roads", "bob"))
    run(github, NOW)
    [pull] = github.pulls()
    assert pull.state == "open"
    assert "[no-consent]" in pull.comments[0].body
    assert catalog(github.repositories[REGISTRY].folder) == []


def test_a_repository_that_was_renamed_keeps_its_row(github: Forge) -> None:
    register(github)
    run(github, NOW)
    run(github, NOW + timedelta(hours=1))
    github.rename("alice/budget", "alice/money")
    register(github, Entry(url="https://github.com/alice/money", name="budget", owner="alice"))
    done = run(github, NOW + timedelta(hours=2))
    assert [str(handled.outcome) for handled in done.handled] == ["allow"]
    assert events(github.repositories[REGISTRY].folder)[-1] == (2, "updated", "alice/budget")
