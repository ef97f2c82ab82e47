"""A GitHub on loopback: the REST API below /api/v3 and, at the same address, git's smart HTTP, as GHES has it.

Every request and answer of the API is held to GitHub's own description, where this computer has it.
"""

from __future__ import annotations

import base64
import json
import re
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.edges.git_backend import run_backend
from tests.edges.http_faults import send
from tests.forge import (
    limits,
    routes_actions,
    routes_git,
    routes_issues,
    routes_people,
    routes_pulls,
    routes_repositories,
)
from tests.forge.contract import find_contract
from tests.forge.routing import Answer, RefusedError, handle
from tests.forge.state import Forge, MovedError
from tests.forge.values import Repository, Request, Token

AREAS = (
    routes_actions,
    routes_git,
    routes_issues,
    routes_people,
    routes_pulls,
    routes_repositories,
)  # importing them adds their routes

_API = "/api/v3"
_GRAPHQL = "/api/graphql"


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes: no waiting in between
    forge: Forge

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class names it so)
        """Say nothing."""

    def handle(self) -> None:
        """Serve a connection until one side has enough."""
        with suppress(ConnectionError):
            super().handle()

    def handle_one(self) -> None:
        """Read a request, record it, fail as told, or answer."""
        parts = urlsplit(self.path)
        self.content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_api = parts.path.startswith(f"{_API}/") or parts.path == _GRAPHQL
        request = Request(
            method=self.command,
            path=parts.path,
            query=parse_qs(parts.query),
            authorization=self.headers.get("Authorization", ""),
            body=json.loads(self.content) if is_api and self.content else None,
            headers={name.lower(): value for name, value in self.headers.items()},
            at=self.forge.timer.now(),
        )
        self.asked = request
        self.forge.requests.append(request)
        if is_api and request.at < self.forge.closed_until:
            self.forge.early.append(request)
        answer = partial(self.api, request) if is_api else partial(self.git, request, parts.query)
        fault = self.fault(request)
        if fault:
            fault(self, answer)
        else:
            answer()

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_one  # noqa: N815 (http.server's names)

    def fault(self, request: Request) -> Any:
        """How this request fails, if it does."""
        ours = (key for key in self.forge.faults if key[0] == request.method and request.path.endswith(key[1]))
        key = next(ours, None)
        if key and self.forge.faults[key]:
            return self.forge.faults[key].pop(0)
        return self.forge.lot.draw(request) if self.forge.lot else None

    def send_response(self, code: int, message: str | None = None) -> None:
        """Note the status with the request."""
        self.asked.status = code
        super().send_response(code, message)

    def api(self, request: Request) -> None:
        """The REST API."""
        path = "/graphql" if request.path == _GRAPHQL else request.path.removeprefix(_API)
        with self.forge.lock:
            contract = self.forge.contract
            if contract:
                self.forge.problems += contract.check_request(request.method, path, request.query, request.body)
            try:
                answer = self.answer(request, path)
            except Exception:  # noqa: BLE001 (a fault of the double: the test that met it must hear of it)
                self.forge.problems.append(traceback.format_exc())
                answer = Answer(500, {"message": "the double broke"})
            if contract:
                self.forge.problems += contract.check_response(request.method, path, answer.status, answer.body)
            self.forge.closed_until = limits.closed_until(self.forge, answer)
        send(self, answer.status, answer.body, answer.headers)

    def answer(self, request: Request, path: str) -> Answer:
        """What GitHub says, with the header fields of its limits."""
        try:
            token = find_token(self.forge, request.authorization)
        except RefusedError as refusal:
            return refusal.answer
        answer = limits.refuse_beyond_limit(self.forge, token, path) or limits.refuse_haste(self.forge, request)
        if answer is None:
            answer = limits.with_etag(request, self.routed(request, path, token), token)
        return Answer(answer.status, answer.body, {**limits.rate_headers(self.forge, token), **answer.headers})

    def routed(self, request: Request, path: str, token: Token | None) -> Answer:
        """The handler's answer, or a redirect from a repository's earlier name."""
        moved = re.fullmatch(r"/repositories/(\d+)(/.+)", path)
        found = self.forge.by_id(int(moved[1])) if moved else None
        try:
            return handle(
                self.forge, request, token, f"/repos/{found.full_name}{moved[2]}" if found and moved else path
            )
        except MovedError as error:
            rest = re.sub(r"^/repos/[^/]+/[^/]+", "", path)
            query = urlsplit(self.path).query
            url = f"{self.forge.api_url}/repositories/{error.number}{rest}{f'?{query}' if query else ''}"
            status, said = (301, "Moved Permanently") if request.method == "GET" else (307, "Temporary Redirect")
            body = {"message": said, "url": url, "documentation_url": "https://docs.github.com/rest"}
            return Answer(status, body, {"Location": url})

    def git(self, request: Request, query: str) -> None:
        """Smart HTTP by `git http-backend`, after GitHub's checks."""
        match = re.fullmatch(r"/([^/]+/[^/]+?)(?:\.git)?(/info/refs|/git-[a-z-]+)", request.path)
        writes = "git-receive-pack" in request.path + query
        try:
            token = find_token(self.forge, request.authorization)
            found = self.forge.find(match[1]) if match else None
            self.forge.check(token, found, "contents", "write" if writes else "read")
        except RefusedError as refusal:
            hidden = refusal.answer.status == 404 and not request.authorization
            return self.plain(401 if hidden else refusal.answer.status)  # GitHub asks who you are first
        except MovedError as error:
            moved = self.forge.by_id(error.number)
            assert moved is not None
            assert match is not None
            place = f"{self.forge.url}/{moved.full_name}.git{match[2]}?{query}"
            return self.plain(301, {"Location": place})
        if found is None or match is None or found.ready_at > self.forge.timer.now():
            return self.plain(404)
        self.backend(request.method, f"/{found.folder.name}{match[2]}", query, found)
        if request.path.endswith("/git-receive-pack"):
            with self.forge.lock:
                self.forge.pushed(found)
        return None

    def plain(self, status: int, headers: dict[str, str] | None = None) -> None:
        """An answer without a body."""
        self.send_response(status)
        challenge = {"WWW-Authenticate": 'Basic realm="GitHub"'} if status == 401 else {}
        for name, value in {**challenge, **(headers or {}), "Content-Length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def backend(self, method: str, path: str, query: str, found: Repository) -> None:
        """Hand the request to git as CGI (RFC 3875), and its answer to the client."""
        headers = dict(self.headers.items())
        status, fields, body = run_backend(found.folder.parent, method, path, query, headers, self.content, "someone")
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def find_token(forge: Forge, authorization: str) -> Token | None:
    """The token of a request, None for nobody. Refuses one that is not known."""
    kind, _, value = authorization.partition(" ")
    text = base64.b64decode(value).decode().partition(":")[2] if kind == "Basic" else value
    if not text:
        return None
    if text not in forge.tokens:
        raise RefusedError(401, "Bad credentials")
    return forge.tokens[text]


@contextmanager
def serve(root: Path, **settings: Any) -> Iterator[Forge]:
    """A running double whose repositories lie below `root`. At its end no request was other than GitHub describes."""
    root.mkdir(parents=True, exist_ok=True)
    forge = Forge(root=root, contract=find_contract(), **settings)
    handler = type("ForgeHandler", (Handler,), {"forge": forge})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    forge.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield forge
        assert not forge.problems, "\n".join(forge.problems)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
