"""What is wrong with a registry, seen from its own folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from osds.doctor import diagnoses, elsewhere
from osds.doctor.diagnosis import Found
from osds.doctor.facts import WorkflowFiles
from osds.doctor.workflow_faults import of_workflows
from osds.registry.watch import Promise, State
from osds.workflows.files import Workflow

NEEDED: Final = ("registry-check.yml", "registry-merge.yml", "registry-sweep.yml")

_OFF = {
    State.INACTIVITY: diagnoses.SCHEDULE_OFF,
    State.FORK: diagnoses.FORK_OFF,
    State.MANUALLY: diagnoses.WORKFLOW_OFF,
}


@dataclass(frozen=True, kw_only=True)
class RegistryFolder:
    """The folder of a registry. `broken` are its own files that cannot be read, each with the reason."""

    version: str  # of osds
    files: WorkflowFiles
    broken: Mapping[str, str]
    frozen: bool
    has_remote: bool
    workflows: tuple[Promise, ...] | None = None  # on GitHub
    pinned_only: bool | None = None
    actions: bool | None = None
    troubles: tuple[Found, ...] = ()


def examine_registry(facts: RegistryFolder) -> tuple[Found, ...]:
    """Every fault that the facts show, each once."""
    return tuple(dict.fromkeys(_all(facts)))


def _all(facts: RegistryFolder) -> Iterator[Found]:
    for path, reason in sorted(facts.broken.items()):
        yield elsewhere.REGISTRY_FILE.at(f"{path}: {reason}" if path not in reason else reason)
    for path, line in sorted(facts.files.broken.items()):
        yield diagnoses.WORKFLOW_BROKEN.at(path if line is None else f"{path}, line {line}")
    yield from (diagnoses.WORKFLOW_MISPLACED.at(path) for path in facts.files.misplaced)
    ours = {path: workflow for path, workflow in facts.files.good.items() if _needed_by(workflow)}
    called = {name for workflow in ours.values() for name in _needed_by(workflow)}
    if facts.has_remote:  # in a folder of this computer nothing could start them
        yield from (elsewhere.REGISTRY_WORKFLOW.at(name) for name in NEEDED if name not in called)
    yield from of_workflows(ours, version=facts.version, pinned_only=facts.pinned_only)
    if facts.actions is False:
        yield diagnoses.ACTIONS_OFF.at()
    for workflow in facts.workflows or ():
        if workflow.state in _OFF and workflow.path in ours:
            yield _OFF[workflow.state].at(workflow.path)
    if facts.frozen:
        yield elsewhere.FROZEN.at()
    yield from facts.troubles


def _needed_by(workflow: Workflow) -> frozenset[str]:
    return frozenset(call.file for call in workflow.calls if call.file in NEEDED)
