"""What the double knows of accounts, tokens, repositories and conversations. Mutable on purpose: it is a server's state."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Json = dict[str, Any]
Level = Literal["none", "read", "write", "admin"]
LEVELS: tuple[Level, ...] = ("none", "read", "write", "admin")


@dataclass(eq=False)
class Account:
    """A user, an organisation or an app's bot. The id stays when the login changes."""

    id: int
    login: str
    type: Literal["User", "Organization", "Bot"] = "User"
    members: dict[str, str] = field(default_factory=dict)  # of an organisation: login to role


@dataclass(eq=False)
class Token:
    """What a token may do. `repositories` are full names; None for all that its account may use."""

    account: Account
    kind: Literal["classic", "fine-grained", "installation"] = "classic"
    permissions: dict[str, Level] = field(default_factory=dict)  # not of a classic token
    repositories: frozenset[str] | None = None
    scopes: tuple[str, ...] = ("public_repo",)  # of a classic token
    needs_sso: bool = False
    used: int = 0  # requests since `window`
    window: float = 0  # epoch seconds


@dataclass(eq=False)
class Repository:
    """One repository, with its real git folder."""

    id: int
    owner: Account
    name: str
    folder: Path
    roles: dict[str, Level] = field(default_factory=dict)  # login to level, beside the owner
    fork_of: Repository | None = None
    default_branch: str = "main"
    private: bool = False
    archived: bool = False
    has_issues: bool = True
    conversations: dict[int, Conversation] = field(default_factory=dict)
    statuses: list[Json] = field(default_factory=list)
    dispatches: list[Json] = field(default_factory=list)
    workflows: list[Workflow] = field(default_factory=list)
    actions: bool = True  # switched on
    pinned_only: bool = False  # actions must be named by a whole commit id
    ready_at: float = 0  # a fork is there before git can use it; epoch seconds

    @property
    def full_name(self) -> str:
        """`owner/name`, as it is today."""
        return f"{self.owner.login}/{self.name}"


@dataclass(eq=False)
class Run:
    """One run of a workflow. Times are epoch seconds; `conclusion` is None while it runs."""

    id: int
    created: float
    event: str = "schedule"
    conclusion: str | None = "success"


@dataclass(eq=False)
class Workflow:
    """What GitHub knows of a workflow beside its file. Times are epoch seconds."""

    id: int
    path: str
    created: float
    updated: float
    state: str = "active"
    runs: list[Run] = field(default_factory=list)


@dataclass(eq=False)
class Comment:
    """One comment on a conversation."""

    id: int
    author: Account
    body: str
    created: str


@dataclass(eq=False)
class Review:
    """One review of a pull request."""

    id: int
    author: Account
    state: str
    commit: str
    body: str
    submitted: str


@dataclass(eq=False)
class Pull:
    """What makes an issue a pull request. `head_repository` is None if it was deleted."""

    head_repository: Repository | None
    head_owner: str
    head_ref: str
    head_sha: str
    base_ref: str
    base_sha: str
    draft: bool = False
    merged_at: str | None = None
    merged_by: Account | None = None
    merge_sha: str | None = None
    reviews: list[Review] = field(default_factory=list)
    judged: tuple[str, str] | None = None  # head and base at which `mergeable` was computed
    mergeable: bool | None = None


@dataclass(eq=False)
class Conversation:
    """An issue or a pull request: they share one row of numbers."""

    id: int
    number: int
    author: Account
    title: str
    body: str
    created: str
    updated: str
    state: Literal["open", "closed"] = "open"
    closed: str | None = None
    labels: list[str] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    events: list[Json] = field(default_factory=list)
    pull: Pull | None = None


@dataclass
class Request:
    """One request as it arrived, and what became of it. Times are of the double's clock, in seconds."""

    method: str
    path: str
    query: dict[str, list[str]]
    authorization: str
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    at: float = 0
    status: int = 0  # 0 while it is answered, or if it never was

    @property
    def writes(self) -> bool:
        """True if it could change something: not a GET, and for git not the reading of objects."""
        reads = self.method in {"GET", "HEAD"} or self.path.endswith(("/git-upload-pack", "/graphql"))
        return not reads
