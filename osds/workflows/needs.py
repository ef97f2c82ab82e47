"""What the workflows that osds offers need of whoever calls them, and what a caller's `permissions` grant.

GitHub refuses to start a called workflow that asks for more than its caller grants, also for a job that would be skipped.
https://docs.github.com/actions/reference/workflows-and-actions/reusing-workflow-configurations
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from osds.workflows.files import Call, Workflow

# Of each workflow the union of what its jobs ask for; a test holds it to the files themselves.
NEEDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "dataset.yml": {"contents": "read", "id-token": "write"},
        "core-data.yml": {"contents": "write", "id-token": "write", "issues": "write"},
        "registry-check.yml": {"contents": "read", "pull-requests": "read"},
        "registry-merge.yml": {"contents": "write", "issues": "write", "pull-requests": "write"},
        "registry-sweep.yml": {"actions": "write", "contents": "write", "id-token": "write"},
    }
)

_LEVELS = ("none", "read", "write")
_UNSAID = {"contents": "read", "packages": "read", "metadata": "read"}  # of a workflow that does not name any


def missing(workflow: Workflow, call: Call) -> tuple[str, ...]:
    """The grants that a call lacks, as they are to be written: `id-token: write`."""
    return tuple(
        f"{area}: {level}"
        for area, level in NEEDS.get(call.file, {}).items()
        if _level(_granted(workflow, call), area) < _LEVELS.index(level)
    )


def _granted(workflow: Workflow, call: Call) -> Mapping[str, str] | str:
    said = call.permissions if call.permissions is not None else workflow.permissions
    return _UNSAID if said is None else said


def _level(granted: Mapping[str, str] | str, area: str) -> int:
    if isinstance(granted, str):
        word = {"read-all": "read", "write-all": "write"}.get(granted, "none")
    else:
        word = granted.get(area, "none")
    return _LEVELS.index(word) if word in _LEVELS else 0
