"""GitHub as the forge of a registry: what its check and its merger ask, by PyGithub.

Nothing here trusts a title, a branch name or a commit's author: people are the numeric ids that GitHub vouches for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from osds.edges.github.errors import GitHubRefusedError, translated
from osds.edges.github.github import GitHub
from osds.errors import OutsideError
from osds.registry.forge import (
    Comment,
    Conversation,
    DatasetRepository,
    Label,
    Person,
    Request,
    RequestKind,
    Review,
    Verdict,
)

if TYPE_CHECKING:
    from github.Issue import Issue
    from github.NamedUser import NamedUser
    from github.Organization import Organization
    from github.PullRequest import PullRequest

_VERDICTS = {"APPROVED": Verdict.APPROVED, "CHANGES_REQUESTED": Verdict.CHANGES_REQUESTED}


class GitHubForge:
    """The registry `OWNER/NAME` on GitHub, as one token sees it. It implements `osds.registry.forge.Forge`.

    `server_url` is how catalogs begin the address of a repository there; by default it follows from the API's address.
    """

    def __init__(self, github: GitHub, registry: str, *, server_url: str | None = None) -> None:
        self.registry = registry
        self.server_url = (server_url or _server_of(github.transport.base_url)).rstrip("/")
        self._github = github

    @cached_property
    def _myself(self) -> Person:
        account = self._github.myself()
        return Person(id=account.id, login=account.login)

    def pull_requests(self) -> Iterator[Request]:
        """All open pull requests on the registry's default branch, in the order of their numbers."""
        base = self._github.repository(self.registry).default_branch
        with translated(f"pull requests of {self.registry}"):
            found = self._github.handle(self.registry).get_pulls(
                state="open", base=base, sort="created", direction="asc"
            )
            yield from (_pull_request(pull) for pull in found)

    def issues(self, label: str) -> Iterator[Request]:
        """All open issues with this label, in the order of their numbers. GitHub lists pull requests among them."""
        with translated(f"issues of {self.registry}"):
            registry = self._github.handle(self.registry)
            found = registry.get_issues(state="open", labels=[label], sort="created", direction="asc")
            yield from (_issue(issue) for issue in found if "/pull/" not in urlsplit(issue.html_url).path)

    def pull_request(self, number: int) -> Request:
        """One pull request, open or not."""
        with translated(f"pull request {number} of {self.registry}"):
            return _pull_request(self._pull(number))

    def conversation(self, request: Request) -> Conversation:
        """Reviews and labels of a request, and our own comments on it."""
        with translated(f"conversation {request.number} of {self.registry}"):
            reviewed = request.kind is RequestKind.PULL_REQUEST
            return Conversation(
                reviews=_reviews(self._pull(request.number)) if reviewed else (),
                labels=_labels(self._issue(request.number), request) if request.labels else (),
                comments=self._comments(request.number),
            )

    def repository(self, url: str) -> DatasetRepository | None:
        """The repository at an https address of this forge, following redirects; None if this account sees none."""
        full_name = url.removeprefix(f"{self.server_url}/")
        if full_name == url or full_name.count("/") != 1:
            return None
        try:
            with translated(f"repository {full_name}"):
                found = self._github.handle(quote(full_name, safe="/"))
                return DatasetRepository(
                    id=found.id,
                    url=f"{self.server_url}/{found.full_name}",
                    clone_url=found.clone_url,
                    full_name=found.full_name,
                    owner=_person(found.owner),
                    public=not found.private,
                    archived=found.archived,
                )
        except GitHubRefusedError as refusal:
            if refusal.status in {404, 451}:
                return None
            raise

    def may_write(self, full_name: str, person: Person) -> bool | None:
        """Whether the person may write to a repository; None if GitHub does not tell, as it does only to its writers."""
        path = f"/repos/{quote(full_name, safe='/')}/collaborators/{quote(person.login, safe='')}/permission"
        try:
            with translated(f"rights of {person.login} on {full_name}"):
                _, told = self._github.transport.requestJsonAndCheck("GET", path)
        except GitHubRefusedError as refusal:
            if refusal.status in {403, 404}:
                return None
            raise
        if (told.get("user") or {}).get("id") != person.id:  # the login is somebody else's by now
            return None
        return told["permission"] in {"admin", "write"}

    def comment(self, number: int, body: str) -> None:
        """Write a new comment on a request. After an unclear failure it looks for a comment of ours with this text."""
        try:
            self._comment(number, body)
        except OutsideError:
            if not any(comment.body.rstrip() == body.rstrip() for comment in self._comments(number)):
                self._comment(number, body)

    def edit_comment(self, comment: Comment, body: str) -> None:
        """Give an earlier comment of ours this text."""
        from github.IssueComment import IssueComment

        with translated(f"comment {comment.id} of {self.registry}"):
            IssueComment(self._github.transport, url=f"/repos/{self.registry}/issues/comments/{comment.id}").edit(body)

    def close(self, request: Request) -> None:
        """Close a request; closing a closed one is no error."""
        with translated(f"closing {request.number} of {self.registry}"):
            if request.kind is RequestKind.PULL_REQUEST:
                self._pull(request.number).edit(state="closed")
            else:
                self._issue(request.number).edit(state="closed")

    def _comment(self, number: int, body: str) -> None:
        with translated(f"new comment on {number} of {self.registry}"):
            self._issue(number).create_comment(body)

    def _comments(self, number: int) -> tuple[Comment, ...]:
        with translated(f"comments on {number} of {self.registry}"):
            said = [c for c in self._issue(number).get_comments() if c.user and c.user.id == self._myself.id]
            return tuple(Comment(id=c.id, body=_text(c.body)) for c in said)

    def _issue(self, number: int) -> Issue:
        from github.Issue import Issue

        return Issue(self._github.transport, url=f"/repos/{self.registry}/issues/{number}")

    def _pull(self, number: int) -> PullRequest:
        from github.PullRequest import PullRequest

        return PullRequest(self._github.transport, url=f"/repos/{self.registry}/pulls/{number}")


