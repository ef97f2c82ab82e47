"""The workflows of a registry: what its template grants, and that linters find nothing in a new registry."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from osds.cli import cli  # noqa: F401 (adds all commands to the group)
from osds.cli.registry import registry as registry_group
from osds.registry.sweep_plan import MAX_JOBS
from osds.registry.template import odd_minute, registry_files

ROOT = Path(__file__).parents[2]
NAMES = ("registry-check", "registry-merge", "registry-sweep")


def load(text: str) -> dict[Any, Any]:
    """A YAML file. Beware: YAML reads the key `on` as True."""
    value = yaml.safe_load(text)
    assert isinstance(value, dict)
    return value


def ours(name: str) -> dict[Any, Any]:
    return load((ROOT / f".github/workflows/{name}.yml").read_text("utf-8"))


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """The files of a new registry, in a git repository."""
    for path, content in registry_files(title="Ours", core_organisation="os-data").items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    return tmp_path


@pytest.mark.parametrize("name", NAMES)
def test_caller__grants_exactly_what_the_jobs_ask_for(registry: Path, name: str) -> None:
    caller = load((registry / f".github/workflows/{name}.yml").read_text("utf-8"))
    [call] = caller["jobs"].values()
    asked: dict[str, str] = {}
    for job in ours(name)["jobs"].values():
        asked |= {grant: level for grant, level in job["permissions"].items() if asked.get(grant) != "write"}
    assert caller["permissions"] == ours(name)["permissions"] == {}
    assert call["uses"] == f"openspending/osds/.github/workflows/{name}.yml@v0"
    assert call["permissions"] == asked
    called = ours(name)[True]["workflow_call"]
    assert set(call["with"]) <= set(called["inputs"])
    assert set(call.get("secrets", {})) <= set(called.get("secrets", {}))


def test_sweep__the_jobs_that_meet_strangers_hold_nothing() -> None:
    jobs = ours("registry-sweep")["jobs"]
    assert jobs["plan"]["permissions"] == {"contents": "read"}
    assert jobs["shard"]["permissions"] == {}
    assert "environment" not in jobs["shard"]
    for step in jobs["shard"]["steps"]:
        assert not any("token" in str(value) or "secrets." in str(value) for value in step.get("env", {}).values())
        assert not {"OSDS_TOKEN", "INPUT_TOKEN"} & set(step.get("env", {}))


def test_sweep__fits_the_matrix_and_comes_to_an_end_after_a_job_that_failed() -> None:
    shard, finish = ours("registry-sweep")["jobs"]["shard"], ours("registry-sweep")["jobs"]["finish"]
    assert shard["strategy"]["fail-fast"] is False
    assert shard["strategy"]["matrix"] == {"shard": "${{ fromJSON(needs.plan.outputs.shards) }}"}
    assert ours("registry-sweep")[True]["workflow_call"]["inputs"]["max-jobs"]["default"] == MAX_JOBS == 256
    assert "!cancelled()" in finish["if"]
    assert finish["needs"] == ["plan", "shard"]


def test_sweep__begins_at_an_odd_minute_of_the_registry_itself(registry: Path) -> None:
    text = (registry / ".github/workflows/registry-sweep.yml").read_text("utf-8")
    assert len(text.splitlines()) <= 15
    [line] = load(text)[True]["schedule"]
    minute, hour, *rest = line["cron"].split()
    assert (int(minute), hour, rest) == (odd_minute("Ours"), "3", ["*", "*", "*"])
    minutes = {odd_minute(f"Registry {n}") for n in range(500)}
    assert minutes == {n for n in range(60) if n % 2}


def test_workflows__name_commands_and_flags_that_are_there() -> None:
    for name in NAMES:
        for job in ours(name)["jobs"].values():
            for step in job["steps"]:
                words = shlex.split(step.get("run", "").replace("\\\n", " "))
                if "osds" not in words:
                    continue
                _, command, *given = words[words.index("osds") + 1 :]
                known = {flag for option in registry_group.commands[command].params for flag in option.opts}
                assert {word for word in given if word.startswith("--") and word != "--"} <= known


def test_check__may_only_read_and_merge__is_started_by_no_stranger(registry: Path) -> None:
    assert {grant for job in ours("registry-check")["jobs"].values() for grant in job["permissions"].values()} == {
        "read"
    }
    caller = load((registry / ".github/workflows/registry-merge.yml").read_text("utf-8"))
    assert set(caller[True]) == {"schedule", "workflow_dispatch"}
    assert "actions/checkout" not in (ROOT / ".github/workflows/registry-merge.yml").read_text("utf-8")
    assert caller["concurrency"]["group"] != ours("registry-merge")["concurrency"]["group"], (
        "the two would wait for ever"
    )


def test_app__gets_the_rights_of_the_job_and_no_more() -> None:
    [job] = ours("registry-merge")["jobs"].values()
    app = next(step for step in job["steps"] if step.get("id") == "app")
    granted = {key.removeprefix("permission-"): value for key, value in app["with"].items() if key.startswith("perm")}
    assert granted == {"contents" if key == "contents" else key: value for key, value in job["permissions"].items()}


def test_zizmor__finds_nothing_in_a_new_registry(registry: Path) -> None:
    zizmor = str(Path(sys.executable).with_name("zizmor"))
    command = [zizmor, "--offline", "--persona=auditor", "--no-progress", str(registry)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert "No findings to report" in done.stdout, done.stdout


def test_actionlint__finds_nothing_in_a_new_registry(registry: Path, find_tool: Callable[[str], str]) -> None:
    done = subprocess.run([find_tool("actionlint")], cwd=registry, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_issue_form__asks_what_osds_reads(registry: Path) -> None:
    from osds.registry.issue_form import FORM_LABEL

    form = load((registry / ".github/ISSUE_TEMPLATE/register.yml").read_text("utf-8"))
    [field] = form["body"]
    assert field["attributes"]["label"] == FORM_LABEL
    assert form["labels"] == ["register"]
