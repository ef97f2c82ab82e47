"""registry-sweep.yml as a runner runs it: thirty datasets, five of them broken, and a second night with nothing new.

Where act differs from GitHub: it takes no `$/setup`, so the tests name that action in words that act knows; jobs of a matrix
run on one machine, with all its variables, and share its disk; artifacts are folders; `permissions` and `environment` mean
nothing, and nobody asks for a role.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from osds.cli import cli  # noqa: F401 (adds all commands to the group)
from osds.cli.registry import registry as registry_group
from tests.sweeping.test_sweep import PUBLISHED, TROUBLES, snapshot
from tests.sweeping.town import GOOD, OWNER, found_town

Act = Any  # conftest.Act, which a test module cannot import
MakeRepository = Callable[[Mapping[str, str]], Path]


def workflow(act: Act, **inputs: object) -> dict[str, str]:
    """A workflow that calls registry-sweep.yml, and that one in words that act knows."""
    text = (act.project / ".github/workflows/registry-sweep.yml").read_text("utf-8")
    called = yaml.safe_load(text.replace("uses: $/setup", f"uses: {act.setup}"))
    steps = called["jobs"]["finish"]["steps"]
    called["jobs"]["finish"]["steps"] = [step for step in steps if _is_there(step)]
    call = {"uses": "./.github/workflows/sweep.yml", "with": inputs}
    return {
        ".github/workflows/sweep.yml": yaml.safe_dump({"on" if key is True else key: v for key, v in called.items()}),
        ".github/workflows/ci.yml": yaml.safe_dump({"on": "workflow_dispatch", "jobs": {"sweep": call}}),
    }


def _is_there(step: Mapping[str, Any]) -> bool:
    """False for a step whose command this version does not have yet."""
    words = step.get("run", "").split(" registry ")
    return len(words) < 2 or words[1].split()[0] in registry_group.commands


def test_sweep__thirty_datasets_of_which_five_are_broken(
    act: Act, make_repository: MakeRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "town").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    town = found_town(tmp_path / "town")
    stores = {"store": str(tmp_path / "store"), "backup-store": str(tmp_path / "backups")}
    inputs = {"registry": str(town.registry), "max-seconds": 15, **stores}
    repository = make_repository(workflow(act, **inputs))
    first = act.run(repository, "workflow_dispatch", {}, "--secret", "GITHUB_TOKEN=sesame-sesame")
    assert first.exit_code == 0, first.everything
    assert first.jobs == {"plan": "success", "shard": "success", "finish": "success"}
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

    before, commits = snapshot(tmp_path / "store", tmp_path / "backups"), town.commits
    shutil.rmtree(act.artifacts)
    act.artifacts.mkdir()
    second = act.run(repository, "workflow_dispatch", {}, "--secret", "GITHUB_TOKEN=sesame-sesame")
    assert second.exit_code == 0, second.everything
    assert "Nothing has changed: nothing was noted" in second.text
    assert snapshot(tmp_path / "store", tmp_path / "backups") == before
    assert town.commits == commits
