"""Registering on a GitHub that none of us wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from osds.commands.registry.registries import Access
from osds.edges.github.github import GitHub
from osds.registry.pull_request import Summary
from osds.registry.registration import GitHubTarget
from scripts.github_emulator import PROGRAM, find_node
from tests.commands.registering import FILES, catalog, enter
from tests.forge.clock import FakeTimer
from tests.forge.emulator import emulate

pytestmark = pytest.mark.skipif(
    not PROGRAM.is_file() or find_node() is None,
    reason="emulate is not here: run `python -m scripts.github_emulator` (needs npm)",
)


def test_register__on_emulate_once(tmp_path: Path) -> None:
    with emulate(tmp_path, FILES) as server:
        access = Access(token="alice-token", server_url=server.url, api_url=server.url, timer=FakeTimer())
        target = GitHubTarget(owner="os-team", repository="registry", server_url=server.url)
        first = enter(target, access=access)
        assert (first.how, first.url) == ("pull request", f"{server.url}/os-team/registry/pull/1")
        assert catalog(tmp_path / "git/os-team/registry.git", "osds/register/alice/budget") == ["alice/budget"]

        writes = server.writes()
        assert enter(target, access=access).how == "unchanged"
        assert server.writes() == writes

        enter(target, access=access, summary=Summary(title="Another title"))
        assert len(server.writes()) == len(writes) + 1, "new words, on the same pull request"
        with GitHub(server.url, "alice-token", timer=FakeTimer()) as github:
            found = github.find_pull_request("os-team/registry", "os-team:osds/register/alice/budget")
        assert found is not None
        assert (found.number, found.title, "`Another title`" in found.body) == (1, "Add alice/budget", True)
