"""Whose dataset this is: the owner and the URL, from what was asked for, from the runner, or from the git remote.

The owner never comes from the descriptor, which anybody may write.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from osds.dataset.identity import DatasetId
from osds.edges.git import git
from osds.edges.runner import Runner
from osds.errors import UsageError
from osds.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A dataset and the repository it comes from, as far as it is known. `folder` is the dataset's, as a file URL."""

    dataset: DatasetId
    url: str | None
    folder: str
    repository_id: int | None
    commit: str | None


def identify(folder: Path, name: str, settings: Settings, runner: Runner | None) -> Identity:
    """The identity of the dataset `name` in `folder`. Raises `UsageError` if nothing tells its owner."""
    origin = git.origin(folder)
    at_home = runner is not None and runner.workspace is not None and _is_below(folder, runner.workspace)
    url = settings.url or (runner.repository_url if runner and at_home else None) or (origin.url if origin else None)
    owner = settings.owner or _owner(url)
    if owner is None:
        raise UsageError(
            f"Nobody says who owns the dataset {name!r}: {str(folder)!r} is not a repository with a remote on GitHub",
            next_step="Give --owner NAME",
        )
    return Identity(
        dataset=DatasetId(owner=owner, name=name),
        url=url,
        folder=folder.resolve().as_uri(),
        repository_id=runner.repository_id if runner and at_home else None,
        commit=(origin.commit if origin else None) or (_commit_of(runner) if runner and at_home else None),
    )


def _commit_of(runner: Runner) -> str | None:
    """What is checked out: the commit that started the run, or a later one that the run has made itself."""
    checked_out = git.origin(runner.workspace) if runner.workspace is not None else None
    return (checked_out.commit if checked_out else None) or runner.commit


def _is_below(folder: Path, workspace: Path) -> bool:
    return folder.resolve().is_relative_to(workspace.resolve())


def _owner(url: str | None) -> str | None:
    """The first segment of an https URL of two: https://HOST/OWNER/REPOSITORY."""
    parts = urlsplit(url or "")
    segments = [segment for segment in parts.path.split("/") if segment]
    return segments[0] if parts.scheme == "https" and len(segments) == 2 else None
