"""A new dataset, from its first push to the registry's row, the store and the feed: three workflow runs, and no secret.

act is the runner and the double is github.com, also by its address: the workflows are those that ship, called as their
templates call them.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from osds.registry.issue_form import FORM_LABEL
from osds.registry.template import registry_files
from tests.forge.at_home import Home, serve_at_home
from tests.forge.people import REGISTRY, inhabit
from tests.forge.state import Forge
from tests.forge.values import Conversation, Level

Act = Any  # conftest.Act, which a test module cannot import

TOKEN = "ghs_token_of_this_run"
PUSH = {"ref": "refs/heads/main", "repository": {"default_branch": "main"}}
CALLED = re.compile(r"uses: openspending/osds/\.github/workflows/([\w-]+)\.yml@v0")


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


def clone(home: Home, full_name: str, target: Path, act: Act, caller: str) -> Path:
    """A clone as a runner has it, with the workflow `caller` of it as ci.yml, in words that act knows."""
    bare = home.forge.repositories[full_name].folder
    subprocess.run(["git", "clone", "--quiet", str(bare), str(target)], check=True)
    url = f"https://github.com/{full_name}"
    subprocess.run(["git", "-C", str(target), "remote", "set-url", "origin", url], check=True)
    workflows = target / ".github" / "workflows"
    text = (workflows / caller).read_text("utf-8")
    for name in CALLED.findall(text):
        called = (act.project / ".github" / "workflows" / f"{name}.yml").read_text("utf-8")
        (workflows / f"called-{name}.yml").write_text(called.replace("uses: $/setup", f"uses: {act.setup}"), "utf-8")
    (workflows / "ci.yml").write_text(CALLED.sub(r"uses: ./.github/workflows/called-\1.yml", text), "utf-8")
    return target


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
    caller = (act.project / "osds" / "templates" / "workflow.yml").read_text("utf-8")
    caller = caller.replace("    # with:\n", "    with:\n").replace(
        "    #   store: s3://BUCKET/PREFIX", f"      store: {store}"
    )
    caller = caller.replace("    #   registry: OWNER/REPO", f"      registry: {REGISTRY}")
    files = {name: text.encode() for name, text in dataset.items()}
    home.forge.add("alice/budget", {**files, ".github/workflows/osds.yml": caller.encode()})

    first = act.run(clone(home, "alice/budget", tmp_path / "dataset", act, "osds.yml"), "push", PUSH)
    assert first.jobs == dict.fromkeys(["validate", "aggregate", "publish", "register"], "success"), first.everything
    assert first.outputs("osds", job="publish")["published"] == "true"
    link = next(
        word for summary in first.summaries for word in re.findall(r"https://[^\s)>]*/issues/new\?[^\s)>]*", summary)
    )
    issue = press_the_button(home.forge, link, "alice")

    clone(home, REGISTRY, tmp_path / "registry", act, "registry-merge.yml")
    token = ("--secret", f"GITHUB_TOKEN={TOKEN}")
    second = act.run(tmp_path / "registry", "workflow_dispatch", PUSH, *token)
    assert second.jobs == {"merge": "success"}, second.everything
    assert issue.state == "closed"
    catalog = home.forge.repositories[REGISTRY].folder
    show = ["git", "-C", str(catalog), "show", "main:data/catalog.csv"]
    assert (
        "https://github.com/alice/budget,budget,alice," in subprocess.run(show, capture_output=True, text=True).stdout
    )
    assert TOKEN not in second.everything
    with capsys.disabled():
        print(f" {time.monotonic() - began:.1f} s", end="")
