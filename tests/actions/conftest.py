"""Running our action and workflows for real: act in host mode, this checkout as the action, stubs for foreign actions.

A stub stands in for an action that only GitHub can serve. It does the part of its work that the test needs, and nothing
in these tests leaves this machine except uv, for packages that its cache does not have yet.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LEFT_OUT = (".git", ".venv", ".cache", ".*_cache", ".hypothesis", "__pycache__", "dist", "build", "osds-demo")
PINNED = re.compile(r"uses: ([\w.-]+/[\w.-]+)@([0-9a-f]{40})")

SETUP_UV = """
name: stub of astral-sh/setup-uv, for a machine that has uv
inputs: { version: {}, enable-cache: {}, cache-dependency-glob: {}, ignore-empty-workdir: {}, add-problem-matchers: {} }
runs: { using: composite, steps: [{ shell: bash, run: uv --version }] }
"""
UPLOAD = """
name: stub of actions/upload-artifact
inputs: { name: {}, path: {}, if-no-files-found: {}, include-hidden-files: {}, overwrite: {}, retention-days: {} }
runs:
  using: composite
  steps:
    - shell: bash
      env: { NAME: "${{ inputs.name }}", FOLDER: "${{ inputs.path }}", OVERWRITE: "${{ inputs.overwrite }}" }
      run: |
        if [ "$OVERWRITE" = true ]; then rm -rf "$ARTIFACTS/$NAME"; fi
        mkdir "$ARTIFACTS/$NAME"
        if [ -d "$FOLDER" ]; then cp -r "$FOLDER/." "$ARTIFACTS/$NAME"; else cp "$FOLDER" "$ARTIFACTS/$NAME"; fi
"""
DOWNLOAD = """
name: stub of actions/download-artifact; with a pattern each artifact comes into a folder of its own name
inputs: { name: {}, pattern: {}, path: {} }
runs:
  using: composite
  steps:
    - shell: bash
      env: { NAME: "${{ inputs.name }}", PATTERN: "${{ inputs.pattern }}", FOLDER: "${{ inputs.path }}" }
      run: |
        mkdir -p "$FOLDER"
        if test -n "$PATTERN"; then
          for found in $(cd "$ARTIFACTS" && compgen -G "$PATTERN"); do cp -r "$ARTIFACTS/$found" "$FOLDER"; done
        else
          cp -r "$ARTIFACTS/$NAME/." "$FOLDER"
        fi
"""
CREDENTIALS = """
name: stub of aws-actions/configure-aws-credentials
inputs: { role-to-assume: {}, aws-region: {} }
runs: { using: composite, steps: [{ shell: bash, run: echo nobody may ask for a role here && exit 1 }] }
"""
APP_TOKEN = """
name: stub of actions/create-github-app-token
inputs:
  { client-id: {}, private-key: {}, permission-actions: {}, permission-contents: {}, permission-issues: {},
    permission-pull-requests: {} }
runs: { using: composite, steps: [{ shell: bash, run: echo there is no app here && exit 1 }] }
"""
# act itself stands in for a checkout of what started the run; this is for one that names another commit.
CHECKOUT = """
name: stub of actions/checkout, for a commit of the repository that runs
inputs: { persist-credentials: {}, lfs: {}, ref: {}, fetch-depth: {}, filter: {} }
runs:
  using: composite
  steps:
    - shell: bash
      env: { REF: "${{ inputs.ref }}" }
      run: |
        git init --quiet .
        git fetch --quiet "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY.git" "$REF"
        git checkout --quiet --force FETCH_HEAD
"""
# For tests of workflows with many jobs: this very Python has osds already. Others run the real setup.
READY = """
name: stub of osds/setup, for a computer that has osds
outputs: {{ python: {{ value: "${{{{ steps.ready.outputs.python }}}}" }} }}
runs:
  using: composite
  steps: [{{ id: ready, shell: bash, run: 'echo "python={python}" >> "$GITHUB_OUTPUT"' }}]
