"""The scripts that people type, run in a copy of the checkout, and the lock files that pip needs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scripts.benches.budget import write_dataset
from tests.small_checkout import make_checkout

ROOT = Path(__file__).parents[1]
SCRIPTS = [ROOT / "scripts" / name for name in ("demo", "test", "bench")] + [ROOT / ".ci" / "run"]


def requirements(name: str) -> dict[str, frozenset[str]]:
    """The pinned requirements of a lock file, `name==version` to its hashes."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line[:1].isalnum()]
    return {line.split()[0]: frozenset(re.findall(r"sha256:[0-9a-f]{64}", line)) for line in lines}


def locked() -> dict[str, frozenset[str]]:
    """The same of uv.lock, without osds itself."""
    packages = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    return {f"{p['name']}=={p['version']}": _hashes(p) for p in packages if p["name"] != "osds"}


def _hashes(package: Mapping[str, Any]) -> frozenset[str]:
    files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
    return frozenset(file["hash"] for file in files)


def test_requirements_dev__is_uv_lock() -> None:
    assert requirements("requirements-dev.lock") == locked()


def test_requirements__is_what_osds_needs() -> None:
    runtime, everything = requirements("requirements.lock"), requirements("requirements-dev.lock")
    assert runtime.items() < everything.items()
    names = {line.partition("==")[0] for line in runtime}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {re.split(r"[><=~! ]", need)[0].lower() for need in project["dependencies"]} <= names
    assert "pytest" not in names


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts__can_be_typed(script: Path) -> None:
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").startswith("#!/usr/bin/env bash\n# ")
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_ci_run__refuses_a_part_it_does_not_know() -> None:
    done = subprocess.run([str(ROOT / ".ci" / "run"), "lint", "nonsense"], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == "error: .ci/run knows lint, demo and test, not 'nonsense'\n"


# Making the environment

PREPARE = 'source scripts/_environment.sh; prepare_environment "$1"; "$python" -c "import osds, small"'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small project with our scripts, in a folder with a space in its name."""
    return make_checkout(tmp_path / "my checkout")


def prepare(checkout: Path, kind: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    """Prepare the environment as the scripts do, with an environment of nothing but a PATH."""
    environ = {"PATH": str(checkout / "tools"), "PYTHON": python, "HOME": str(checkout)}
    environ |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": checkout.as_uri(), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    command = ["bash", "-euo", "pipefail", "-c", PREPARE, "bash", kind]
    return subprocess.run(command, cwd=checkout, env=environ, capture_output=True, text=True)


def test_environment__pip_installs_once_for_each_lock_and_only_what_has_its_hash(checkout: Path) -> None:
    first = prepare(checkout, "runtime")
    assert first.returncode == 0, first.stderr
    assert "Installing into" in first.stderr
    again = prepare(checkout, "runtime")
    assert (again.returncode, again.stderr) == (0, "")

    dev = checkout / "requirements-dev.lock"
    right = dev.read_text(encoding="utf-8")
    dev.write_text(right.replace("other==0 --hash=sha256:", "other==0 --hash=sha256:0")[:-2], encoding="utf-8")
    refused = prepare(checkout, "dev")
    assert refused.returncode != 0
    assert "DO NOT MATCH THE HASHES" in refused.stderr

    dev.write_text(right, encoding="utf-8")
    assert "Installing into" in prepare(checkout, "dev").stderr
    assert prepare(checkout, "dev").stderr == ""
    assert prepare(checkout, "runtime").stderr == ""  # the tests need all that osds needs


def test_environment__says_which_python_it_needs(checkout: Path) -> None:
    old = checkout / "tools" / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = prepare(checkout, "runtime", python="python3")
    assert done.returncode == 2
    assert done.stderr.startswith("error: python3 is not Python 3.11 or newer. Set PYTHON")
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize(("kind", "extra"), [("dev", ""), ("runtime", " --no-dev --inexact")])
def test_environment__prefers_uv(checkout: Path, kind: str, extra: str) -> None:
    uv = checkout / "tools" / "uv"
    uv.write_text('#!/bin/sh\necho "$UV_PROJECT_ENVIRONMENT uv $*" >&2; exit 7\n')
    uv.chmod(0o755)
    done = prepare(checkout, kind)
    assert done.returncode == 7
    assert done.stderr == f"{checkout}/.venv uv sync --quiet --locked --project {checkout}{extra}\n"


# The benchmark


def test_write_dataset__is_the_same_every_time(tmp_path: Path) -> None:
    one, two = (write_dataset(tmp_path / name, rows=50) for name in ("one", "two"))
    assert (one / "budget.csv").read_bytes() == (two / "budget.csv").read_bytes()
    assert (one / "budget.csv").read_text(encoding="utf-8").count("\n") == 51


def test_bench__prints_a_line_for_each_command() -> None:
    command = [sys.executable, "-m", "scripts.bench", "commands", "--rows", "200", "--runs", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("200 rows, 12 columns, 0.0 MB; median of 1 runs")
    for name in (
        "osds --version",
        "osds --help",
        "osds validate",
        "frictionless validate",
        "osds aggregate",
        "DuckDB alone",
    ):
        assert [line for line in lines if re.match(rf"{name} +\d+\.\d{{3}}", line)], name
    assert re.match(r"osds takes \d+\.\d times as long as DuckDB alone to aggregate", lines[-2])
    assert re.match(r"frictionless takes \d+\.\d times as long as osds to validate", lines[-1])


def test_bench__prints_a_curve() -> None:
    command = [sys.executable, "-m", "scripts.bench", "commands", "--runs", "1", "--curve", "100", "200"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    figures = [line.split() for line in done.stdout.splitlines()[3:]]
    assert [(line[0], len(line)) for line in figures] == [("100", 5), ("200", 5)]


def test_bench__sums_by_rows_and_by_cells() -> None:
    command = [sys.executable, "-m", "scripts.bench", "aggregate", "--runs", "1"]
    done = subprocess.run([*command, "--alone", "--rows", "2000"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^osds, the sums alone: 42 cuboids, \d+ cells, 0 left out$", done.stdout, re.MULTILINE)
    done = subprocess.run([*command, "--curve", "500"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    figures = [line.split()[:2] for line in done.stdout.splitlines()[3:]]
    assert figures == [["500", cells] for cells in ("10,000", "30,000", "100,000", "300,000", "1,000,000")]


def test_bench__prints_the_speed_of_fetching() -> None:
    command = [sys.executable, "-m", "scripts.bench", "lfs", "--megabytes", "2", "--runs", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    names = ("python: read, hash, write", "osds fetch, from the clone", "osds fetch, over http")
    for name in (*names, "osds backup, to a folder", "osds restore, from a folder"):
        assert re.search(rf"^{name}: \d+ MB/s$", done.stdout, re.MULTILINE), done.stdout


def test_bench__prints_what_news_cost() -> None:
    command = [sys.executable, "-m", "scripts.bench", "news", "--events", "500", "--datasets", "20", "--runs", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "500 events, 20 datasets: 87 documents, 4 of them pages of the" in done.stdout
    assert "one more event changes 6" in done.stdout
    assert re.search(r"^render every document +(\d+\.\d{3} *){3}$", done.stdout, re.MULTILINE)


def test_bench__prints_the_start_of_the_action_beside_its_goal() -> None:
    command = [sys.executable, "-m", "scripts.bench", "startup", "--runs", "1", "--no-peer"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for name, goal in (("the action, cold cache", "3.0"), ("the action, warm cache", "1.0"), ("osds --help", "0.1")):
        assert re.search(rf"^{name}: \d+\.\d\d s, at most {goal} s is the goal$", done.stdout, re.MULTILINE)
