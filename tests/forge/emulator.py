"""`emulate`, the GitHub API that others wrote, behind one address with real git, which it does not serve.

It believes any pull request, so it shows only that the happy path is not a fantasy of the double's.
"""

from __future__ import annotations

import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests

from scripts.github_emulator import PROGRAM, find_node
from tests.edges.git_backend import make_bare, run_backend

SEED = """
tokens:
  alice-token: {login: alice, scopes: [repo]}
github:
  users: [{login: alice}]
  orgs: [{login: os-team, members: [{login: alice, role: admin}]}]
  repos: [{owner: os-team, name: registry, auto_init: true}]
"""

_GIT = re.compile(r"/([^/]+/[^/]+?)(?:\.git)?(/info/refs|/git-[a-z-]+)")
_READY_SECONDS = 20


@dataclass
class Emulator:
    """Where it is, where its git lies, and what was asked of it."""

    root: Path
    behind: str  # emulate's own address
    url: str = ""
    requests: list[tuple[str, str]] = field(default_factory=list)

    def writes(self) -> list[tuple[str, str]]:
        """Requests that could change something."""
        return [(verb, path) for verb, path in self.requests if verb != "GET" and not path.endswith("/git-upload-pack")]


class Front(BaseHTTPRequestHandler):
    """git to git, all else to emulate, with the one address in place of the other."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    emulator: Emulator

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it so)
        """Say nothing."""

    def handle_one(self) -> None:
        """Answer one request."""
        path, _, query = self.path.partition("?")
        self.emulator.requests.append((self.command, path))
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        match = _GIT.fullmatch(path)
        if match:
            place, headers = f"/{match[1]}.git{match[2]}", dict(self.headers.items())
            status, fields, body = run_backend(
                self.emulator.root, self.command, place, query, headers, content, "alice"
            )
        else:
            status, fields, body = self.forward(content)
        self.send_response(status)
        for name, value in {**fields, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = handle_one  # noqa: N815 (http.server's names)

    def forward(self, content: bytes) -> tuple[int, dict[str, str], bytes]:
        """What emulate answers."""
        sent = {name: self.headers[name] for name in ("Authorization", "Content-Type", "Accept") if self.headers[name]}
        told = requests.request(self.command, self.emulator.behind + self.path, headers=sent, data=content, timeout=10)
        kept = {name: told.headers[name] for name in ("Content-Type", "Link") if name in told.headers}
        return told.status_code, kept, told.content.replace(self.emulator.behind.encode(), self.emulator.url.encode())


@contextmanager
def emulate(root: Path, files: dict[str, bytes]) -> Iterator[Emulator]:
    """emulate with the registry os-team/registry, whose git has these files, and its admin alice."""
    (root / "git/os-team").mkdir(parents=True)
    make_bare(root / "git/os-team/registry.git", files)
    (root / "seed.yaml").write_text(SEED)
    port = _free_port()
    command = [
        str(find_node()),
        str(PROGRAM),
        "start",
        "--service",
        "github",
        "--port",
        str(port),
        "--seed",
        "seed.yaml",
    ]
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    emulator = Emulator(root=root / "git", behind=f"http://localhost:{port}")
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OneFront", (Front,), {"emulator": emulator}))
    server.daemon_threads = True
    emulator.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        _wait(emulator)
        yield emulator
    finally:
        process.terminate()
        process.wait(timeout=10)
        server.shutdown()
        server.server_close()
        thread.join()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _wait(emulator: Emulator) -> None:
    until = time.monotonic() + _READY_SECONDS
    while time.monotonic() < until:
        try:
            requests.get(f"{emulator.behind}/user", timeout=1)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("emulate did not start")
