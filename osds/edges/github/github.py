"""GitHub's conversations, by PyGithub: what a repository allows, forks, and osds's own pull requests.

git moves the content; this module only talks. Every failure is translated: a refusal becomes `GitHubRefusedError`, anything
that another try may heal an `OutsideError`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlsplit

from osds.edges.github.errors import GitHubRefusedError, translated
from osds.edges.github.waiting import Patience, Timer, WallTimer
from osds.errors import OutsideError, UsageError

if TYPE_CHECKING:
    from github.PullRequest import PullRequest
    from github.Repository import Repository

    from osds.edges.github.transport import Transport

API_URL = "https://api.github.com"

_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")

__all__ = ["API_URL", "Account", "GitHub", "GitHubRefusedError", "PullRequestFacts", "RepositoryFacts"]


@dataclass(frozen=True, kw_only=True)
class RepositoryFacts:
    """A repository as GitHub describes it to the token."""

    full_name: str
    default_branch: str
    clone_url: str
    html_url: str
    may_push: bool
    archived: bool
    fork_of: str | None


@dataclass(frozen=True, kw_only=True)
class Account:
    """Who a token belongs to."""

    login: str
    id: int


@dataclass(frozen=True, kw_only=True)
class PullRequestFacts:
    """One pull request. `head_repository` is None if its fork is gone."""

    number: int
    url: str
    title: str
    body: str
    open: bool
    merged: bool
    head_sha: str
    head_repository: str | None


class GitHub:
    """GitHub, or a GitHub Enterprise Server, as one token sees it.

    `pause` is the least time between two requests in seconds; writes keep four times that (GitHub asks for 1 second).
    """

    def __init__(
        self,
        api_url: str,
        token: str,
        *,
        pause: float = 0.25,
        timer: Timer | None = None,
        patience: Patience | None = None,
    ) -> None:
        from osds.edges.github.transport import Transport

        host = urlsplit(api_url)
        if host.scheme != "https" and not (host.scheme == "http" and _LOOPBACK.fullmatch(host.hostname or "")):
            raise UsageError(f"{api_url!r} is not the https URL of GitHub's API", next_step=f"GitHub's is {API_URL}")
        timer, patience = timer or WallTimer(), patience or Patience()
        self.transport: Transport = Transport(api_url.rstrip("/"), token, pause=pause, timer=timer, patience=patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.transport.close()

    def account(self) -> Account | None:
        """The user whom the token belongs to; None for the token of an app, which is no user."""
        from github.AuthenticatedUser import AuthenticatedUser

        try:
            with translated("GET /user"):
                user = AuthenticatedUser(self.transport, url="/user")
                return Account(login=user.login, id=user.id)
        except GitHubRefusedError as refusal:
            if refusal.status == 403 and not refusal.sign_on:  # "Resource not accessible by integration"
                return None
            raise

    def myself(self) -> Account:
        """Whose the token is, also if it is an app's: then the bot that its comments are from."""
        user = self.account()
        if user is not None:
            return user
        with translated("who the token's app is"):
            _, answer = self.transport.graphql_query("query { viewer { login databaseId } }", {})
            viewer = answer["data"]["viewer"]
            return Account(login=viewer["login"], id=viewer["databaseId"])

    def repository(self, full_name: str) -> RepositoryFacts:
        """The repository `owner/name`. Raises `GitHubRefusedError` (404) if the token sees none."""
        with translated(f"repository {full_name}"):
            return _repository(self.handle(full_name))

    def find_pull_request(self, registry: str, head: str) -> PullRequestFacts | None:
        """The pull request on `registry` from `head` (`owner:branch`): an open one, else the newest closed one."""
        with translated(f"pull requests of {registry}"):
            found = self.handle(registry).get_pulls(state="all", head=head, sort="created", direction="desc")
            # GitHub ignores a filter that it does not understand, so look again.
            pulls = [_pull_request(pull) for pull in found if pull.head.label.lower() == head.lower()]
        return next((pull for pull in pulls if pull.open), pulls[0] if pulls else None)

    def create_pull_request(self, registry: str, *, head: str, base: str, title: str, body: str) -> PullRequestFacts:
        """Open a pull request. If GitHub's answer is unclear, or says that there is one, look before trying again."""
        try:
            return self._create(registry, head, base, title, body)
        except (OutsideError, GitHubRefusedError) as problem:
            if isinstance(problem, GitHubRefusedError) and problem.status != 422:
                raise
            found = self.find_pull_request(registry, head)
            if found and found.open:
                return found
            if isinstance(problem, GitHubRefusedError):
                raise
        return self._create(registry, head, base, title, body)

    def update_pull_request(self, registry: str, number: int, *, title: str, body: str) -> None:
        """Give a pull request this title and body."""
        with translated(f"pull request {number} of {registry}"):
            self.handle(registry).get_pull(number).edit(title=title, body=body)

    def create_fork(self, full_name: str) -> RepositoryFacts:
        """The fork of a repository in the account of the token's user; GitHub answers with the one that is there."""
        try:
            return self._fork(full_name)
        except OutsideError:
            return self._fork(full_name)  # asking twice makes one fork

    def dispatch(self, full_name: str, event_type: str, payload: Mapping[str, Any]) -> None:
        """Start the workflows of a repository that listen to `repository_dispatch`. After an unclear failure it may have."""
        path = f"/repos/{quote(full_name, safe='/')}/dispatches"
        with translated(f"starting the workflows of {full_name}"):
            body = {"event_type": event_type, "client_payload": dict(payload)}
            self.transport.requestJsonAndCheck("POST", path, input=body)

    def handle(self, full_name: str) -> Repository:
        """PyGithub's object of a repository. It asks nothing before its facts are wanted."""
        from github.Repository import Repository

        return Repository(self.transport, url=f"/repos/{full_name}")

    def _create(self, registry: str, head: str, base: str, title: str, body: str) -> PullRequestFacts:
        with translated(f"new pull request on {registry}"):
            return _pull_request(self.handle(registry).create_pull(base=base, head=head, title=title, body=body))

    def _fork(self, full_name: str) -> RepositoryFacts:
        with translated(f"fork of {full_name}"):
            return _repository(self.handle(full_name).create_fork(default_branch_only=True))


def _repository(repository: Repository) -> RepositoryFacts:
    permissions = repository.permissions
    parent = repository.parent if repository.fork else None
    return RepositoryFacts(
        full_name=repository.full_name,
        default_branch=repository.default_branch,
        clone_url=repository.clone_url,
        html_url=repository.html_url,
        may_push=bool(permissions and permissions.push),
        archived=repository.archived,
        fork_of=parent.full_name if parent else None,
    )


def _pull_request(pull: PullRequest) -> PullRequestFacts:
    return PullRequestFacts(
        number=pull.number,
        url=pull.html_url,
        title=pull.title,
        body=(pull.body or "").replace("\r\n", "\n"),
        open=pull.state == "open",
        merged=pull.merged_at is not None,
        head_sha=pull.head.sha,
        head_repository=pull.head.repo.full_name if pull.head.repo else None,
    )