def _server_of(api_url: str) -> str:
    """The web address beside an API's: github.com's, or that of a GitHub Enterprise Server, whose API is below it."""
    parts = urlsplit(api_url)
    host = parts.netloc.removeprefix("api.") if not parts.path.strip("/") else parts.netloc
    return f"{parts.scheme}://{host}"


def _pull_request(pull: PullRequest) -> Request:
    return Request(
        number=pull.number,
        kind=RequestKind.PULL_REQUEST,
        author=_person(pull.user) if pull.user else None,
        url=pull.html_url,
        created=pull.created_at,
        head=pull.head.sha,
        base=pull.base.ref,
        draft=bool(pull.draft),
        labels=tuple(label.name for label in pull.labels),
    )


def _issue(issue: Issue) -> Request:
    return Request(
        number=issue.number,
        kind=RequestKind.ISSUE,
        author=_person(issue.user) if issue.user else None,
        url=issue.html_url,
        created=issue.created_at,
        labels=tuple(label.name for label in issue.labels),
        body=_text(issue.body),
    )


def _reviews(pull: PullRequest) -> tuple[Review, ...]:
    """The newest of each person that says something. One that was dismissed says nothing any more."""
    newest: dict[int, Review] = {}
    for review in pull.get_reviews():
        verdict = _VERDICTS.get(review.state)
        if verdict and review.user:
            person = _person(review.user)
            newest[person.id] = Review(author=person, verdict=verdict, commit=review.commit_id or "")
    return tuple(newest.values())


def _labels(issue: Issue, request: Request) -> tuple[Label, ...]:
    placed: dict[str, tuple[Person | None, datetime]] = {}
    for event in issue.get_events():
        if event.event == "labeled" and event.label:
            placed[event.label.name] = (_person(event.actor) if event.actor else None, event.created_at)
    unknown = (None, request.created)
    found = ((name, *placed.get(name, unknown)) for name in request.labels)
    return tuple(Label(name=name, by=by, time=time) for name, by, time in found)


def _person(user: NamedUser | Organization) -> Person:
    return Person(id=user.id, login=user.login)


def _text(body: str | None) -> str:
    """The web form sends its line ends as CR LF."""
    return (body or "").replace("\r\n", "\n")
