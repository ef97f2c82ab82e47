"""What an examination knows, as values that edges have found out. None stands for what nobody could or would ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from osds.doctor.diagnosis import Found
from osds.registry.forge import DatasetRepository
from osds.registry.status import Status
from osds.registry.watch import Promise
from osds.workflows.files import Workflow


@dataclass(frozen=True, kw_only=True)
class WorkflowFiles:
    """Workflow files of a repository, by their path in it. `broken` ones have the line where reading ended, if known.

    `misplaced` are files that call osds from where GitHub does not look.
    """

    good: Mapping[str, Workflow]
    broken: Mapping[str, int | None] = field(default_factory=dict)
    misplaced: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Folder:
    """The folder itself. `misnamed` are files that were meant to be datapackage.json, `pointers` git-lfs pointers."""

    descriptor: bool
    misnamed: tuple[str, ...] = ()
    pointers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class GitFacts:
    """What git knows of a work tree. `on_default` are the paths of workflow files on the default branch as last fetched."""

    url: str | None
    branch: str | None
    default_branch: str | None = None
    on_default: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True)
class OnGitHub:
    """What GitHub says. `actions` is whether they are on, `pinned_only` whether a commit id must name them."""

    repository: DatasetRepository | None
    workflows: tuple[Promise, ...] | None = None
    actions: bool | None = None
    pinned_only: bool | None = None


@dataclass(frozen=True, kw_only=True)
class InRegistry:
    """What a registry says of the dataset."""

    name: str
    listed: bool
    quarantined: bool = False
    status: Status | None = None


@dataclass(frozen=True, kw_only=True)
class Trust:
    """A role's trust policy: the names of jobs that it takes, or None if the document is none."""

    subjects: tuple[str, ...] | None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything about a dataset's automation. `troubles` were found by asking: GitHub fails, a store cannot be read."""

    version: str  # of osds
    now: datetime
    folder: Folder | None = None
    files: WorkflowFiles | None = None
    git: GitFacts | None = None
    github: OnGitHub | None = None
    registry: InRegistry | None = None
    trust: Trust | None = None
    server_time: datetime | None = None  # by GitHub's clock
    troubles: tuple[Found, ...] = ()
