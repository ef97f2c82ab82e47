"""The inputs of the action, as a stranger may fill them: refused by name, and nothing is run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from osds.action import COMMANDS, INPUTS, act
from osds.errors import EXIT_USAGE
from osds.inputs import MAX_LENGTH, variable

LIMIT = 128 * 1024  # bytes of one variable with its name, the kernel's MAX_ARG_STRLEN
POSTS = {
    "quote": '"; exit 1 #',
    "back-ticks": "`touch canary`",
    "substitution": "$(touch canary)",
    "expansion": "${PATH:0:$(touch canary)}",
    "newline": "a\ntouch canary",
    "carriage return": "a\r::error::b",
    "end of the line": "main\n",
    "escape": "\x1b]0;title\x07",
    "megabyte": "x" * 2**20,
}


def run(folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The action's last step as the runner starts it, without the shell in between."""
    command = [sys.executable, "-I", "-m", "osds.action"]
    environ = {**os.environ, **inputs}
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("post", POSTS.values(), ids=POSTS)
@pytest.mark.parametrize("name", INPUTS)
def test_every_input__is_refused_by_its_name(name: str, post: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert act({"INPUT_COMMAND": "validate", variable(name): post}) == EXIT_USAGE
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith(f"osds: The input `{name}` ")
    assert err.count("\n") == 1
    assert len(err) < 200


@pytest.mark.parametrize("name", INPUTS)
def test_every_input__nothing_is_run_of_it(name: str, tmp_path: Path) -> None:
    done = run(
        tmp_path, **{"INPUT_COMMAND": "publish", variable(name): '"; $(touch canary) `touch canary`\ntouch canary #'}
    )
    assert done.returncode == EXIT_USAGE
    assert done.stderr.startswith(f"osds: The input `{name}` ")
    assert list(tmp_path.iterdir()) == []


def test_secret__is_not_shown() -> None:
    environ = {"INPUT_COMMAND": "register", "INPUT_TOKEN": "ghp_secret `x`"}
    done = run(Path(), **environ)
    assert done.returncode == EXIT_USAGE
    assert "ghp_secret" not in done.stdout + done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is that of Linux")
def test_largest_input__that_a_runner_can_hand_over(tmp_path: Path) -> None:
    name = variable("store")
    longest = "x" * (LIMIT - len(f"{name}=") - 1)
    refused = run(tmp_path, INPUT_COMMAND="publish", INPUT_STORE=longest)
    assert refused.stderr.startswith(f"osds: The input `store` has {len(longest):,} characters")
    with pytest.raises(OSError, match="Argument list too long"):  # so nothing is started, by the runner neither
        run(tmp_path, INPUT_COMMAND="publish", INPUT_STORE=longest + "x")


@pytest.mark.parametrize("name", ["drop-tables", "", "Validate", "validate "])
def test_command__must_be_one_of_those_that_there_are(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert act({"INPUT_COMMAND": name}) == EXIT_USAGE
    assert capfd.readouterr().err == f"osds: The input `command` must be one of {', '.join(COMMANDS)}\n"


def test_on_a_runner__the_refusal_is_an_annotation(tmp_path: Path) -> None:
    done = run(tmp_path, GITHUB_ACTIONS="true", INPUT_COMMAND="validate", INPUT_LIMIT_ERRORS="many")
    words = "The input `limit-errors` must be a whole number above 0. For instance 1000"
    assert done.stderr.splitlines() == [f"osds: {words}", f"::error title=osds::{words}"]


def test_ordinary_inputs__get_through(tmp_path: Path) -> None:
    ordinary = {
        "path": "-my data; 2024 #1 (draft) & more",
        "accept": "The ministry's rows moved to 'capital', see issue #7: 3 < 4 & done; $5 million",
        "store": "s3://bucket/a b",
        "owner": "x" * MAX_LENGTH,
    }
    done = run(tmp_path, INPUT_COMMAND="validate", **{variable(name): value for name, value in ordinary.items()})
    assert "The input" not in done.stderr