"""
STUBS = {
    "actions/checkout": CHECKOUT,
    "actions/create-github-app-token": APP_TOKEN,
    "astral-sh/setup-uv": SETUP_UV,
    "actions/upload-artifact": UPLOAD,
    "actions/download-artifact": DOWNLOAD,
    "aws-actions/configure-aws-credentials": CREDENTIALS,
}


def _find_tool(name: str) -> str:
    places = [os.environ.get("PATH", ""), os.environ.get("OSDS_TOOLS_BIN", ""), str(ROOT / ".cache" / "bin")]
    found = shutil.which(name, path=os.pathsep.join(filter(None, places)))
    if found is None:
        pytest.skip(f"{name} is not here; `.ci/run` compiles it where Go is")
    return found


@dataclass(frozen=True, kw_only=True)
class ActRun:
    """What act reported of one event: its exit code and its log, one value per line."""

    exit_code: int
    log: Sequence[Mapping[str, Any]]

    @property
    def jobs(self) -> dict[str, str]:
        """Job id to success or failure. A job that was skipped does not occur."""
        return {line["jobID"]: line["jobResult"] for line in self.log if "jobResult" in line}

    @property
    def text(self) -> str:
        """All that the steps printed."""
        return "".join(line["msg"] for line in self.log if line.get("raw_output"))

    @property
    def everything(self) -> str:
        """The whole log, for the message of a failed assertion and for the search of a secret."""
        return "\n".join(str(line.get("msg", "")).rstrip() for line in self.log)

    def outputs(self, step: str, job: str | None = None) -> dict[str, str]:
        """The outputs of the step with this id (of the workflow, not of the inside of an action)."""
        return {
            line["name"]: line["arg"]
            for line in self.log
            if line.get("command") == "set-output" and line["stepID"] == [step] and job in (None, line["jobID"])
        }

    def annotations(self, level: str) -> list[tuple[Mapping[str, str], str]]:
        """Properties and message of every `::error` (or other level) that was written."""
        return [(line.get("kvPairs", {}), line["arg"]) for line in self.log if line.get("command") == level]

    @property
    def summaries(self) -> list[str]:
        """The job summaries that were written."""
        return [line["content"] for line in self.log if line.get("command") == "summary"]


@dataclass(frozen=True, kw_only=True)
class Act:
    """act in host mode: the steps of a workflow run right here, with `home` as their home."""

    program: str
    project: Path
    action: str = f"osds/osds@{'0' * 40}"  # how a workflow in a test names this checkout
    setup: str = f"osds/osds/setup@{'0' * 40}"
    ready: str = f"osds/ready@{'0' * 40}"  # the same without its work
    home: Path
    artifacts: Path
    stubs: Path
    environ: Mapping[str, str]

    def run(self, repository: Path, event: str, payload: Mapping[str, Any], *arguments: str) -> ActRun:
        """Send `event` to the workflow .github/workflows/ci.yml of `repository`."""
        event_file = self.home / "event.json"
        event_file.write_text(json.dumps(payload), encoding="utf-8")
        command = [self.program, event, "--json", "--workflows", ".github/workflows/ci.yml", *arguments]
        command += ["--eventpath", str(event_file), "--platform", "ubuntu-24.04=-self-hosted"]
        # By itself act takes .env and .secrets of the repository, which GitHub does not.
        command += ["--env-file", os.devnull, "--secret-file", os.devnull]
        command += ["--no-cache-server", "--artifact-server-addr", "127.0.0.1"]
        command += ["--action-cache-path", str(self.home / "actions"), "--env", f"ARTIFACTS={self.artifacts}"]
        for reference, folder in self._local_repositories():
            command += ["--local-repository", f"{reference}={folder}"]
        done = subprocess.run(command, cwd=repository, env=self.environ, capture_output=True, text=True, timeout=300)
        log = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        assert log, done.stderr
        return ActRun(exit_code=done.returncode, log=log)

    def _local_repositories(self) -> Iterable[tuple[str, Path]]:
        yield self.action, self.project
        yield self.ready, self.stubs / "osds/ready"
        for name, sha in pinned_actions(self.project):
            if name in STUBS:
                yield f"{name}@{sha}", self.stubs / name


def pinned_actions(project: Path) -> set[tuple[str, str]]:
    """Name and commit of every foreign action that our actions and workflows use."""
    files = [project / "action.yml", project / "setup" / "action.yml", *(project / ".github" / "workflows").iterdir()]
    return {found for file in files for found in PINNED.findall(file.read_text(encoding="utf-8"))}


@pytest.fixture
def find_tool() -> Callable[[str], str]:
    """Finds the path of a program that Go compiled, or skips visibly."""
    return _find_tool


@pytest.fixture(scope="session")
def act_program() -> str:
    """The path of act. Comes first, so that a machine without it prepares nothing in vain."""
    return _find_tool("act")


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This checkout as the runner would download it: without what git ignores."""
    folder = tmp_path_factory.mktemp("action") / "osds"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return folder


