"""A workflow file as values: what starts it, which osds it calls, and what it lets that do. Nothing of it is run.

The file is a stranger's. It is bounded in bytes by whoever reads it, and in jobs and steps here.
https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from osds.dataset.safe_yaml import NotYamlError, load_yaml
from osds.workflows.schedule import Line, read_line

FOLDER = ".github/workflows/"
MAX_BYTES = 65_536

_MAX_JOBS, _MAX_STEPS, _MAX_LINES = 100, 200, 20
# The workflows that osds or somebody's copy of it offers; and the action itself.
_REUSABLE = re.compile(
    r"(?P<repository>[^@\s]{1,200})/\.github/workflows/(?P<file>(?:core-data|dataset|registry-[a-z]+)\.yml)@(?P<ref>\S+)"
)
_ACTION = re.compile(r"(?P<repository>[\w.-]{1,40}/osds)(?:/[^@\s]*)?@(?P<ref>\S+)")
_LOCAL = re.compile(r"\./(?P<path>\.github/workflows/[^@\s]{1,200})")


class NotAWorkflowError(Exception):
    """Raised if a file is no workflow. `line` is where its YAML ends to be one, if that is known."""

    def __init__(self, line: int | None = None) -> None:
        super().__init__("not a workflow")
        self.line = line


@dataclass(frozen=True, kw_only=True)
class Call:
    """One use of osds: of a reusable workflow (`file` is its name) or of the action (`file` is empty)."""

    job: str
    repository: str
    file: str
    ref: str
    permissions: Mapping[str, str] | str | None  # what the job may do; None if only the whole workflow says it

    @property
    def for_datasets(self) -> bool:
        """True if it is about a dataset, and not about a registry."""
        return not self.file.startswith("registry-")


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """One file. `schedule` are the lines of cron that GitHub can read, `local` the workflows beside it that it calls."""

    path: str
    triggers: frozenset[str]
    schedule: tuple[Line, ...]
    unread: int  # lines of cron that it cannot
    permissions: Mapping[str, str] | str | None
    calls: tuple[Call, ...]
    local: frozenset[str]


def parse_workflow(path: str, content: bytes) -> Workflow:
    """The workflow in a file. Raises `NotAWorkflowError` if it is none."""
    if len(content) > MAX_BYTES:
        raise NotAWorkflowError
    try:
        values = load_yaml(content, aliases=True)
    except NotYamlError as error:
        raise NotAWorkflowError(error.line) from error
    if not isinstance(values, dict) or not isinstance(values.get("jobs"), dict):
        raise NotAWorkflowError
    started = values.get("on", values.get(True))  # YAML 1.1 takes the word `on` for true
    lines = tuple(islice(_schedule(started), _MAX_LINES))
    jobs = dict(islice(((str(name), job) for name, job in values["jobs"].items() if isinstance(job, dict)), _MAX_JOBS))
    return Workflow(
        path=path,
        triggers=_triggers(started),
        schedule=tuple(line for line in lines if line is not None),
        unread=lines.count(None),
        permissions=_permissions(values),
        calls=tuple(call for name, job in jobs.items() for call in _calls(name, job)),
        local=frozenset(match["path"] for job in jobs.values() if (match := _LOCAL.fullmatch(_text(job, "uses")))),
    )


def uses_osds(workflows: Mapping[str, Workflow]) -> Mapping[str, Workflow]:
    """Those of a dataset's workflows, by path, that call osds for it: by themselves, or by one beside them."""
    found = {path for path, workflow in workflows.items() if any(call.for_datasets for call in workflow.calls)}
    while further := {path for path, workflow in workflows.items() if workflow.local & found} - found:
        found |= further
    return {path: workflow for path, workflow in workflows.items() if path in found}


def _triggers(started: Any) -> frozenset[str]:  # noqa: ANN401 (any YAML)
    names = [started] if isinstance(started, str) else started if isinstance(started, list | dict) else []
    return frozenset(name for name in names if isinstance(name, str))


def _schedule(started: Any) -> Iterator[Line | None]:  # noqa: ANN401 (any YAML)
    lines = started.get("schedule") if isinstance(started, dict) else None
    for line in lines if isinstance(lines, list) else []:
        yield read_line(f"{_text(line, 'cron')} {_text(line, 'timezone')}".strip()) if isinstance(line, dict) else None


def _calls(name: str, job: dict[Any, Any]) -> Iterator[Call]:
    steps = job.get("steps")
    used = (
        [_text(step, "uses") for step in islice(steps, _MAX_STEPS) if isinstance(step, dict)]
        if isinstance(steps, list)
        else []
    )
    for match in (_REUSABLE.fullmatch(_text(job, "uses")), *map(_ACTION.fullmatch, used)):
        if match is not None:
            yield Call(
                job=name,
                repository=match["repository"],
                file=match.groupdict().get("file") or "",
                ref=match["ref"],
                permissions=_permissions(job),
            )


def _permissions(values: dict[Any, Any]) -> Mapping[str, str] | str | None:
    said = values.get("permissions")
    if isinstance(said, dict):
        return {str(area): str(level) for area, level in islice(said.items(), 100)}
    return said if isinstance(said, str) else {} if "permissions" in values else None


def _text(values: dict[Any, Any], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""
