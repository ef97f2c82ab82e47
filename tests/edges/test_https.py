"""TLS on loopback, with certificates made on the spot."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from osds.edges.web.https import Allowance, Reach, asking
from osds.errors import OutsideError, UnsafeInputError
from tests.certificates import write_certificate

LOOPBACK = Reach(loopback=True, silence=5)


class Hello(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("X-Agent", self.headers["User-Agent"])
        self.end_headers()
        self.wfile.write(b"hello " * 1000)


class Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not trust us goes away."""


@pytest.fixture(params=["127.0.0.1", "127.0.0.2"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Path, str]]:
    """The URL of a server at 127.0.0.1, its certificate, and the address that this is for."""
    certificate = write_certificate(tmp_path / "server.pem", request.param)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Server(("127.0.0.1", 0), Hello) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}/", certificate, request.param
        server.shutdown()
        thread.join()


def get(url: str, reach: Reach = LOOPBACK, limit: int = 10_000) -> bytes:
    with asking("GET", url, reach, headers={}, allowance=Allowance(20)) as answer:
        return answer.content(limit)


def test_tls__a_certificate_that_nobody_vouches_for(served: tuple[str, Path, str]) -> None:
    with pytest.raises(OutsideError, match=r"certificate of 127\.0\.0\.1.* cannot be trusted"):
        get(served[0])


def test_tls__a_certificate_of_a_known_authority(
    served: tuple[str, Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, certificate, address = served
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    if address == "127.0.0.1":
        assert get(url) == b"hello " * 1000
    else:  # it is another server's
        with pytest.raises(OutsideError, match="cannot be trusted"):
            get(url)


def test_limit__of_an_answer(served: tuple[str, Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    url, certificate, address = served
    if address == "127.0.0.1":
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with pytest.raises(UnsafeInputError, match="more than 100 bytes"):
            get(url, limit=100)


def test_loopback__is_refused_without_being_allowed(served: tuple[str, Path, str]) -> None:
    with pytest.raises(UnsafeInputError, match="private address"):
        get(served[0], Reach())
