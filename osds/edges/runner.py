"""The GitHub Actions runner: is there one, and its files for outputs and the job summary.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from osds.edges.github.github import API_URL
from osds.errors import OutsideError

OUTPUTS = {
    "valid": "Whether the dataset has no errors, true or false",
    "errors": "Number of errors found",
    "warnings": "Number of warnings found",
    "report": "Path of the full report (JSON)",
    "sarif": "Path of the full report as SARIF, for code scanning",
    "bundle": "Folder of the aggregates (aggregate)",
    "sequence": "Number of the version that is now current in the store (publish)",
    "published": "Whether this run wrote a new version, true or false (publish)",
    "registered": "How the dataset entered, or may enter, the registry (register)",
    "pull-request": "URL of the pull request on the registry (register)",
}  # of the action, with what each says; after a change `python -m scripts.pages` brings action.yml and the README along
# What a job of our own workflows tells the next one.
STEP_OUTPUTS = ("changed", "commit", "problem", "shards")

SUMMARY_LIMIT = 1024 * 1024  # bytes; above it a runner drops the whole summary of the step
FULL = "\nMore was said than a job summary holds; the log and the JSON reports have it.\n"


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Where this runner wants outputs, the summary and temporary files; what it says of the repository it runs for."""

    output_file: Path | None
    summary_file: Path | None
    temporary: Path | None
    workspace: Path | None
    repository: str | None  # OWNER/NAME
    repository_id: int | None
    repository_url: str | None
    commit: str | None
    event: str | None  # what started the run: push, pull_request, …
    server_url: str
    api_url: str
    run: str | None = None  # the run's id and the attempt, such as 1234-1

    @property
    def run_url(self) -> str:
        """The page of this run."""
        return f"{self.repository_url}/actions/runs/{(self.run or '').partition('-')[0]}"

    def set_output(self, name: str, value: str) -> None:
        """Set an output of the action. Only names that `action.yml` declares, so that no input can choose one."""
        if name not in OUTPUTS:
            raise ValueError(f"{name} is not an output of the action")
        self._set(name, value)

    def set_step_output(self, name: str, value: str) -> None:
        """Set an output of a step in one of our own workflows."""
        if name not in STEP_OUTPUTS:
            raise ValueError(f"{name} is not an output that a workflow reads")
        self._set(name, value)

    def _set(self, name: str, value: str) -> None:
        delimiter = secrets.token_hex(16)  # nobody can guess it, so no value can end early and set another output
        _append(self.output_file, f"{name}<<{delimiter}\n{value}\n{delimiter}\n")

    def add_summary(self, markdown: str) -> None:
        """Append to the job summary of this step; what it cannot hold any more is left out, and the summary says so."""
        if self.summary_file is None:
            return
        text, before = markdown + "\n", _read(self.summary_file)
        if len(before) + len(text.encode("utf-8", "replace")) + len(FULL) <= SUMMARY_LIMIT:
            _append(self.summary_file, text)
        elif not before.endswith(FULL.encode()):
            _append(self.summary_file, FULL)

    def told(self) -> tuple[Counter[str], int]:
        """How many annotations of each severity osds has made in this step, and how many in this job."""
        lines = _read(self._record).decode("ascii", "replace").splitlines() if self._record else []
        prefix = f"{self._step} "
        return Counter(line.removeprefix(prefix) for line in lines if line.startswith(prefix)), len(lines)

    def note_told(self, severities: Iterable[str]) -> None:
        """Remember that annotations of these severities have been made."""
        _append(self._record, "".join(f"{self._step} {severity}\n" for severity in severities))

    @property
    def _record(self) -> Path | None:
        return self.temporary / "osds-annotations.txt" if self.temporary else None  # a job has a folder of its own

    @property
    def _step(self) -> str:
        return self.summary_file.name if self.summary_file else "step"  # a step has a file of its own


def find_runner(environ: Mapping[str, str]) -> Runner | None:
    """The runner that this process runs on, if it does."""
    if environ.get("GITHUB_ACTIONS") != "true":
        return None
    server = environ.get("GITHUB_SERVER_URL") or "https://github.com"
    repository = environ.get("GITHUB_REPOSITORY") or None
    return Runner(
        output_file=_path(environ, "GITHUB_OUTPUT"),
        summary_file=_path(environ, "GITHUB_STEP_SUMMARY"),
        temporary=_path(environ, "RUNNER_TEMP"),
        workspace=_path(environ, "GITHUB_WORKSPACE"),
        repository=repository,
        repository_id=_number(environ.get("GITHUB_REPOSITORY_ID", "")),
        repository_url=f"{server}/{repository}" if repository else None,
        commit=environ.get("GITHUB_SHA") or None,
        event=environ.get("GITHUB_EVENT_NAME") or None,
        server_url=server,
        api_url=environ.get("GITHUB_API_URL") or API_URL,
        run=_run(environ),
    )


def _path(environ: Mapping[str, str], name: str) -> Path | None:
    value = environ.get(name)
    return Path(value) if value else None


def _run(environ: Mapping[str, str]) -> str | None:
    number, attempt = _number(environ.get("GITHUB_RUN_ID", "")), _number(environ.get("GITHUB_RUN_ATTEMPT", ""))
    return None if number is None else f"{number}-{attempt or 1}"


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _append(path: Path | None, text: str) -> None:
    if path is None:
        return
    try:
        with path.open("a", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise OutsideError(f"The runner's file {path.name} cannot be written: {error.strerror}") from error
