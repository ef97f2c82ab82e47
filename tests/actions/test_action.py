"""action.yml: what it promises, and what it does when a runner runs it."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from osds.action import COMMANDS
from osds.inputs import variable

ROOT = Path(__file__).parents[2]
Act = Any  # conftest.Act, which a test module cannot import
MakeRepository = Callable[[Mapping[str, str]], Path]

WORKFLOW = """
on: push
jobs:
  dataset:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
      - id: osds
        uses: {action}
        with: {{ {inputs} }}
      - if: always()
        env: {{ VALID: "${{{{ steps.osds.outputs.valid }}}}" }}
        run: echo "afterwards valid=$VALID"
"""


def load(name: str) -> dict[str, Any]:
    """A YAML file of this repository."""
    value = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    assert isinstance(value, dict)
    return value


def steps(name: str) -> list[dict[str, Any]]:
    """The steps of a composite action."""
    found: list[dict[str, Any]] = load(name)["runs"]["steps"]
    return found


# What action.yml promises; tests/test_project.py holds its inputs and outputs to the settings, word for word


def test_inputs__reach_osds_by_environment_alone() -> None:
    environ = steps("action.yml")[-1]["env"]
    inputs = {variable(name): f"${{{{ inputs.{name} }}}}" for name in load("action.yml")["inputs"]}
    assert environ == {"OSDS_PYTHON": "${{ steps.install.outputs.python }}", **inputs}


def test_inputs__are_each_of_use_to_a_command_of_the_action() -> None:
    for name, given in load("action.yml")["inputs"].items():
        assert name in {"command", "path"} or given["description"].rpartition(". For ")[2].split(", ")[0] in COMMANDS
        assert name in {"command", "path"} or given["default"] == ""  # which leaves the word to osds.yml


def test_outputs__are_those_of_the_step_and_described() -> None:
    for name, output in load("action.yml")["outputs"].items():
        assert output["value"] == f"${{{{ steps.osds.outputs.{name} }}}}"
        assert output["description"]


@pytest.mark.parametrize("name", ["action.yml", "setup/action.yml"])
def test_scripts__contain_no_expression(name: str) -> None:
    assert not [step["run"] for step in steps(name) if "${{" in step.get("run", "")]


@pytest.mark.parametrize("name", ["action.yml", "setup/action.yml"])
def test_foreign_actions__are_pinned_with_their_version(name: str) -> None:
    used = re.findall(r"uses: (.*)", (ROOT / name).read_text(encoding="utf-8"))
    assert used
    assert [line for line in used if not re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


def test_marketplace__gets_what_it_asks_for() -> None:
    action = load("action.yml")
    assert action["name"]
    assert action["branding"].keys() == {"icon", "color"}
    assert len(action["description"]) <= 125


def test_setup__installs_as_the_action_does() -> None:
    theirs, ours = steps("setup/action.yml"), steps("action.yml")
    assert theirs[0]["uses"] == ours[0]["uses"]
    assert theirs[0]["with"]["version"] == ours[0]["with"]["version"]
    assert theirs[0]["continue-on-error"] == ours[0]["continue-on-error"] == True  # noqa: E712 (no text that looks like it)
    assert [step["run"] for step in (ours[1], theirs[1])] == [
        'bash "$GITHUB_ACTION_PATH/setup/install"',
        'bash "$GITHUB_ACTION_PATH/install"',
    ]


# What a runner makes of it


def workflow(action: str, inputs: str = "") -> dict[str, str]:
    """The files of a workflow that runs our action on the repository it is in."""
    return {".github/workflows/ci.yml": WORKFLOW.format(action=action, inputs=inputs)}


def test_action__valid_dataset(act: Act, make_repository: MakeRepository, dataset: dict[str, str]) -> None:
    run = act.run(make_repository({**dataset, **workflow(act.action)}), "push", {})
    assert run.exit_code == 0, run.everything
    outputs = run.outputs("osds")
    assert (outputs["valid"], outputs["errors"]) == ("true", "0")
    assert run.annotations("error") == []
    assert any("budget" in summary for summary in run.summaries)
    assert "afterwards valid=true" in run.text


def test_action__invalid_dataset(act: Act, make_repository: MakeRepository, broken_dataset: dict[str, str]) -> None:
    run = act.run(make_repository({**broken_dataset, **workflow(act.action)}), "push", {})
    assert run.exit_code == 1
    assert "exit status 1" in run.everything
    outputs = run.outputs("osds")
    assert (outputs["valid"], outputs["errors"]) == ("false", "1")
    [(place, message)] = run.annotations("error")
    assert (place["file"], place["line"]) == ("data/lines.csv", "3")
    assert "plenty" in message
    assert any("data/lines.csv" in summary for summary in run.summaries)
    assert "afterwards valid=false" in run.text


def test_action__unknown_command(act: Act, make_repository: MakeRepository, dataset: dict[str, str]) -> None:
    run = act.run(make_repository({**dataset, **workflow(act.action, "command: drop-tables")}), "push", {})
    assert "exit status 2" in run.everything
    assert f"The input `command` must be one of {', '.join(COMMANDS)}" in run.everything
    assert "Traceback" not in run.everything


@pytest.mark.parametrize("name", ["path", "store"])
def test_action__inputs_are_no_shell(
    act: Act, make_repository: MakeRepository, dataset: dict[str, str], tmp_path: Path, name: str
) -> None:
    canary = tmp_path / "canary"
    post = json.dumps(f'"; $(touch {canary}) `touch {canary}`\ntouch {canary} #')
    run = act.run(make_repository({**dataset, **workflow(act.action, f"command: publish, {name}: {post}")}), "push", {})
    assert "exit status 2" in run.everything
    [(_, message)] = run.annotations("error")
    assert message.startswith(f"The input `{name}` has a line break, a double quote, a back-tick or `$(` in it")
    assert not canary.exists()


def test_action__installs_with_pip_where_uv_cannot_be_had(
    act: Act, make_repository: MakeRepository, dataset: dict[str, str]
) -> None:
    stub = act.stubs / "astral-sh" / "setup-uv" / "action.yml"
    stub.write_text(stub.read_text().replace("uv --version", "exit 1"))
    _, path = act.environ["PATH"].split(os.pathsep, 1)  # the first folder has uv
    without_uv = replace(act, environ={**act.environ, "PATH": path, "PYTHON": sys.executable})
    run = without_uv.run(make_repository({**dataset, **workflow(act.action)}), "push", {})
    assert run.exit_code == 0, run.everything
    assert "so pip" not in run.text
    assert "Installing into" in run.text
    assert run.outputs("osds")["valid"] == "true"


def test_action__runs_no_file_of_the_dataset(
    act: Act, make_repository: MakeRepository, dataset: dict[str, str], tmp_path: Path
) -> None:
    canary = tmp_path / "canary"
    code = f"open({str(canary)!r}, 'w')\n"
    hostile = dict.fromkeys(("sitecustomize.py", "usercustomize.py", "osds.py", "json.py", "yaml/__init__.py"), code)
    hostile |= {
        "pyproject.toml": '[project]\nname = "x"\nversion = "0"\nrequires-python = ">=3.99"\n',
        "uv.toml": 'index-url = "http://127.0.0.1:9/"\noffline = false\n',
        ".python-version": "3.99\n",
        ".env": "UV_INDEX_URL=http://127.0.0.1:9/\n",
    }
    text = WORKFLOW.format(action=act.action, inputs="")
    text = text.replace("    steps:", "    env: { PYTHONPATH: ., PYTHONSTARTUP: osds.py }\n    steps:")
    repository = make_repository({**dataset, **hostile, ".github/workflows/ci.yml": text})
    run = act.run(repository, "push", {})
    assert run.exit_code == 0, run.everything
    assert not canary.exists()


def test_action__from_its_own_repository(
    act: Act, make_repository: MakeRepository, dataset: dict[str, str], tmp_path: Path
) -> None:
    shutil.copytree(act.project, tmp_path / "dataset")
    files = {f"here/{name}": text for name, text in dataset.items()}
    run = act.run(make_repository({**files, **workflow("./", "path: here")}), "push", {})
    assert run.exit_code == 0, run.everything
    assert run.outputs("osds")["valid"] == "true"
