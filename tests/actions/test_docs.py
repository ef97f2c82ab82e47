"""The workflows that docs/action.md shows: they are workflows, and they name what there is."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from osds.action import INPUTS
from osds.inputs import variable

ROOT = Path(__file__).parents[2]
SHOWN = re.findall(r"^```yaml\n(.*?)^```$", (ROOT / "docs" / "action.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
OURS = {"openspending/osds": "action.yml", "openspending/osds/setup": "setup/action.yml"}


def steps(text: str) -> list[dict[str, Any]]:
    (job,) = yaml.safe_load(text)["jobs"].values()
    found: list[dict[str, Any]] = job["steps"]
    return found


def test_page__shows_three() -> None:
    assert len(SHOWN) == 3


@pytest.mark.parametrize("text", SHOWN)
def test_workflow__names_inputs_and_outputs_that_there_are(text: str) -> None:
    outputs: dict[str, set[str]] = {"setup": {"python", "problem-matcher"}}
    for step in steps(text):
        name, _, version = step.get("uses", "").partition("@")
        if name in OURS:
            action = yaml.safe_load((ROOT / OURS[name]).read_text("utf-8"))
            assert version == "v0"
            assert set(step.get("with", {})) <= set(action.get("inputs", {}))
            outputs[step["id"]] = set(action["outputs"])
        assert {key for key in step.get("env", {}) if key.startswith("INPUT_")} <= {variable(name) for name in INPUTS}
    assert all(output in outputs[step] for step, output in re.findall(r"steps\.([\w-]+)\.outputs\.([\w-]+)", text))


@pytest.mark.parametrize("text", SHOWN)
def test_workflow__actionlint_finds_nothing(text: str, tmp_path: Path, find_tool: Callable[[str], str]) -> None:
    (tmp_path / "ci.yml").write_text(text)
    done = subprocess.run([find_tool("actionlint"), "ci.yml"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
