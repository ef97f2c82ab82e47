"""Registering a dataset by git over HTTP, and on GitHub by pull request. Real git, real HTTP."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from osds.commands.registry.registries import Access
from osds.edges.github.github import GitHub
from osds.errors import OutsideError, UnsafeInputError
from osds.registry.catalog import Entry
from osds.registry.pull_request import Summary
from osds.registry.registration import GitTarget
from tests.commands.registering import access, catalog, enter, entry, events, github_with_registry, registry
from tests.edges.git_backend import git, tip
from tests.edges.http_faults import answer_with, drop_after
from tests.forge.people import REGISTRY
from tests.forge.state import Forge
from tests.forge.values import Conversation


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


def label(asked: Conversation) -> str:
    """Where a pull request comes from, `owner:branch`."""
    assert asked.pull is not None
    return f"{asked.pull.head_owner}:{asked.pull.head_ref}"


def test_register__by_git_over_http(server: Forge) -> None:
    target = GitTarget(url=f"{server.url}/os-team/registry.git")
    folder = server.repositories["os-team/registry"].folder
    elsewhere = Access(token="keeper-token", server_url="https://github.com")
    assert enter(target, access=elsewhere, dry_run=True).how == "commit"
    assert server.writes() == []
    first = enter(target, access=elsewhere)
    assert (first.how, first.url) == ("commit", tip(folder, "main"))
    assert events(folder) == [(1, "added", "alice/budget")]
    writes = len(server.writes())
    assert enter(target, access=elsewhere).how == "unchanged"
    assert len(server.writes()) == writes


def test_register__four_at_once_by_git_over_http_lose_none(server: Forge) -> None:
    target = GitTarget(url=f"{server.url}/os-team/registry.git")
    names = [f"d{number}" for number in range(4)]
    keeper = Access(token="keeper-token")
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda name: enter(target, entry(name), access=keeper), names))
    folder = server.repositories["os-team/registry"].folder
    assert [d.how for d in done] == ["commit"] * 4
    assert catalog(folder) == [f"alice/{name}" for name in names]


def test_register__a_github_token_is_not_given_to_others(server: Forge) -> None:
    for token in ("ghp_" + "x" * 36, "github_pat_" + "x" * 70, "a1" * 20):
        with pytest.raises(UnsafeInputError, match="The token is GitHub's") as refusal:
            enter(GitTarget(url=f"{server.url}/os-team/registry.git"), access=Access(token=token))
        assert token not in str(refusal.value)
    assert server.requests == []


def test_register__by_pull_request_from_a_fork(server: Forge) -> None:
    assert enter(registry(server), access=access(server), dry_run=True).how == "pull request"
    assert server.writes() == []
    first = enter(registry(server), access=access(server))
    assert (first.how, first.url) == ("pull request", f"{server.url}/os-team/registry/pull/1")
    [pull] = server.pulls()
    assert label(pull) == "alice:osds/register/alice/budget"
    assert pull.title == "Add alice/budget"
    assert "<!-- osds:register alice/budget -->" in pull.body
    assert "`amount: 1.00`" in pull.body
    fork, main = server.repositories["alice/registry"].folder, server.repositories["os-team/registry"].folder
    branch = tip(fork, "osds/register/alice/budget")
    assert git(fork, "diff-tree", "-r", "--numstat", str(tip(main, "main")), str(branch)) == "1\t0\tdata/catalog.csv"
    assert git(fork, "log", "-1", "--format=%an %ae", str(branch)) == "alice 7+alice@users.noreply.github.com"

    writes = server.writes()
    assert writes == [
        "POST /api/v3/repos/os-team/registry/forks",
        "POST /alice/registry.git/git-receive-pack",
        "POST /api/v3/repos/os-team/registry/pulls",
    ]
    again = enter(registry(server), access=access(server))
    assert (again.how, again.url) == ("unchanged", first.url)
    assert server.writes() == writes, "a second run only reads"
    assert tip(fork, "osds/register/alice/budget") == branch


def test_register__an_update_moves_the_branch_and_the_words(server: Forge) -> None:
    enter(registry(server), access=access(server))
    fork = server.repositories["alice/registry"].folder
    before = tip(fork, "osds/register/alice/budget")

    enter(registry(server), access=access(server), summary=Summary(title="Another title"))
    assert "Another title" in server.pulls()[0].body
    assert tip(fork, "osds/register/alice/budget") == before, "only the words are new"

    moved = Entry(url="https://github.com/alice/moved", name="budget", owner="alice")
    enter(registry(server), moved, access=access(server), summary=Summary(title="Another title"))
    assert len(server.pulls()) == 1
    assert "https://github.com/alice/moved" in server.pulls()[0].body
    assert "alice/moved,budget" in git(fork, "show", "osds/register/alice/budget:data/catalog.csv")


def test_register__who_may_push_needs_no_fork(server: Forge) -> None:
    for token, name in (("keeper-token", "one"), ("app-token", "two")):
        assert enter(registry(server), entry(name), access=access(server, token)).how == "pull request"
    assert [label(pull) for pull in server.pulls()] == [
        "os-team:osds/register/alice/one",
        "os-team:osds/register/alice/two",
    ]
    assert set(server.repositories) == {"os-team/registry"}
    assert catalog(server.repositories["os-team/registry"].folder) == []


def test_register__a_listed_dataset_asks_for_nothing(server: Forge, tmp_path: Path) -> None:
    enter(GitTarget(url=f"{server.url}/os-team/registry.git"), access=Access(token="keeper-token"))
    writes = server.writes()
    assert enter(registry(server), access=access(server)).how == "unchanged"
    assert server.writes() == writes


def test_register__an_old_fork_gets_what_it_lacks(server: Forge) -> None:
    enter(registry(server), entry("one"), access=access(server))
    keeper = Access(token="keeper-token")
    for name in ("x", "y", "z"):  # the registry goes on, the fork stays behind
        enter(GitTarget(url=f"{server.url}/os-team/registry.git"), entry(name, "bob"), access=keeper)
    assert enter(registry(server), entry("two"), access=access(server)).how == "pull request"
    fork = server.repositories["alice/registry"].folder
    assert catalog(fork, "osds/register/alice/two") == ["alice/two", "bob/x", "bob/y", "bob/z"]
    git(fork, "fsck", "--strict", "--no-dangling")


def test_register__four_runs_at_once_open_one_pull_request(server: Forge) -> None:
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: enter(registry(server), access=access(server)), range(4)))
    assert {outcome.url for outcome in done} == {f"{server.url}/os-team/registry/pull/1"}
    assert [pull.state for pull in server.pulls()] == ["open"]
    assert sorted(server.repositories) == ["alice/registry", "os-team/registry"]


def test_register__a_killed_run_is_completed(server: Forge) -> None:
    server.faults[("POST", "/pulls")] = [answer_with(502, "no")] * 2
    with pytest.raises(OutsideError):
        enter(registry(server), access=access(server))  # the branch is pushed, the pull request is not there
    pushes = [w for w in server.writes() if w.endswith("git-receive-pack")]
    assert enter(registry(server), access=access(server)).how == "pull request"
    assert [w for w in server.writes() if w.endswith("git-receive-pack")] == pushes
    assert len(server.pulls()) == 1


def test_register__an_unclear_answer_makes_one_pull_request(server: Forge) -> None:
    server.faults[("POST", "/pulls")] = [drop_after]
    server.faults[("POST", "/git-receive-pack")] = [drop_after]
    assert enter(registry(server), access=access(server)).how == "pull request"
    assert len(server.pulls()) == 1


def test_register__a_closed_pull_request_is_an_answer(server: Forge) -> None:
    enter(registry(server), access=access(server))
    server.pulls()[0].state = "closed"
    writes = server.writes()
    again = enter(registry(server), access=access(server))
    assert (again.how, again.url) == ("unchanged", f"{server.url}/{REGISTRY}/pull/1")
    assert "closed" in again.lines[0]
    assert server.writes() == writes
    moved = Entry(url="https://github.com/alice/moved", name="budget", owner="alice")
    assert enter(registry(server), moved, access=access(server)).how == "pull request", (
        "another row is another question"
    )


def test_register__after_a_merge_and_a_removal_it_asks_anew(server: Forge) -> None:
    enter(registry(server), access=access(server))
    main, fork = (server.repositories[name].folder for name in ("os-team/registry", "alice/registry"))
    before = tip(main, "main")
    git(main, "fetch", "--quiet", str(fork), "osds/register/alice/budget:main")
    server.pushed(server.repositories[REGISTRY])
    assert enter(registry(server), access=access(server)).how == "unchanged"
    removed = git(main, "commit-tree", f"{before}^{{tree}}", "-p", "main", "-m", "Remove alice/budget")
    git(main, "update-ref", "refs/heads/main", removed)
    assert enter(registry(server), access=access(server)).how == "pull request"
    assert [pull.state for pull in server.pulls()] == ["closed", "open"]


def test_register__the_token_goes_to_githubs_host_only(server: Forge) -> None:
    server.clone_url = server.url.replace("127.0.0.1", "localhost")
    with pytest.raises(UnsafeInputError, match="is on localhost"):
        enter(registry(server), access=access(server))
    assert not [r for r in server.requests if "git-" in r.path]


def test_register__a_registry_that_was_renamed(server: Forge) -> None:
    server.rename(REGISTRY, "os-team/catalog")
    done = enter(registry(server), access=access(server))
    assert done.url == f"{server.url}/os-team/catalog/pull/1"
    assert done.lines[-1] == "The registry os-team/registry is now os-team/catalog: write that in your settings"
    assert enter(registry(server), access=access(server)).how == "unchanged"


def test_register__waits_for_the_fork(server: Forge) -> None:
    server.fork_seconds = 7
    assert enter(registry(server), access=access(server)).how == "pull request"
    assert sum(server.timer.slept) >= 7
    server.add_account("carol", token="carol-token")
    with GitHub(server.api_url, "carol-token", timer=server.timer) as github:
        github.create_fork(REGISTRY)  # a run that was killed here
    assert enter(registry(server), entry("budget", "carol"), access=access(server, "carol-token")).how == "pull request"
    server.fork_seconds = 1000
    server.add_account("bob", token="bob-token")
    with pytest.raises(OutsideError, match="has not finished the fork bob/registry"):
        enter(registry(server), entry("budget", "bob"), access=access(server, "bob-token"))


def test_register__another_account_has_asked_already(server: Forge) -> None:
    enter(registry(server), access=access(server, "app-token"))
    writes = server.writes()
    again = enter(registry(server), access=access(server))
    assert (again.how, again.url) == ("unchanged", f"{server.url}/os-team/registry/pull/1")
    assert "by another account" in again.lines[0]
    enter(registry(server), entry("other"), access=access(server))
    assert enter(registry(server), entry("other"), access=access(server, "app-token")).how == "unchanged"
    assert len(server.pulls()) == 2
    assert server.writes()[: len(writes)] == writes


def test_register__says_which_way_and_why(server: Forge) -> None:
    ways = {
        "alice-token": "By pull request from alice:osds/register/alice/one: the token is that of alice, who may not write",
        "keeper-token": "By pull request from os-team:osds/register/alice/two: the token is that of keeper, who may write",
        "app-token": "By pull request from os-team:osds/register/alice/three: the token is that of an app",
    }
    for (token, said), name in zip(ways.items(), ("one", "two", "three"), strict=True):
        assert enter(registry(server), entry(name), access=access(server, token)).lines[-1].startswith(said)


def test_register__the_token_is_in_no_output(server: Forge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    (tmp_path / "tools").mkdir()
    log = tmp_path / "argv"
    (tmp_path / "tools/git").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {log}\nexec {real} "$@"\n')
    (tmp_path / "tools/git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/tools{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tools"))
    given = access(server)
    done = enter(registry(server), access=given)
    configs = [path.read_text() for path in (tmp_path / "github/git").rglob("config")]
    texts = [
        repr(done),
        repr(given),
        log.read_text(),
        str([(pull.title, pull.body) for pull in server.pulls()]),
        *configs,
    ]
    assert "push" in log.read_text()
    assert not [text for text in texts if "alice-token" in text or "Basic" in text]
    assert [path.name for path in (tmp_path / "tools").iterdir()] == ["git"], "nothing temporary stays behind"
