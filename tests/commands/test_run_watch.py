"""The command of the watchdog as people and workflows call it, at GitHub's own address."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from osds.registry.template import registry_files
from tests.commands.watching import PATH, caller
from tests.forge.at_home import Home, serve_at_home
from tests.forge.people import REGISTRY, inhabit

CATALOG = (
    "url,name,owner,core\nhttps://github.com/alice/budget,budget,alice,\nhttps://codeberg.org/bob/roads,roads,bob,\n"
)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with serve_at_home(tmp_path / "github") as home:
        inhabit(home.forge)
        home.forge.tokens["app-token"].permissions["actions"] = "write"
        files = registry_files(title="Ours", core_organisation="os-data") | {"data/catalog.csv": CATALOG.encode()}
        home.forge.add(REGISTRY, files)
        home.forge.add("alice/budget", {PATH: caller()})
        home.forge.add_workflow("alice/budget", PATH, state="disabled_inactivity")
        home.forge.add_workflow(REGISTRY, ".github/workflows/registry-merge.yml", state="disabled_inactivity")
        yield home


def osds(home: Home, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **home.environ, **environ}
    command = [sys.executable, "-m", "osds", "registry", "watch", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)


def test_watch__for_people(home: Home) -> None:
    done = osds(home, REGISTRY, OSDS_TOKEN="app-token")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "Looked at 1 dataset on GitHub with 6 requests",
        "alice/budget: trouble disabled: GitHub switched .github/workflows/osds.yml off after 60 days without a commit; "
        "osds may not switch it on there, but its owner can, on the page Actions",
        "os-team/registry, .github/workflows/registry-merge.yml: osds switched it on again",
        "alice/budget, .github/workflows/osds.yml: osds may not switch it on there, but its owner can, on the page Actions",
    ]
    again = osds(home, REGISTRY, OSDS_TOKEN="app-token")
    assert (again.returncode, "trouble" in again.stdout) == (0, False)


def test_watch__on_a_runner(home: Home, tmp_path: Path) -> None:
    runner = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": REGISTRY,
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "INPUT_TOKEN": "app-token",
    }
    done = osds(home, "--json", "--dry-run", **runner)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["looked"], document["changed"], document["dry-run"]) == (1, False, True)
    assert [event["event"] for event in document["events"]] == ["trouble"]
    assert [(each["repository"], each["on"]) for each in document["switched"]] == [
        (REGISTRY, True),
        ("alice/budget", False),
    ]
    assert not home.forge.writes()
    text = (tmp_path / "summary.md").read_text()
    assert text.startswith("## Watchdog\n\nLooked at 1 dataset on GitHub")
    assert "- `would tell: alice/budget: trouble disabled" in text


def test_watch__without_a_token(home: Home) -> None:
    done = osds(home, REGISTRY)
    assert (done.returncode, done.stderr) == (2, "osds: There is no token for GitHub. Set OSDS_TOKEN\n")
