"""A forge of our own for tests: conversations in memory, pull requests as refs of a real bare repository.

It keeps to the contract of `osds.registry.forge.Forge` and counts every write. `before` runs ahead of each call, so that
a test can let it fail, wait, or change the world at that moment.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

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
from tests.edges.git_backend import git, make_bare


@dataclass
class OwnForge:
    """One registry and the datasets around it. `clock` gives the time of what is done here."""

    root: Path
    clock: Callable[[], datetime]
    registry: str = "os-team/registry"
    server_url: str = "https://github.com"
    keepers: set[int] = field(default_factory=set)
    people: dict[str, Person] = field(default_factory=dict)
    repositories: dict[str, DatasetRepository] = field(default_factory=dict)  # by address in lower case
    writers: dict[str, set[int]] = field(default_factory=dict)  # by full name
    requests: dict[int, Request] = field(default_factory=dict)
    is_open: dict[int, bool] = field(default_factory=dict)
    said: dict[int, list[Comment]] = field(default_factory=dict)
    reviews: dict[int, list[Review]] = field(default_factory=dict)
    labels: dict[int, list[Label]] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    before: Callable[[str, int], None] = lambda _call, _number: None
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def folder(self) -> Path:
        """The registry's bare repository."""
        return self.root / "registry.git"

    # What tests set up.

    def person(self, login: str) -> Person:
        """Somebody; made when first named."""
        with self.lock:
            return self.people.setdefault(login, Person(id=len(self.people) + 1, login=login))

    def add_dataset(self, full_name: str, *, name: str | None = None, claim: str | None = None) -> str:
        """A public dataset with a descriptor, and an osds.yml where it claims a registry; its address."""
        owner, _, repository = full_name.partition("/")
        folder = self.root / "datasets" / f"{full_name}.git"
        folder.parent.mkdir(parents=True, exist_ok=True)
        files = {"datapackage.json": f'{{"name": "{name or repository}"}}'.encode()}
        make_bare(folder, files | ({"osds.yml": f"registry: {claim}\n".encode()} if claim else {}))
        url = f"{self.server_url}/{full_name}"
        with self.lock:
            self.repositories[url.lower()] = DatasetRepository(
                id=1000 + len(self.repositories),
                url=url,
                clone_url=str(folder),
                full_name=full_name,
                owner=self.person(owner),
                public=True,
            )
        return url

    def ask(self, login: str, head: str, **facts: object) -> int:
        """A pull request that ends with the commit `head` of the registry's repository; its number."""
        with self.lock:
            number = len(self.requests) + 1
            git(self.folder, "update-ref", f"refs/pull/{number}/head", head)
            request = Request(
                number=number,
                kind=RequestKind.PULL_REQUEST,
                author=self.person(login),
                url=f"{self.server_url}/{self.registry}/pull/{number}",
                created=self.clock(),
                head=head,
                base="main",
            )
            self.requests[number] = replace(request, **facts)  # type: ignore[arg-type]
            self.is_open[number] = True
            return number

    def open_issue(self, login: str, body: str, *labels: str) -> int:
        """A registration issue; its number."""
        with self.lock:
            number = len(self.requests) + 1
            url = f"{self.server_url}/{self.registry}/issues/{number}"
            self.requests[number] = Request(
                number=number,
                kind=RequestKind.ISSUE,
                author=self.person(login),
                url=url,
                created=self.clock(),
                labels=labels or ("register",),
                body=body,
            )
            self.is_open[number] = True
            return number

    def push(self, number: int, head: str) -> None:
        """The pull request ends with another commit now."""
        git(self.folder, "update-ref", f"refs/pull/{number}/head", head)
        self.requests[number] = replace(self.requests[number], head=head)

    def review(self, number: int, login: str, verdict: Verdict, *, commit: str | None = None) -> None:
        """Somebody reviews a pull request."""
        looked_at = commit or self.requests[number].head
        self.reviews.setdefault(number, []).append(Review(author=self.person(login), verdict=verdict, commit=looked_at))

    def label(self, number: int, login: str, name: str) -> None:
        """Somebody labels a request."""
        self.labels.setdefault(number, []).append(Label(name=name, by=self.person(login), time=self.clock()))
        request = self.requests[number]
        self.requests[number] = replace(request, labels=(*request.labels, name))

    # The contract.

    def pull_requests(self) -> Iterator[Request]:
        self.before("pull_requests", 0)
        with self.lock:
            found = [r for n, r in sorted(self.requests.items()) if self.is_open[n] and r.head]
        yield from found

    def issues(self, label: str) -> Iterator[Request]:
        with self.lock:
            found = [r for n, r in sorted(self.requests.items()) if self.is_open[n] and not r.head]
        yield from (request for request in found if label in request.labels)

    def pull_request(self, number: int) -> Request:
        return self.requests[number]

    def conversation(self, request: Request) -> Conversation:
        self.before("conversation", request.number)
        with self.lock:
            number = request.number
            return Conversation(
                reviews=tuple(self.reviews.get(number, ())),
                labels=tuple(self.labels.get(number, ())),
                comments=tuple(self.said.get(number, ())),
            )

    def repository(self, url: str) -> DatasetRepository | None:
        self.before("repository", 0)
        return self.repositories.get(url.lower())

    def may_write(self, full_name: str, person: Person) -> bool | None:
        if full_name == self.registry:
            return person.id in self.keepers
        return person.id in self.writers[full_name] if full_name in self.writers else None

    def comment(self, number: int, body: str) -> None:
        self._write("comment", number)
        with self.lock:
            said = self.said.setdefault(number, [])
            said.append(Comment(id=1000 * number + len(said), body=body))

    def edit_comment(self, comment: Comment, body: str) -> None:
        number = comment.id // 1000
        self._write("edit_comment", number)
        with self.lock:
            self.said[number] = [replace(c, body=body) if c.id == comment.id else c for c in self.said[number]]

    def close(self, request: Request) -> None:
        if self.is_open[request.number]:
            self._write("close", request.number)
            self.is_open[request.number] = False

    def _write(self, call: str, number: int) -> None:
        self.before(call, number)
        with self.lock:
            self.writes.append(f"{call} {number}")
