"""The issues of one repository on GitHub that this very account wrote. What anybody else wrote never comes out of here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from osds.edges.github.errors import translated
from osds.edges.github.github import Account, GitHub
from osds.errors import OutsideError

if TYPE_CHECKING:
    from github.Issue import Issue


@dataclass(frozen=True, kw_only=True)
class OwnIssue:
    """An open issue of ours."""

    number: int
    url: str
    title: str
    body: str


class OwnIssues:
    """The open issues that the token's account wrote on `repository` (OWNER/NAME).

    A write whose fate is unclear is looked for before it is tried again, so that nothing is written twice.
    """

    def __init__(self, github: GitHub, repository: str) -> None:
        self.repository = repository
        self._github = github

    def find(self, wanted: Callable[[OwnIssue], bool]) -> OwnIssue | None:
        """The oldest open issue of ours that is `wanted`."""
        from github.NamedUser import NamedUser

        me = self._github.myself()
        with translated(f"issues of {self.repository}"):
            author = NamedUser(self._github.transport, attributes={"login": me.login, "id": me.id})
            found = self._github.handle(self.repository).get_issues(
                state="open", creator=author, sort="created", direction="asc"
            )
            ours = (_issue(issue) for issue in found if _is_ours(issue, me))
            return next((issue for issue in ours if wanted(issue)), None)

    def open(self, title: str, body: str, wanted: Callable[[OwnIssue], bool]) -> OwnIssue:
        """A new issue. After an unclear failure it looks for one that is `wanted`, and takes that."""
        try:
            return self._open(title, body)
        except OutsideError:
            return self.find(wanted) or self._open(title, body)

    def edit(self, issue: OwnIssue, body: str) -> None:
        """Give an issue this text; doing it twice is the same as once."""
        with translated(f"issue {issue.number} of {self.repository}"):
            self._handle(issue.number).edit(body=body)

    def close(self, issue: OwnIssue, comment: str) -> None:
        """Say why, unless it was said already, and close the issue."""
        me = self._github.myself()
        with translated(f"closing issue {issue.number} of {self.repository}"):
            handle = self._handle(issue.number)
            said = (c.body for c in handle.get_comments() if c.user and c.user.id == me.id)
            if comment.rstrip() not in {(body or "").replace("\r\n", "\n").rstrip() for body in said}:
                handle.create_comment(comment)
            handle.edit(state="closed")

    def _open(self, title: str, body: str) -> OwnIssue:
        with translated(f"new issue on {self.repository}"):
            return _issue(self._github.handle(self.repository).create_issue(title=title, body=body))

    def _handle(self, number: int) -> Issue:
        from github.Issue import Issue

        return Issue(self._github.transport, url=f"/repos/{self.repository}/issues/{number}")


def _is_ours(issue: Issue, me: Account) -> bool:
    """True for an issue of ours, false for a pull request, which GitHub lists among them."""
    return bool(issue.user) and issue.user.id == me.id and "/pull/" not in issue.html_url


def _issue(issue: Issue) -> OwnIssue:
    body = (issue.body or "").replace("\r\n", "\n")
    return OwnIssue(number=issue.number, url=issue.html_url, title=issue.title, body=body)
