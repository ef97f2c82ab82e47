"""The double at GitHub's own names, github.com and api.github.com, for whoever uses its proxy and trusts its certificate.

So a test can use the very addresses that people use: osds and git both take a proxy and certificates from the environment.
What goes to any other host passes through (uv fetches packages), and `others` says which hosts those were.
"""

from __future__ import annotations

import os
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.certificates import write_certificate
from tests.forge.server import Handler, serve
from tests.forge.state import Forge

PREFIXES = {"github.com": "", "api.github.com": "/api/v3"}  # where the double has what stands at a host


@dataclass
class Home:
    """The double, and the environment in which it is GitHub. `others` are hosts that were reached beside it."""

    forge: Forge
    environ: dict[str, str]
    others: set[str] = field(default_factory=set)


class _AtHome(Handler):
    """The double behind TLS at one of GitHub's names."""

    prefix: str

    def handle_one(self) -> None:
        self.path = self.prefix + self.path
        super().handle_one()

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_one  # noqa: N815 (http.server's names)


class _Proxy(BaseHTTPRequestHandler):
    """One connection of the proxy: the double for GitHub's names, a tunnel for all others."""

    home: Home
    context: ssl.SSLContext

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_CONNECT(self) -> None:
        """Answer as the host that is asked for, or connect to it."""
        host, _, port = self.path.rpartition(":")
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        if host not in PREFIXES:
            self.home.others.add(host)
            return self.tunnel(host, int(port))
        handler = type("HomeHandler", (_AtHome,), {"forge": self.home.forge, "prefix": PREFIXES[host]})
        with suppress(OSError), self.context.wrap_socket(self.connection, server_side=True) as secured:
            handler(secured, self.client_address, self.server)
        return None

    def tunnel(self, host: str, port: int) -> None:
        """Carry bytes both ways until one side has enough."""
        with suppress(OSError), socket.create_connection((host, port), 10) as other:
            ways = {self.connection: other, other: self.connection}
            while True:
                for ready in select.select(list(ways), [], [], 60)[0] or [None]:
                    piece = ready.recv(65_536) if ready is not None else b""
                    if not piece:
                        return
                    ways[ready].sendall(piece)


@contextmanager
def serve_at_home(root: Path, **settings: Any) -> Iterator[Home]:
    """A running double that is GitHub for every process with the environment of the `Home`."""
    with serve(root, **settings) as forge:
        forge.url, forge.api_at = "https://github.com", "https://api.github.com"
        certificate = write_certificate(root / "github.pem", *PREFIXES)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        home = Home(forge=forge, environ={})
        handler = type("ProxyHandler", (_Proxy,), {"home": home, "context": context})
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            server.daemon_threads = True
            proxy = f"http://127.0.0.1:{server.server_port}"
            names = ("SSL_CERT_FILE", "GIT_SSL_CAINFO", "REQUESTS_CA_BUNDLE")
            home.environ.update(dict.fromkeys(names, str(_trusted(root, certificate))), https_proxy=proxy)
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            try:
                yield home
            finally:
                server.shutdown()
                thread.join()


def _trusted(root: Path, certificate: Path) -> Path:
    """A list of authorities that has the certificate beside the usual ones."""
    usual = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    trusted = root / "trusted.pem"
    own = certificate.read_bytes().partition(b"-----BEGIN CERTIFICATE-----")
    trusted.write_bytes(own[1] + own[2] + (Path(usual).read_bytes() if usual else b""))
    return trusted
