"""A registry's sweep as a runner runs it, at github.com: thirty datasets, five of them broken, then a night without news.

Where act differs from GitHub: it takes no `$/setup`, so the tests name that action in words that act knows; the jobs of a
matrix run on one machine, with all its variables, and share its disk; artifacts are folders; `permissions` and
`environment` mean nothing, and nobody asks for a role.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from osds.registry.catalog import CATALOG_FILE, Entry, parse_catalog
from osds.registry.template import registry_files
from tests.forge.at_home import Home, serve_at_home
from tests.forge.people import REGISTRY, inhabit
from tests.sweeping.test_sweep import PUBLISHED, TROUBLES, snapshot
from tests.sweeping.town import GOOD, LINK, OWNER, Town, add_commit, thirty

Act = Any  # conftest.Act, which a test module cannot import

TOKEN = "ghs_token_of_this_run"


@pytest.fixture
def home(act_program: str, tmp_path: Path) -> Iterator[Home]:
    """GitHub, with a registry from the template, and twenty-nine of the thirty repositories that it lists."""
    with serve_at_home(tmp_path / "github") as home:
        inhabit(home.forge)
        home.forge.add_app("github-actions", token=TOKEN, repositories={REGISTRY}, contents="write")
        files = registry_files(title="Ours", core_organisation="os-data")
        catalog = parse_catalog(files[CATALOG_FILE].decode())
        for name, content in thirty().items():
            number = "" if content is None else str(home.forge.add(f"{OWNER}/{name}", content).id)
            url, extra = f"https://github.com/{OWNER}/{name}", {"repository_id": number}
            catalog = catalog.with_entry(Entry(url=url, name=name, owner=OWNER, extra=extra))
        add_commit(home.forge.repositories[f"{OWNER}/link"].folder, LINK, b"120000")
        home.forge.add(REGISTRY, files | {CATALOG_FILE: catalog.render().encode()}, writers={"keeper"})
        yield home


def clone(home: Home, target: Path, act: Act, **inputs: object) -> Path:
    """The registry as a runner has it; ci.yml is its own sweep with these inputs, in words that act knows."""
    subprocess.run(["git", "clone", "--quiet", str(home.forge.repositories[REGISTRY].folder), str(target)], check=True)
    subprocess.run(
        ["git", "-C", str(target), "remote", "set-url", "origin", f"https://github.com/{REGISTRY}"], check=True
    )
    workflows = target / ".github" / "workflows"
    caller = yaml.safe_load((workflows / "registry-sweep.yml").read_text("utf-8"))
    [call] = caller["jobs"].values()
    call |= {"uses": "./.github/workflows/called.yml", "with": {**call["with"], **inputs}}
    called = yaml.safe_load((act.project / ".github/workflows/registry-sweep.yml").read_text("utf-8"))
    for name, workflow in (("ci.yml", caller), ("called.yml", called)):
        text = yaml.safe_dump({"on" if key is True else key: value for key, value in workflow.items()})
        (workflows / name).write_text(text.replace("uses: $/setup", f"uses: {act.ready}"), "utf-8")
    return target


def test_sweep__thirty_datasets_of_which_five_are_broken(act: Act, home: Home, tmp_path: Path) -> None:
    act = replace(act, environ={**act.environ, **home.environ})
    folder = clone(home, tmp_path / "registry", act, **{"store": str(tmp_path / "store"), "max-seconds": 15})
    town, token = Town(registry=home.forge.repositories[REGISTRY].folder), ("--secret", f"GITHUB_TOKEN={TOKEN}")
    first = act.run(folder, "workflow_dispatch", {}, *token)
    assert first.jobs == {"plan": "success", "shard": "success", "finish": "success"}, first.everything
    assert json.loads(first.outputs("plan")["shards"]) == [0, 1]
    assert {path.name for path in (tmp_path / "store" / "datasets" / OWNER).iterdir()} == set(GOOD)
    assert sorted(town.events) == sorted([*PUBLISHED, *TROUBLES])
    unpublished = {status.name: status.troubles for status in town.book.statuses.values() if status.version == 0}
    assert {name: [str(each.trouble) for each in found] for name, found in unpublished.items()} == {
        "gone": ["gone"],
        "invalid": ["invalid"],
        "link": ["invalid"],
        "no-json": ["invalid"],
        "slow": ["failed"],
    }
    assert any("Swept 30 datasets" in summary for summary in first.summaries)

    before, commits = snapshot(tmp_path / "store"), town.commits
    shutil.rmtree(act.artifacts)
    act.artifacts.mkdir()
    second = act.run(folder, "workflow_dispatch", {}, *token)
    assert second.jobs == {"plan": "success", "shard": "success", "finish": "success"}, second.everything
    assert "Nothing has changed: nothing was noted" in second.text
    assert snapshot(tmp_path / "store") == before
    assert town.commits == commits
    assert TOKEN not in first.everything + second.everything
