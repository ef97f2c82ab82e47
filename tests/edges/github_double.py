"""A small GitHub on loopback: the REST calls that osds makes, and real git repositories behind `git http-backend`.

It answers as GitHub does where osds could notice: 401 for a bad token, 404 for what the token may not see, 403 for a
push without right, 422 for a second pull request or a branch that is not there. It records every request, and can be
told to fail in chosen ways.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.edges.git_backend import git, is_ancestor, make_bare, run_backend, tip
from tests.edges.http_faults import Fault, send

Json = dict[str, Any]


@dataclass
class Repository:
    """One repository of the double. `writers` are logins; `hidden` answers 404 to everybody else."""

    full_name: str
    folder: Path
    writers: set[str]
    fork_of: str | None = None
    archived: bool = False
    hidden: bool = False


@dataclass
class Request:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    authorization: str
    body: Json | None = None

    @property
    def writes(self) -> bool:
        """True if it could change something: not a GET, and for git not the reading of objects."""
        return self.method != "GET" and not self.path.endswith("/git-upload-pack")


@dataclass
class GitHubDouble:
    """The state of the server, for tests to set up and to look at."""

    root: Path
    url: str = ""
    users: dict[str, tuple[str, int]] = field(default_factory=dict)  # token: login, id
    apps: set[str] = field(default_factory=set)  # tokens of apps: no user behind them; they may write everywhere
    repositories: dict[str, Repository] = field(default_factory=dict)
    pulls: list[Json] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    faults: dict[tuple[str, str], list[Fault]] = field(default_factory=dict)  # (method, end of path): in this order
    clone_url: str | None = None  # a lie about where the repositories are
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def api_url(self) -> str:
        """As on a GitHub Enterprise Server."""
        return f"{self.url}/api/v3"

    def add(self, full_name: str, files: dict[str, bytes], *, writers: set[str] | None = None) -> Repository:
        """A repository whose branch `main` has one commit with these files."""
        folder = self.root / "git" / f"{full_name}.git"
        folder.parent.mkdir(parents=True, exist_ok=True)
        make_bare(folder, files)
        self.repositories[full_name] = Repository(full_name=full_name, folder=folder, writers=writers or set())
        return self.repositories[full_name]

    def writes(self) -> list[str]:
        """Method and path of every request so far that could change something."""
        return [f"{r.method} {r.path}" for r in self.requests if r.writes]

    def login(self, authorization: str) -> str | None:
        """Who sent a request; empty for an app, None for nobody. Raises `PermissionError` for a bad token."""
        kind, _, value = authorization.partition(" ")
        token = base64.b64decode(value).decode().partition(":")[2] if kind == "Basic" else value
        if not token:
            return None
        if token in self.apps:
            return ""
        if token not in self.users:
            raise PermissionError(token)
        return self.users[token][0]

    def sha(self, repository: Repository, branch: str) -> str | None:
        """The tip of a branch."""
        return tip(repository.folder, branch)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes: no waiting in between
    double: GitHubDouble

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class names it so)
        """Say nothing."""

    def handle_one(self) -> None:
        """Read a request, record it, fail as told, or answer."""
        parts = urlsplit(self.path)
        self.content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_api = parts.path.startswith("/api/v3/")
        body = json.loads(self.content) if is_api and self.content else None
        authorization = self.headers.get("Authorization", "")
        request = Request(self.command, parts.path, parse_qs(parts.query), authorization, body)
        self.double.requests.append(request)
        key = next((k for k in self.double.faults if k[0] == self.command and parts.path.endswith(k[1])), None)
        fault = self.double.faults[key].pop(0) if key and self.double.faults[key] else None
        answer = partial(self.api, request) if is_api else partial(self.git, request, parts.query)
        if fault:
            fault(self, answer)
        else:
            answer()

    do_GET = do_POST = do_PATCH = handle_one  # noqa: N815 (http.server's names)

    def api(self, request: Request) -> None:
        """The REST API."""
        with self.double.lock:
            try:
                login = self.double.login(request.authorization.replace("token ", "Bearer "))
            except PermissionError:
                return send(self, 401, {"message": "Bad credentials"})
            status, body = self.route(request, login)
        return send(self, status, body)

    def route(self, request: Request, login: str | None) -> tuple[int, Any]:
        """Status and body for an API request."""
        path = request.path.removeprefix("/api/v3")
        if path == "/user":
            found = next((u for u in self.double.users.values() if u[0] == login), None)
            if found is None:
                return 403, {"message": "Resource not accessible by integration"}
            return 200, {"login": found[0], "id": found[1], "url": f"{self.double.api_url}/user"}
        match = re.fullmatch(r"/repos/([^/]+/[^/]+)(/pulls|/pulls/(\d+)|/forks)?", path)
        repository = self.double.repositories.get(match[1]) if match else None
        if match is None or repository is None or (repository.hidden and login not in repository.writers):
            return 404, {"message": "Not Found"}
        if match[2] == "/forks":
            return self.fork(repository, login)
        if match[2] == "/pulls":
            return self.open_pull(repository, request, login) if request.method == "POST" else self.list(request)
        if match[3]:
            return self.pull(int(match[3]), request, login, repository)
        return 200, self.facts(repository, login)

    def facts(self, repository: Repository, login: str | None) -> Json:
        """A repository as the API describes it."""
        push = login == "" or login in repository.writers
        parent = self.double.repositories[repository.fork_of] if repository.fork_of else None
        return {
            "full_name": repository.full_name,
            "name": repository.full_name.split("/")[1],
            "url": f"{self.double.api_url}/repos/{repository.full_name}",
            "html_url": f"{self.double.url}/{repository.full_name}",
            "clone_url": f"{self.double.clone_url or self.double.url}/{repository.full_name}.git",
            "default_branch": "main",
            "archived": repository.archived,
            "fork": parent is not None,
            "permissions": {"admin": False, "push": push, "pull": True},
            **({"parent": self.facts(parent, login)} if parent else {}),
        }

    def fork(self, repository: Repository, login: str | None) -> tuple[int, Any]:
        """Make a fork, or answer with the one that is there."""
        if not login:
            return 403, {"message": "Resource not accessible by integration"}
        full_name = f"{login}/{repository.full_name.split('/')[1]}"
        if full_name not in self.double.repositories:
            folder = self.double.root / "git" / f"{full_name}.git"
            git(self.double.root, "clone", "--quiet", "--bare", str(repository.folder), str(folder))
            self.double.repositories[full_name] = Repository(
                full_name=full_name, folder=folder, writers={login}, fork_of=repository.full_name
            )
        return 202, self.facts(self.double.repositories[full_name], login)

    def list(self, request: Request) -> tuple[int, Any]:
        """Pull requests by head and state, newest first."""
        head, state = request.query["head"][0], request.query["state"][0]
        found = [p for p in self.double.pulls if p["head"]["label"] == head and state in {"all", p["state"]}]
        for pull in found:
            home = self.double.repositories[pull["head"]["repo"]["full_name"]]
            pull["head"]["sha"] = self.double.sha(home, pull["head"]["ref"]) or pull["head"]["sha"]
        return 200, found[::-1]

    def open_pull(self, repository: Repository, request: Request, login: str | None) -> tuple[int, Any]:
        """Open a pull request, with GitHub's refusals."""
        body = request.body or {}
        owner, _, branch = body["head"].partition(":")
        home = next((r for r in self.double.repositories.values() if self.is_side(r, repository, owner)), None)
        sha = self.double.sha(home, branch) if home else None
        if home is None or sha is None or self.double.sha(repository, body["base"]) is None:
            return 422, {"message": "Validation Failed", "errors": [{"resource": "PullRequest", "field": "head"}]}
        if is_ancestor(repository.folder, sha, body["base"]):
            return 422, {"message": "Validation Failed", "errors": [{"message": "No commits between"}]}
        if any(p["head"]["label"] == body["head"] and p["state"] == "open" for p in self.double.pulls):
            return 422, {"message": "Validation Failed", "errors": [{"message": "A pull request already exists"}]}
        number = len(self.double.pulls) + 1
        pull = {
            "number": number,
            "url": f"{self.double.api_url}/repos/{repository.full_name}/pulls/{number}",
            "html_url": f"{self.double.url}/{repository.full_name}/pull/{number}",
            "state": "open",
            "merged_at": None,
            "title": body["title"],
            "body": body["body"].replace("\n", "\r\n"),  # as GitHub stores it
            "user": {"login": login},
            "head": {"label": body["head"], "ref": branch, "sha": sha, "repo": self.facts(home, login)},
        }
        self.double.pulls.append(pull)
        return 201, pull

    @staticmethod
    def is_side(repository: Repository, registry: Repository, owner: str) -> bool:
        """True if `repository` is the registry or its fork, and belongs to `owner`."""
        ours = repository is registry or repository.fork_of == registry.full_name
        return ours and repository.full_name.startswith(f"{owner}/")

    def pull(self, number: int, request: Request, login: str | None, registry: Repository) -> tuple[int, Any]:
        """Read or edit one pull request."""
        pull = self.double.pulls[number - 1]
        if request.method == "PATCH":
            if login != pull["user"]["login"] and login not in registry.writers:
                return 403, {"message": "Must have write access"}
            pull |= request.body or {}
        return 200, pull

    def git(self, request: Request, query: str) -> None:
        """Smart HTTP by `git http-backend`, after GitHub's checks."""
        match = re.fullmatch(r"/([^/]+/[^/]+?)(?:\.git)?(/info/refs|/git-[a-z-]+)", request.path)
        repository = self.double.repositories.get(match[1]) if match else None
        writes = "git-receive-pack" in request.path + query
        try:
            login = self.double.login(request.authorization)
        except PermissionError:
            return self.plain(401)
        if match is None or repository is None or (repository.hidden and login not in repository.writers):
            return self.plain(404)
        if writes and login is None:
            return self.plain(401)
        if writes and login != "" and login not in repository.writers:
            return self.plain(403)
        return self.backend(request.method, f"/{match[1]}.git{match[2]}", query, login or "nobody")

    def plain(self, status: int) -> None:
        """An answer without a body."""
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="GitHub"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def backend(self, method: str, path: str, query: str, login: str) -> None:
        """Hand the request to git as CGI (RFC 3875), and its answer to the client."""
        headers = dict(self.headers.items())
        status, fields, body = run_backend(self.double.root / "git", method, path, query, headers, self.content, login)
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def github_double(root: Path) -> Iterator[GitHubDouble]:
    """A running double whose repositories lie below `root`."""
    root.mkdir(parents=True, exist_ok=True)
    double = GitHubDouble(root=root)
    handler = type("DoubleHandler", (Handler,), {"double": double})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    double.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
