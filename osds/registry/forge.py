"""What the registry's check and merger need of a forge such as GitHub: the conversations, and who is who.

git moves the content, so nothing here reads a file or a diff. The values are what the forge itself vouches for: numeric
ids, which stay when logins change, and never a title, a branch name or the author of a commit. Everything else in them
is a stranger's text. `osds.edges.github.forge.GitHubForge` speaks to GitHub; tests keep a forge of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Person:
    """An account: a user, an organisation or an app. Two of them are the same if their ids are."""

    id: int
    login: str


class RequestKind(StrEnum):
    """How somebody asks a registry for something."""

    PULL_REQUEST = "pull request"
    ISSUE = "issue"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One open pull request or registration issue. Both share one row of numbers.

    `author` is None if the account is gone. `head` is the commit that a pull request ends with now, `base` the branch
    that it asks for; both are empty for an issue. `body` is the text of an issue, at most 65 536 characters; a pull
    request's is not read. `labels` are the names of the labels that are on it now.
    """

    number: int
    kind: RequestKind
    author: Person | None
    url: str
    created: datetime  # with its zone
    head: str = ""
    base: str = ""
    draft: bool = False
    labels: tuple[str, ...] = ()
    body: str = field(default="", repr=False)


class Verdict(StrEnum):
    """What a review says. A review that only comments says nothing."""

    APPROVED = "approved"
    CHANGES_REQUESTED = "changes requested"


@dataclass(frozen=True, kw_only=True)
class Review:
    """The newest review of one person that says something and was not dismissed. `commit` is what it looked at."""

    author: Person
    verdict: Verdict
    commit: str


@dataclass(frozen=True, kw_only=True)
class Label:
    """A label that is on a request now, who put it there last, and when. `by` is None if that account is gone."""

    name: str
    by: Person | None
    time: datetime  # with its zone


@dataclass(frozen=True, kw_only=True)
class Comment:
    """A comment that this very account wrote earlier. Comments of anybody else never come here, whatever they say."""

    id: int
    body: str


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """What was said on one request. Without labels on it, nobody has to be asked who put them there."""

    reviews: tuple[Review, ...] = ()
    labels: tuple[Label, ...] = ()
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DatasetRepository:
    """A repository as the forge knows it today, after redirects.

    `url` is the https address by which a catalog names it, without `.git`; `clone_url` is where git reads it.
    """

    id: int
    url: str
    clone_url: str
    full_name: str  # OWNER/NAME, in the forge's own spelling
    owner: Person
    public: bool
    archived: bool = False


class Forge(Protocol):
    """One registry on a forge. Every call may raise `OutsideError` (worth another try) or `UsageError` (refused).

    Reading calls may be repeated freely. Writing calls look before they try again, so that none is done twice.
    """

    @property
    def registry(self) -> str:
        """The registry itself, `OWNER/NAME`."""

    @property
    def server_url(self) -> str:
        """How catalogs begin the address of a repository on this forge: `https://github.com`, without a slash at its end."""

    def pull_requests(self) -> Iterator[Request]:
        """All open pull requests on the registry's default branch, in the order of their numbers."""

    def issues(self, label: str) -> Iterator[Request]:
        """All open issues (not pull requests) with this label, in the order of their numbers."""

    def pull_request(self, number: int) -> Request:
        """One pull request, open or not."""

    def conversation(self, request: Request) -> Conversation:
        """Reviews and labels of a request, and our own comments on it."""

    def repository(self, url: str) -> DatasetRepository | None:
        """The repository at an https address of this forge, following redirects; None if this account sees none."""

    def may_write(self, full_name: str, person: Person) -> bool | None:
        """Whether the person may write to the repository `OWNER/NAME`; None if the forge does not tell us."""

    def comment(self, number: int, body: str) -> None:
        """Write a new comment on a request. After an unclear failure it looks for a comment of ours with this text."""

    def edit_comment(self, comment: Comment, body: str) -> None:
        """Give an earlier comment of ours this text."""

    def close(self, request: Request) -> None:
        """Close a request; closing a closed one is no error."""
