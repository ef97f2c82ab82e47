"""A small git-lfs server on loopback: the batch API and the storage behind it, as git-lfs itself speaks to them.

`test_lfs_server.py` holds it to git-lfs. It can be told to fail (plans of `tests.store.s3_faults`), to withhold objects, to
send us elsewhere, and it notes what it was asked.
https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from typing import Any

from tests.loopback import LoopbackHandler, LoopbackServer
from tests.store.s3_faults import Asked, Fault, Plan, no_faults

MEDIA_TYPE = "application/vnd.git-lfs+json"


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One request: what was asked, the fields of its header, and when (`time.time()`)."""

    method: str
    path: str
    headers: dict[str, str]
    time: float


@dataclass(kw_only=True)
class LfsDouble:
    """The server as tests see and set it.

    `login`: what an Authorization header must be. `withheld`: oid to code and message. `refusal`: status and message for
    the batch API itself. `storage`: the address of the storage in place of its own. `action_header`, `expires_in`: said
    in actions; the storage asks for those headers. `moved`: path to the address to which it redirects.
    """

    url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    login: str | None = None
    withheld: dict[str, tuple[int, str]] = field(default_factory=dict)
    refusal: tuple[int, str] | None = None
    storage: str | None = None
    action_header: dict[str, str] = field(default_factory=dict)
    expires_in: int | None = None
    expires_at: datetime | None = None
    moved: dict[str, str] = field(default_factory=dict)
    ranges: bool = True
    plan: Plan = no_faults
    heard: list[Heard] = field(default_factory=list)

    def repository(self, name: str = "os-data/budget") -> str:
        """The URL of a repository here."""
        return f"{self.url}/{name}"

    def asked(self, method: str) -> list[str]:
        """The paths that were asked with a method."""
        return [heard.path for heard in self.heard if heard.method == method]


@contextmanager
def running_lfs() -> Iterator[LfsDouble]:
    """A server for as long as the context lasts."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.double = LfsDouble(url=f"http://127.0.0.1:{server.server_port}")
        with server.serving():
            yield server.double


class _Server(LoopbackServer):
    double: LfsDouble


class _Handler(LoopbackHandler):
    server: _Server

    def answer(self) -> None:
        double = self.server.double
        double.heard.append(
            Heard(method=self.command, path=self.path, headers=dict(self.headers.items()), time=time.time())
        )
        body = self._body()
        asked = Asked(
            number=len(double.heard) - 1, method=self.command, bucket="", key=self.path, query="", conditional=""
        )
        fault = double.plan(asked) or Fault()
        time.sleep(fault.delay)
        if fault.cut:
            self.close_connection = True
        elif fault.status:
            self._say(fault.status, {"message": fault.code}, _wait(fault))
        else:
            self._answer(double, body, fault)

    def _answer(self, double: LfsDouble, body: bytes, fault: Fault) -> None:
        if self.path in double.moved:
            self._say(302, {}, {"Location": double.moved[self.path]})
        elif self.path.endswith("/objects/batch"):
            self._batch(double, json.loads(body))
        elif self.path.startswith("/storage/"):
            self._storage(double, self.path.removeprefix("/storage/"), body, fault)
        else:
            self._say(404, {"message": "no such place"})

    def _batch(self, double: LfsDouble, asked: dict[str, Any]) -> None:
        if double.login is not None and self.headers.get("Authorization") != double.login:
            self._say(401, {"message": "Credentials needed"}, {"LFS-Authenticate": 'Basic realm="Git LFS"'})
        elif double.refusal is not None:
            self._say(double.refusal[0], {"message": double.refusal[1]})
        else:
            objects = [self._object(double, asked["operation"], each) for each in asked["objects"]]
            self._say(200, {"transfer": "basic", "objects": objects})

    def _object(self, double: LfsDouble, operation: str, each: dict[str, Any]) -> dict[str, Any]:
        oid = each["oid"]
        if oid in double.withheld:
            code, message = double.withheld[oid]
            return {**each, "error": {"code": code, "message": message}}
        if operation == "download" and oid not in double.objects:
            return {**each, "error": {"code": 404, "message": "Object does not exist"}}
        action: dict[str, Any] = {"href": f"{double.storage or double.url}/storage/{oid}"}
        action |= {"header": double.action_header} if double.action_header else {}
        action |= {"expires_in": double.expires_in} if double.expires_in is not None else {}
        action |= {"expires_at": double.expires_at.isoformat()} if double.expires_at is not None else {}
        if operation == "upload" and oid in double.objects:
            return each
        return {**each, "actions": {operation: action}}

    def _storage(self, double: LfsDouble, oid: str, body: bytes, fault: Fault) -> None:
        if any(self.headers.get(name) != value for name, value in double.action_header.items()):
            self._say(403, {"message": "AccessDenied"})
        elif self.command == "PUT":
            double.objects[oid] = body
            self._say(200, {})
        elif oid not in double.objects:
            self._say(404, {"message": "NoSuchKey"})
        else:
            self._give(double.objects[oid], double.ranges, fault)

    def _give(self, content: bytes, ranges: bool, fault: Fault) -> None:
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-")) if ranges else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        content = bytes([content[0] ^ 1]) + content[1:] if fault.flip and content else content
        end = len(content) if fault.after_bytes is None else min(start + fault.after_bytes, len(content))
        step = 1024 if fault.pause else 1 << 20
        for offset in range(start, end, step):
            time.sleep(fault.pause)
            self.wfile.write(content[offset : min(offset + step, end)])
        if end < len(content):
            self.close_connection = True

    def _say(self, status: int, document: object, headers: dict[str, str] | None = None) -> None:
        content = json.dumps(document).encode()
        self.send_response(status)
        for name, value in {"Content-Type": MEDIA_TYPE, **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body


def _wait(fault: Fault) -> dict[str, str]:
    if fault.retry_after is None:
        return {}
    if fault.as_date:
        until = datetime.now(UTC) + timedelta(seconds=fault.retry_after + 1)
        return {"Retry-After": formatdate(until.timestamp(), usegmt=True)}
    return {"Retry-After": f"{fault.retry_after:g}"}
