"""What an examination asks GitHub. Its refusals and failures become faults of their own, with the right owner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from osds.doctor import diagnoses
from osds.doctor.diagnosis import Found
from osds.doctor.facts import OnGitHub
from osds.edges.github.actions import GitHubActions, TokenFacts
from osds.edges.github.errors import GitHubRefusedError
from osds.edges.github.forge import GitHubForge
from osds.edges.github.github import GitHub
from osds.errors import OutsideError

_MAY_ASK = frozenset({"repo", "public_repo"})


@dataclass(kw_only=True)
class Asked:
    """What came of it so far."""

    github: OnGitHub | None = None
    server_time: datetime | None = None
    troubles: list[Found] = field(default_factory=list)
    not_asked: list[str] = field(default_factory=list)


def ask_github(github: GitHub, *, url: str, server_url: str, registry: str | None) -> Asked:
    """About the repository at `url`, and whether the token may ask the registry `OWNER/REPO`, if that is on GitHub."""
    asked, actions = Asked(), GitHubActions(github)
    with _noting(asked):
        token = actions.token()
        asked.server_time = token.time
        asked.github = _look(GitHubForge(github, registry or "", server_url=server_url), actions, url, asked)
        if registry is not None and not _may_ask(github, actions, token, registry):
            asked.troubles.append(diagnoses.TOKEN_CANNOT.at(registry))
    return asked


@contextmanager
def _noting(asked: Asked) -> Iterator[None]:
    try:
        yield
    except GitHubRefusedError as refusal:
        if refusal.status == 401:
            asked.troubles.append(diagnoses.TOKEN_REFUSED.at())
        else:
            asked.not_asked.append(f"the rest of GitHub ({refusal.what})")
    except OutsideError as error:
        asked.troubles.append(diagnoses.GITHUB_FAILS.at(error.what))


def _look(forge: GitHubForge, actions: GitHubActions, url: str, asked: Asked) -> OnGitHub:
    repository = forge.repository(url)
    if repository is None:
        return OnGitHub(repository=None)
    settings = actions.settings(repository.full_name)
    if settings is None:
        asked.not_asked.append("whether Actions are on and must be pinned (that takes an administrator's token)")
    return OnGitHub(
        repository=repository,
        workflows=actions.workflows(repository.full_name),
        actions=settings.on if settings else None,
        pinned_only=settings.pinned_only if settings else None,
    )


def _may_ask(github: GitHub, actions: GitHubActions, token: TokenFacts, registry: str) -> bool:
    """True if the token may open a pull request on the registry: see the table in the README."""
    if token.scopes is not None:
        return bool(_MAY_ASK & token.scopes)
    reach = actions.reach()
    if reach is not None:
        return registry.lower() in reach
    try:
        return github.repository(registry).may_push
    except GitHubRefusedError:
        return False
