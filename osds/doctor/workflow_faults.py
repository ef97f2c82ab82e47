"""What is wrong with the workflow files that call osds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from osds.doctor import diagnoses
from osds.doctor.diagnosis import Found
from osds.doctor.facts import WorkflowFiles
from osds.workflows.files import Call, Workflow, uses_osds
from osds.workflows.needs import missing

_PINNED = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_VERSION = re.compile(r"v?(\d{1,6})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?")
_CROWDED = {"0", "00", "30"}


def of_files(files: WorkflowFiles, *, version: str, pinned_only: bool | None) -> Iterator[Found]:
    """The faults of a dataset's workflow files; `version` is that of this osds."""
    ours = uses_osds(files.good)
    for path in files.misplaced:
        yield diagnoses.WORKFLOW_MISPLACED.at(path)
    for path, line in sorted(files.broken.items()):
        yield diagnoses.WORKFLOW_BROKEN.at(path if line is None else f"{path}, line {line}")
    if not ours and not files.misplaced and not files.broken:
        yield diagnoses.WORKFLOW_MISSING.at()
    yield from of_workflows(ours, version=version, pinned_only=pinned_only)


def of_workflows(workflows: Mapping[str, Workflow], *, version: str, pinned_only: bool | None) -> Iterator[Found]:
    """The faults of workflows that GitHub finds."""
    for path, workflow in sorted(workflows.items()):
        if not workflow.triggers:
            yield diagnoses.WORKFLOW_IDLE.at(path)
        if workflow.unread:
            yield diagnoses.CRON_UNREAD.at(path)
        for line in workflow.schedule:
            if line.cron.split()[0] in _CROWDED:
                yield diagnoses.CRON_CROWDED.at(f"{path}: {line}")
        for call in workflow.calls:
            yield from _of_call(path, workflow, call, version=version, pinned_only=pinned_only)


def _of_call(path: str, workflow: Workflow, call: Call, *, version: str, pinned_only: bool | None) -> Iterator[Found]:
    place = f"{path}, job {call.job}"
    lacking = missing(workflow, call)
    if lacking:
        lines = " and ".join(f"`{line}`" for line in lacking)
        yield diagnoses.PERMISSIONS.at(place, fix=f"Add {lines} below `permissions:` of the job")
    if pinned_only and not _PINNED.fullmatch(call.ref):
        yield diagnoses.UNPINNED.at(f"{place}: @{call.ref}")
    if _is_older(call.ref, version):
        yield diagnoses.REFERENCE_OLD.at(f"{place}: @{call.ref}, and this is {version}")


def _is_older(ref: str, version: str) -> bool:
    """True if `ref` is the name of a version, or of its beginning (`v1`), that came before."""
    named, ours = _VERSION.fullmatch(ref), _VERSION.match(version)
    if named is None or ours is None:
        return False
    numbers = [int(number) for number in named.groups() if number is not None]
    return numbers < [int(number or 0) for number in ours.groups()][: len(numbers)]
