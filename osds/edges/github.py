"""GitHub's conversations, by PyGithub: what a repository allows, forks, and osds's own pull requests.

git moves the content; this module only talks. Every failure is translated: a refusal becomes `GitHubRefusedError`, anything
that another try may heal an `OutsideError`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from osds.errors import OutsideError, UsageError

if TYPE_CHECKING:
    from github import Github, GithubException
    from github.PullRequest import PullRequest
    from github.Repository import Repository

API_URL = "https://api.github.com"

_TIMEOUT = 30  # seconds
_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class GitHubRefusedError(UsageError):
    """Raised if GitHub understood and said no: 401, 403, 404, 409, 410 or 422. Another try gives the same answer."""

    def __init__(self, what: str, *, status: int, next_step: str) -> None:
        super().__init__(what, next_step=next_step)
        self.status = status


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

    def __init__(self, api_url: str, token: str, *, pause: float = 0.25) -> None:
        from github import Auth, Github

        from osds.edges.github_retry import MAX_WAIT, BoundedRetry, Budget

        host = urlsplit(api_url)
        if host.scheme != "https" and not (host.scheme == "http" and _LOOPBACK.fullmatch(host.hostname or "")):
            raise UsageError(f"{api_url!r} is not the https URL of GitHub's API", next_step=f"GitHub's is {API_URL}")
        self._github: Github = Github(
            base_url=api_url.rstrip("/"),
            auth=Auth.Token(token),
            timeout=_TIMEOUT,
            user_agent="osds",
            retry=BoundedRetry(budget=Budget(MAX_WAIT), backoff_factor=4 * pause),
            seconds_between_requests=pause,
            seconds_between_writes=4 * pause,
            lazy=True,  # a repository is only asked for when its facts are
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._github.close()

    def account(self) -> Account | None:
        """The user whom the token belongs to; None for the token of an app, which is no user."""
        try:
            with _translated("GET /user"):
                user = self._github.get_user()
                return Account(login=user.login, id=user.id)
        except GitHubRefusedError as refusal:
            if refusal.status == 403:  # "Resource not accessible by integration"
                return None
            raise

    def repository(self, full_name: str) -> RepositoryFacts:
        """The repository `owner/name`. Raises `GitHubRefusedError` (404) if the token sees none."""
        with _translated(f"repository {full_name}"):
            return _repository(self._repo(full_name))

    def find_pull_request(self, registry: str, head: str) -> PullRequestFacts | None:
        """The pull request on `registry` from `head` (`owner:branch`): an open one, else the newest closed one."""
        with _translated(f"pull requests of {registry}"):
            found = self._repo(registry).get_pulls(state="all", head=head, sort="created", direction="desc")
            pulls = [_pull_request(pull) for pull in found.get_page(0)]
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
        with _translated(f"pull request {number} of {registry}"):
            self._repo(registry).get_pull(number).edit(title=title, body=body)

    def create_fork(self, full_name: str) -> RepositoryFacts:
        """The fork of a repository in the account of the token's user; GitHub answers with the one that is there."""
        with _translated(f"fork of {full_name}"):
            return _repository(self._repo(full_name).create_fork(default_branch_only=True))

    def _create(self, registry: str, head: str, base: str, title: str, body: str) -> PullRequestFacts:
        with _translated(f"new pull request on {registry}"):
            return _pull_request(self._repo(registry).create_pull(base=base, head=head, title=title, body=body))

    def _repo(self, full_name: str) -> Repository:
        return self._github.get_repo(full_name)


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


@contextmanager
def _translated(what: str) -> Iterator[None]:
    from github import GithubException
    from requests import RequestException

    try:
        yield
    except GithubException as error:
        raise _refusal(what, error) from error
    except RequestException as error:
        reason = _one_line(str(error))
        raise OutsideError(f"GitHub did not answer ({what}): {reason}", next_step="Try again") from error


def _refusal(what: str, error: GithubException) -> GitHubRefusedError | OutsideError:
    from github import RateLimitExceededException

    message = error.data.get("message", "") if isinstance(error.data, dict) else ""
    said = _one_line(f"GitHub answered {error.status} ({what}): {message}")
    if isinstance(error, RateLimitExceededException) or error.status == 429:
        return OutsideError(said, next_step="The token's rate limit is used up: try again in an hour")
    if error.status in _NEXT_STEPS:
        return GitHubRefusedError(said, status=error.status, next_step=_NEXT_STEPS[error.status])
    return OutsideError(said, next_step="Try again")


_NEXT_STEPS = {
    401: "The token is wrong or has expired: make a new one",
    403: "The token may not do this. A workflow's own GITHUB_TOKEN cannot reach another repository: "
    "use a GitHub App's token or a classic token with the scope public_repo",
    404: "Check the name; if the repository is private, the token must be allowed to see it",
    409: "Look at the repository on GitHub: it may be empty or archived",
    410: "Pull requests or issues are switched off there: ask the registry's keepers",
    422: "Look at the pull requests of the registry on GitHub",
}


def _one_line(text: str) -> str:
    return _UNPRINTABLE.sub(" ", text).strip()[:300]
