"""From the start of the action to osds running, with a cold and a warm cache, beside frictionless installed by pip.

What is measured is what both actions run (setup/install) and the first answer of osds. Not in it: downloading the action and
setup-uv, which takes uv from the runner's cache of tools or from its release. Cold runs fetch every package from the index.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from scripts.benches.measuring import MACHINE, OSDS, PYTHON, Measurement, measure, median, table

ROOT = Path(__file__).parents[2]
COLD, WARM = "the action, cold cache", "the action, warm cache"
PEER, PEER_WARM = "frictionless by pip, cold cache", "frictionless by pip, warm cache"
GOALS = {COLD: 3.0, WARM: 1.0, "osds --help": 0.1}  # seconds

# Each takes the folder to work in, and a folder for its cache; a runner gives each job an empty RUNNER_TEMP.
_ACTION = """
export RUNNER_TEMP=$(mktemp -d -p "$1") UV_CACHE_DIR=$2 PATH=$3:$PATH
export GITHUB_OUTPUT=$RUNNER_TEMP/output
bash "$4/setup/install"
"$RUNNER_TEMP/osds/bin/python" -I -m osds --version
"""
_PIP = """
environment=$(mktemp -d -p "$1")
"$3" -m venv "$environment"
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check --cache-dir "$2" frictionless
"$environment/bin/python" -I -m frictionless --version
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """What this bench may be told."""
    parser.add_argument("--runs", type=int, default=5, help="runs with a warm cache (default 5)")
    parser.add_argument("--no-peer", dest="peer", action="store_false", help="leave frictionless by pip out")
    parser.add_argument("--cold-runs", type=int, default=1, help="runs with a cold cache, at least 1 (default 1)")


def run(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """The lines of the table, and each goal with what was measured."""
    yield f"{MACHINE}; median of {options.runs} runs with a warm cache, {options.cold_runs} with a cold one\n"
    tools = _find_uv(folder)
    cold: dict[str, Sequence[str]] = {}
    measured: dict[str, list[Measurement]] = {}
    for number in range(options.cold_runs):
        cold = {name: make(folder, tools, number) for name, make in _COLD.items() if options.peer or name != PEER}
        for name, found in measure(cold, runs=1, cwd=folder, warm=False).items():
            measured[name] = [*measured.get(name, []), *found]
    again = {_AGAIN[name]: command for name, command in cold.items()}
    again |= {"osds --help": [*OSDS, "--help"], "python, doing nothing": [*PYTHON, "-c", ""]}
    measured |= measure(again, runs=options.runs, cwd=folder)
    yield from table(measured)
    yield ""
    for name, goal in GOALS.items():
        yield f"{name}: {median(measured[name]):.2f} s, at most {goal:.1f} s is the goal"
    for name, peer in ((COLD, PEER), (WARM, PEER_WARM)) if options.peer else ():
        yield f"{peer} takes {median(measured[peer]) / median(measured[name]):.1f} times as long as {name}"


def _find_uv(folder: Path) -> Path:
    """A folder with uv alone."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        raise SystemExit("This measures uv: install it, or run scripts/test once, which brings it")
    (folder / "tools").mkdir()
    (folder / "tools" / "uv").symlink_to(uv)
    return folder / "tools"


def _action(folder: Path, tools: Path, number: int) -> Sequence[str]:
    return ["bash", "-euc", _ACTION, "action", str(folder), str(folder / f"uv-{number}"), str(tools), str(ROOT)]


def _pip(folder: Path, _: Path, number: int) -> Sequence[str]:
    return ["bash", "-euc", _PIP, "peer", str(folder), str(folder / f"pip-{number}"), sys.executable]


_COLD = {COLD: _action, PEER: _pip}
_AGAIN = {COLD: WARM, PEER: PEER_WARM}
