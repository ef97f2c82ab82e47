"""The state of the double, for tests to set up and to look at, and its rules of who may do what."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from tests.edges.git_backend import make_bare
from tests.edges.http_faults import Fault
from tests.forge import git_side
from tests.forge.clock import FakeTimer
from tests.forge.contract import Contract
from tests.forge.routing import RefusedError
from tests.forge.values import LEVELS, Account, Conversation, Level, Repository, Request, Token, Workflow


@dataclass
class Forge:
    """One GitHub. `timer` is its clock; `limit` the requests that a token has in an hour."""

    root: Path
    timer: FakeTimer = field(default_factory=FakeTimer)
    contract: Contract | None = None
    url: str = ""
    api_at: str | None = None  # the address of the API where it is not below `url`
    limit: int = 5000
    hasty_after: int | None = None  # so many writes in a minute are too many; GitHub says 80
    fork_seconds: float = 0  # until git can use a new fork
    tokens: dict[str, Token] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)  # by login in lower case
    repositories: dict[str, Repository] = field(default_factory=dict)  # by full name as it is today
    moved: dict[str, int] = field(default_factory=dict)  # by an earlier full name in lower case: id
    requests: list[Request] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)  # where a request or an answer is not what GitHub describes
    faults: dict[tuple[str, str], list[Fault]] = field(default_factory=dict)  # (method, end of path): in this order
    lot: Any = None  # a `plan.Plan` that lets any request fail
    closed_until: float = 0  # until when no client may ask, as the last answers said
    early: list[Request] = field(default_factory=list)  # those that asked before that
    clone_url: str | None = None  # a lie about where the repositories are
    lock: threading.RLock = field(default_factory=threading.RLock)
    _ids: count[int] = field(default_factory=lambda: count(1000))

    @property
    def api_url(self) -> str:
        """By default as on a GitHub Enterprise Server."""
        return self.api_at or f"{self.url}/api/v3"

    def next_id(self) -> int:
        """An id that nothing has."""
        return next(self._ids)

    def time(self) -> str:
        """The present time, as GitHub writes it."""
        return datetime.fromtimestamp(self.timer.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def add_account(self, login: str, *, token: str | None = None, id: int | None = None, **facts: Any) -> Account:  # noqa: A002
        """An account, and a classic token of it."""
        account = Account(id=id or self.next_id(), login=login, **facts)
        self.accounts[login.lower()] = account
        if token:
            self.tokens[token] = Token(account=account)
        return account

    def add_app(self, slug: str, *, token: str, repositories: set[str], **permissions: Level) -> Account:
        """An app, and the token of its installation on some repositories."""
        bot = self.add_account(f"{slug}[bot]", type="Bot")
        given: dict[str, Level] = {"metadata": "read", **permissions}
        chosen = frozenset(name.lower() for name in repositories)
        self.tokens[token] = Token(account=bot, kind="installation", permissions=given, repositories=chosen)
        return bot

    def add_fine_grained(self, login: str, *, token: str, repositories: set[str], **permissions: Level) -> None:
        """A fine-grained token of a user, for some repositories."""
        given: dict[str, Level] = {"metadata": "read", **permissions}
        chosen = frozenset(name.lower() for name in repositories)
        owner = self.accounts[login.lower()]
        self.tokens[token] = Token(account=owner, kind="fine-grained", permissions=given, repositories=chosen)

    def add(self, full_name: str, files: dict[str, bytes], *, writers: set[str] | None = None) -> Repository:
        """A repository whose branch `main` has one commit with these files; its owner is made if need be."""
        owner, _, name = full_name.partition("/")
        account = self.accounts.get(owner.lower()) or self.add_account(owner, type="Organization")
        number = self.next_id()
        folder = self.root / "git" / f"{number}.git"
        folder.parent.mkdir(parents=True, exist_ok=True)
        make_bare(folder, files)
        found = Repository(
            id=number, owner=account, name=name, folder=folder, roles=dict.fromkeys(writers or (), "write")
        )
        self.repositories[full_name] = found
        return found

    def add_workflow(self, full_name: str, path: str, *, age: float = 0, state: str = "active") -> Workflow:
        """Let GitHub know a workflow, since `age` seconds."""
        since = self.timer.now() - age
        workflow = Workflow(id=self.next_id(), path=path, created=since, updated=since, state=state)
        self.repositories[full_name].workflows.append(workflow)
        return workflow

    def rename(self, old: str, new: str) -> None:
        """Give a repository another name or owner; the old name leads to it from now on."""
        repository = self.repositories.pop(old)
        owner, _, repository.name = new.partition("/")
        repository.owner = self.accounts.get(owner.lower()) or self.add_account(owner)
        self.repositories[new] = repository
        self.moved[old.lower()] = repository.id

    def find(self, full_name: str) -> Repository | None:
        """A repository by its name of today, in any case; raises the redirect of an earlier name."""
        wanted = full_name.lower()
        found = next((r for name, r in self.repositories.items() if name.lower() == wanted), None)
        if found is None and wanted in self.moved:
            raise MovedError(self.moved[wanted])
        return found

    def by_id(self, number: int) -> Repository | None:
        """A repository by its id."""
        return next((r for r in self.repositories.values() if r.id == number), None)

    def writes(self) -> list[str]:
        """Method and path of every request so far that could change something."""
        return [f"{r.method} {r.path}" for r in self.requests if r.writes]

    def pulls(self, full_name: str = "os-team/registry") -> list[Conversation]:
        """All pull requests of a repository, in the order of their numbers."""
        found = self.repositories[full_name].conversations
        return [found[number] for number in sorted(found) if found[number].pull is not None]

    def role(self, account: Account | None, repository: Repository) -> Level:
        """What an account may do in a repository by itself."""
        least: Level = "none" if repository.private else "read"
        if account is None:
            return least
        if account is repository.owner or repository.owner.members.get(account.login) == "admin":
            return "admin"
        return max(repository.roles.get(account.login, least), least, key=LEVELS.index)

    def check(self, token: Token | None, repository: Repository | None, area: str, level: Level) -> None:
        """Refuse as GitHub does, unless the token may use an area (`contents`, `pull_requests`, …) at this level."""
        account = token.account if token else None
        if repository is None or (repository.private and not self._sees(token, repository)):
            raise RefusedError(404, "Not Found")
        if LEVELS.index(level) <= LEVELS.index("read"):
            return
        if token is None or account is None:
            raise RefusedError(401, "Requires authentication")
        if token.needs_sso and repository.owner.type == "Organization":
            raise RefusedError(
                403, _SSO, headers={"X-GitHub-SSO": f"required; url={self.url}/orgs/x/sso?authorization_request=A"}
            )
        if repository.archived:
            raise RefusedError(403, "Repository was archived so is read-only.")
        if token.kind != "classic":
            self._check_grant(token, repository, area, level)
        elif not {"repo", "public_repo"} & set(token.scopes):
            raise RefusedError(404, "Not Found")
        if token.kind != "installation" and self._lacks(account, repository, area, level):
            raise RefusedError(403, "Must have push access to repository")

    def _lacks(self, account: Account, repository: Repository, area: str, level: Level) -> bool:
        """Anybody may open a pull request or an issue and comment on it, where they can read."""
        needed: Level = "read" if area in {"pull_requests", "issues"} and level == "write" else level
        return LEVELS.index(self.role(account, repository)) < LEVELS.index(needed)

    def _check_grant(self, token: Token, repository: Repository, area: str, level: Level) -> None:
        by = "integration" if token.kind == "installation" else "personal access token"
        chosen = token.repositories is None or repository.full_name.lower() in token.repositories
        granted = token.permissions.get(area, "none") if chosen else "none"
        if LEVELS.index(granted) < LEVELS.index(level):
            raise RefusedError(403, f"Resource not accessible by {by}")

    def _sees(self, token: Token | None, repository: Repository) -> bool:
        if token is None:
            return False
        if token.kind != "classic" and token.repositories is not None:
            return repository.full_name.lower() in token.repositories
        return self.role(token.account, repository) != "none"

    def pushed(self, repository: Repository) -> None:
        """After branches moved: let pull requests follow, close those whose branch is gone, see what was merged."""
        for base in list(self.repositories.values()):
            for conversation in base.conversations.values():
                pull = conversation.pull
                if pull and conversation.state == "open" and repository in {base, pull.head_repository}:
                    self._follow(base, conversation)

    def _follow(self, base: Repository, conversation: Conversation) -> None:
        pull = conversation.pull
        assert pull is not None
        head = git_side.tip(pull.head_repository.folder, pull.head_ref) if pull.head_repository else None
        if head is not None and head != pull.head_sha and pull.head_repository is not None:
            git_side.take_head(base.folder, pull.head_repository.folder, pull.head_ref, conversation.number)
            pull.head_sha = head
        if git_side.is_ancestor(base.folder, pull.head_sha, pull.base_ref):
            pull.merged_at, pull.merge_sha = self.time(), git_side.tip(base.folder, pull.base_ref)
        if head is None or pull.merged_at:
            conversation.state, conversation.closed = "closed", self.time()


class MovedError(Exception):
    """Raised if a repository is asked for by an earlier name."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


_SSO = (
    "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to an "
    "organization within this enterprise."
)
