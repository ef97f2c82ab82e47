"""A new dataset, from its first push to the registry's row, the store and the feed: three workflow runs, and no secret.

act is the runner and the double is github.com, also by its address: the workflows are those that ship, called as their
templates call them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from osds.registry.issue_form import FORM_LABEL
from osds.registry.template import registry_files
from tests.actions.checkouts import check_out
from tests.forge.at_home import Home, serve_at_home
from tests.forge.people import REGISTRY, inhabit
from tests.forge.state import Forge
from tests.forge.values import Conversation, Level

Act = Any  # conftest.Act, which a test module cannot import

FORM = rf"https://github\.com/{REGISTRY}/issues/new\?[^\s)>`]*"
TOKEN = "ghs_token_of_this_run"
PUSH = {"ref": "refs/heads/main", "repository": {"default_branch": "main"}}


@pytest.fixture
def home(act_program: str, tmp_path: Path) -> Iterator[Home]:
    """GitHub, with a registry made from the template in which new owners need not wait."""
    with serve_at_home(tmp_path / "github") as home:
        inhabit(home.forge)
        rights: dict[str, Level] = {
            "contents": "write",
            "pull_requests": "write",
            "issues": "write",
        }  # registry-merge.yml's
        home.forge.add_app("github-actions", token=TOKEN, repositories={REGISTRY}, **rights)
        files = registry_files(title="Ours", core_organisation="os-data")
        policy = files["osds.yml"].replace(b"\nwaiting-hours: 24\n", b"\nwaiting-hours: 0\n")
        home.forge.add(REGISTRY, files | {"osds.yml": policy}, writers={"keeper"})
        yield home


def press_the_button(forge: Forge, link: str, login: str) -> Conversation:
    """What a person's click on the link to the registry's form does."""
    parts = urlsplit(link)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert parts._replace(query="").geturl() == f"https://github.com/{REGISTRY}/issues/new"
    issue = Conversation(
        id=forge.next_id(),
        number=1,
        author=forge.accounts[login],
        title=asked["title"],
        body=f"### {FORM_LABEL}\n\n{asked['dataset']}\n",
        created=forge.time(),
        updated=forge.time(),
        labels=["register"],
    )
    forge.repositories[REGISTRY].conversations[1] = issue
    return issue


def test_new_dataset__is_listed_published_and_in_the_feed_after_three_runs_without_a_secret(
    act: Act, home: Home, dataset: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    act = replace(act, environ={**act.environ, **home.environ})
    store, began = tmp_path / "store", time.monotonic()
    store.mkdir()
    files = {name: text.encode() for name, text in dataset.items()}
    caller = (act.project / "osds" / "templates" / "workflow.yml").read_bytes()
    home.forge.add("alice/budget", {**files, ".github/workflows/osds.yml": caller})
    run = partial(check_out, home, act=act, setup=act.setup)
    token = ("--secret", f"GITHUB_TOKEN={TOKEN}")

    there = run("alice/budget", tmp_path / "dataset", workflow="osds.yml", store=str(store), registry=REGISTRY)
    first = act.run(there, "push", PUSH)
    assert first.jobs == dict.fromkeys(["validate", "aggregate", "publish", "register"], "success"), first.everything
    assert first.outputs("osds", job="publish")["published"] == "true"
    issue = press_the_button(home.forge, re.findall(FORM, "\n".join(first.summaries))[0], "alice")

    there = run(REGISTRY, tmp_path / "merging", workflow="registry-merge.yml")
    second = act.run(there, "workflow_dispatch", PUSH, *token)
    assert second.jobs == {"merge": "success"}, second.everything
    assert issue.state == "closed"

    there = run(REGISTRY, tmp_path / "sweeping", workflow="registry-sweep.yml", store=str(store))
    third = act.run(there, "workflow_dispatch", PUSH, *token)
    assert third.jobs == dict.fromkeys(["plan", "shard", "finish"], "success"), third.everything
    feed = json.loads((store / "registry" / "feed.json").read_text("utf-8"))
    assert [item["title"] for item in feed["items"]] == [
        "alice/budget: version 1 was published",
        "alice/budget was added to the registry",
    ]
    badge = json.loads((store / "registry" / "datasets" / "alice" / "budget" / "badge.json").read_text("utf-8"))
    assert (badge["label"], badge["message"]) == ("OpenSpending", "valid · 2026 · version 1")
    assert TOKEN not in first.everything + second.everything + third.everything
    with capsys.disabled():
        print(f" {time.monotonic() - began:.1f} s", end="")


def test_pull_request__is_told_what_becomes_of_it_by_a_job_that_may_only_read(
    act: Act, home: Home, dataset: dict[str, str], tmp_path: Path
) -> None:
    act = replace(act, environ={**act.environ, **home.environ})
    home.forge.add("alice/budget", {name: text.encode() for name, text in dataset.items()})
    mine = tmp_path / "mine"
    subprocess.run(["git", "clone", "--quiet", home.forge.repositories["alice/budget"].folder, mine], check=True)
    command = [sys.executable, "-m", "osds", "register", str(mine), "--registry", REGISTRY]
    command += ["--owner", "alice", "--url", "https://github.com/alice/budget"]
    environ = {**os.environ, **home.environ, "OSDS_TOKEN": "alice-token"}
    subprocess.run(command, env=environ, check=True, capture_output=True)
    [pull] = home.forge.pulls()
    before = len(home.forge.writes())

    there = check_out(home, REGISTRY, tmp_path / "registry", act=act, setup=act.ready, workflow="registry-check.yml")
    event = {"number": pull.number, "pull_request": {"number": pull.number, "base": {"ref": "main"}}}
    done = act.run(there, "pull_request", event, "--secret", f"GITHUB_TOKEN={TOKEN}")
    assert done.jobs == {"check": "success"}, done.everything
    assert "alice/budget" in "\n".join(done.summaries)
    assert home.forge.writes()[before:] == []