@pytest.fixture(scope="session")
def uv_folder(act_program: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with uv, which setup-uv brings on GitHub."""
    beside = Path(sys.executable).parent
    found = shutil.which("uv", path=f"{beside}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None:
        environment = tmp_path_factory.mktemp("uv")
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        subprocess.run([str(environment / "bin" / "pip"), "install", "--quiet", "uv>=0.13,<0.14"], check=True)
        found = str(environment / "bin" / "uv")
    only_uv = tmp_path_factory.mktemp("bin")
    (only_uv / "uv").symlink_to(found)
    return only_uv


@pytest.fixture
def act(act_program: str, tmp_path: Path, project: Path, uv_folder: Path) -> Act:
    """act with a home of its own, and with nothing of this process's environment but what uv and TLS need."""
    for name, text in {**STUBS, "osds/ready": READY.format(python=sys.executable)}.items():
        (tmp_path / "stubs" / name).mkdir(parents=True)
        (tmp_path / "stubs" / name / "action.yml").write_text(text, encoding="utf-8")
    for folder in ("home", "artifacts"):
        (tmp_path / folder).mkdir()
    kept = {k: v for k, v in os.environ.items() if k.startswith("SSL_CERT") or k.lower().endswith("_proxy")}
    cache = subprocess.run([str(uv_folder / "uv"), "cache", "dir"], capture_output=True, text=True, check=True)
    environ = {
        **kept,
        "HOME": str(tmp_path / "home"),
        "PATH": os.pathsep.join((str(uv_folder), os.defpath, str(Path(shutil.which("git") or "").parent))),
        "UV_CACHE_DIR": cache.stdout.strip(),
    }
    return Act(
        program=act_program,
        project=project,
        home=tmp_path / "home",
        artifacts=tmp_path / "artifacts",
        stubs=tmp_path / "stubs",
        environ=environ,
    )


@pytest.fixture
def make_repository(tmp_path: Path) -> Callable[[Mapping[str, str]], Path]:
    """Makes a git repository of these files, with an address on GitHub as its origin."""

    def make(files: Mapping[str, str]) -> Path:
        folder = tmp_path / "dataset"
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        git = ["git", "-C", str(folder), "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
        subprocess.run(["git", "init", "--quiet", "--initial-branch", "main", str(folder)], check=True)
        subprocess.run([*git, "remote", "add", "origin", "https://github.com/ada/budget.git"], check=True)
        subprocess.run([*git, "add", "--all"], check=True)
        subprocess.run([*git, "commit", "--quiet", "--message", "A budget"], check=True)
        return folder

    return make


DESCRIPTOR = {
    "name": "budget",
    "title": "A small budget",
    "licenses": [{"name": "CC0-1.0"}],
    "resources": [
        {
            "name": "lines",
            "path": "data/lines.csv",
            "schema": {
                "fields": [
                    {"name": "year", "type": "year"},
                    {"name": "code", "type": "string"},
                    {"name": "label", "type": "string"},
                    {"name": "amount", "type": "number"},
                ]
            },
        }
    ],
    "model": {
        "measures": {
            "amount": {"source": "amount", "currency": "EUR", "direction": "expenditure", "phase": "approved"}
        },
        "dimensions": {
            "date": {
                "dimensionType": "datetime",
                "attributes": {"year": {"source": "year"}},
                "primaryKey": "year",
            },
            "function": {
                "dimensionType": "classification",
                "classificationType": "functional",
                "attributes": {
                    "code": {"source": "code"},
                    "label": {"source": "label", "labelfor": "code"},
                },
                "primaryKey": "code",
            },
        },
    },
}
ROWS = "year,code,label,amount\n2025,01,Schools,10.50\n2025,02,Roads,4.25\n2026,01,Schools,11.00\n"


@pytest.fixture
def dataset() -> dict[str, str]:
    """The files of a small valid dataset."""
    return {"datapackage.json": json.dumps(DESCRIPTOR, indent=2), "data/lines.csv": ROWS}


@pytest.fixture
def broken_dataset(dataset: dict[str, str]) -> dict[str, str]:
    """The same dataset with one amount that is no number, in row 3."""
    return {**dataset, "data/lines.csv": ROWS.replace("4.25", "plenty")}
