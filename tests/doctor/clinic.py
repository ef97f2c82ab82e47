"""A healthy dataset and a healthy registry as facts, for tests to make ill."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from osds.doctor.facts import Facts, Folder, GitFacts, InRegistry, OnGitHub, Trust, WorkflowFiles
from osds.doctor.registry_folder import NEEDED, RegistryFolder
from osds.registry.forge import DatasetRepository, Person
from osds.registry.status import Standing, Status, Trouble
from osds.registry.watch import Promise, State
from osds.workflows.files import Workflow, parse_workflow
from osds.workflows.needs import NEEDS

PATH = ".github/workflows/osds.yml"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOME = DatasetRepository(
    id=4,
    url="https://github.com/alice/budget",
    clone_url="https://github.com/alice/budget.git",
    full_name="alice/budget",
    owner=Person(id=7, login="alice"),
    public=True,
)
GRANTS = "permissions: {contents: read, id-token: write}"
NUMBERED = "repo:alice@7/budget@4:environment:publish"


def workflow(
    *, path: str = PATH, on: str = "push", ref: str = "v0", grants: str = GRANTS, file: str = "dataset.yml"
) -> Workflow:
    text = f"on: {on}\njobs:\n  data:\n    uses: openspending/osds/.github/workflows/{file}@{ref}\n    {grants}\n"
    return parse_workflow(path, text.encode())


def files(*workflows: Workflow, **more: Any) -> WorkflowFiles:
    return WorkflowFiles(good={each.path: each for each in workflows}, **more)


def promise(state: State = State.ACTIVE, path: str = PATH) -> Promise:
    return Promise(id=1, path=path, state=state, since=NOW, lines=())


HEALTHY = Facts(
    version="0.1.0",
    now=NOW,
    folder=Folder(descriptor=True),
    files=files(workflow()),
    git=GitFacts(
        url="https://github.com/alice/budget", branch="main", default_branch="main", on_default=frozenset({PATH})
    ),
    github=OnGitHub(repository=HOME, workflows=(promise(),), actions=True, pinned_only=False),
    registry=InRegistry(name="os-team/registry", listed=True),
    trust=Trust(subjects=("repo:alice/budget:environment:publish", NUMBERED)),
    server_time=NOW,
)


def ill(**changes: Any) -> Facts:
    """The healthy dataset with other facts; `github` and `git` may be given as changes of theirs."""
    assert HEALTHY.github is not None
    assert HEALTHY.git is not None
    if isinstance(changes.get("github"), dict):
        changes["github"] = replace(HEALTHY.github, **changes["github"])
    if isinstance(changes.get("git"), dict):
        changes["git"] = replace(HEALTHY.git, **changes["git"])
    return replace(HEALTHY, **changes)


def told(trouble: Trouble, detail: str = "") -> InRegistry:
    standing = Standing(trouble=trouble, since="2026-11-01T00:00:00Z", told=True, detail=detail)
    status = Status(owner="alice", name="budget", url=HOME.url, troubles=(standing,))
    return InRegistry(name="os-team/registry", listed=True, status=status)


def registry_workflow(name: str) -> Workflow:
    grants = ", ".join(f"{area}: {level}" for area, level in NEEDS[name].items())
    return workflow(path=f".github/workflows/{name}", file=name, grants=f"permissions: {{{grants}}}")


REGISTRY = RegistryFolder(
    version="0.1.0",
    files=files(*map(registry_workflow, NEEDED)),
    broken={},
    frozen=False,
    has_remote=True,
    workflows=(promise(path=".github/workflows/registry-merge.yml"),),
    actions=True,
)
