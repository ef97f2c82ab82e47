"""A receiver of webhooks on loopback, by TLS under a name of its own, that believes no request without its signature.

It verifies as https://www.standardwebhooks.com tells receivers to, and can be told to behave badly.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from osds.edges.web.https import Reach
from tests.certificates import write_certificate

HOST = "hooks.example.org"
KEY = b"0123456789abcdef0123456789abcdef"
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A request whose signature was right."""

    path: str
    id: str
    moment: int
    body: Any


@dataclass(kw_only=True)
class Inbox:
    """What came. `manners` are how the next requests are answered, in this order; then all are taken."""

    port: int = 0
    certificate: Path = Path()
    taken: list[Taken] = field(default_factory=list)
    forged: int = 0
    asked: int = 0
    manners: list[Manner] = field(default_factory=list)
    habits: dict[str, Manner] = field(default_factory=dict)  # by path: how it answers always

    @property
    def reach(self) -> Reach:
        """A way to public servers only, on which our name leads here."""
        return _Signpost(port=self.port, silence=5)

    def bodies(self, path: str = "/osds") -> list[Any]:
        return [each.body for each in self.taken if each.path == path]


Manner = Callable[["_Handler", Inbox], None]


@dataclass(frozen=True, kw_only=True)
class _Signpost(Reach):
    port: int = 0

    def resolve(self, host: str, port: int) -> Sequence[Any]:
        return Reach(loopback=True).resolve("127.0.0.1", self.port) if host == HOST else super().resolve(host, port)


def says(status: int, **headers: str) -> Manner:
    """Answer with a status, and nothing else."""

    def manner(handler: _Handler, inbox: Inbox) -> None:
        handler.answer(status, {name.replace("_", "-"): value for name, value in headers.items()})

    return manner


def cut(handler: _Handler, inbox: Inbox) -> None:
    """End the connection in the middle of the answer's first line."""
    handler.wfile.write(b"HTTP/1.1 2")
    handler.close_connection = True


def drip(handler: _Handler, inbox: Inbox) -> None:
    """A header without an end, a letter at a time: never so slow that one read would wait too long."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    with suppress(OSError):
        for _ in range(600):
            handler.wfile.write(b"x")
            time.sleep(0.05)
    handler.close_connection = True


def gush(handler: _Handler, inbox: Inbox) -> None:
    """Take the request, and answer with more than anybody wants to read."""
    handler.keep(inbox)
    handler.send_response(200)
    handler.send_header("Content-Length", str(1 << 40))
    handler.end_headers()
    with suppress(OSError):
        for _ in range(10_000):
            handler.wfile.write(b"x" * 65_536)
    handler.close_connection = True


class _Handler(BaseHTTPRequestHandler):
    inbox: Inbox

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        self.content = self.rfile.read(int(self.headers["Content-Length"]))
        self.inbox.asked += 1
        manner = self.inbox.habits.get(self.path) or (self.inbox.manners.pop(0) if self.inbox.manners else None)
        if manner:
            manner(self, self.inbox)
        else:
            self.answer(204 if self.keep(self.inbox) else 401)

    def keep(self, inbox: Inbox) -> bool:
        """Take the request if it is signed, and not long ago."""
        name, moment = self.headers["webhook-id"], self.headers["webhook-timestamp"]
        digest = hmac.new(KEY, f"{name}.{moment}.".encode() + self.content, hashlib.sha256).digest()
        wanted = f"v1,{base64.b64encode(digest).decode()}"
        good = any(hmac.compare_digest(wanted, each) for each in self.headers["webhook-signature"].split(" "))
        if not good or abs(time.time() - int(moment)) > 300:
            inbox.forged += 1
            return False
        inbox.taken.append(Taken(path=self.path, id=name, moment=int(moment), body=json.loads(self.content)))
        return True

    def answer(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has enough goes away."""


@contextmanager
def running_receiver(folder: Path) -> Iterator[Inbox]:
    """A receiver for as long as the context lasts."""
    inbox = Inbox(certificate=write_certificate(folder / "receiver.pem", HOST))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(inbox.certificate)
    handler = type("Receiver", (_Handler,), {"inbox": inbox})
    with _Server(("127.0.0.1", 0), handler) as server:
        inbox.port = server.server_port
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield inbox
        server.shutdown()
        thread.join()
