"""A token service (AWS STS) over TLS on this machine, for stores whose credentials come by web identity (OpenID Connect)."""

from __future__ import annotations

import datetime
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.certificates import write_certificate

ROLE = "arn:aws:iam::123456789012:role/publisher"
_ANSWER = """<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
<AccessKeyId>{key}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey><SessionToken>{token}</SessionToken>
<Expiration>{until}</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"""
_REFUSED = "<ErrorResponse><Error><Code>ExpiredTokenException</Code><Message>{token}</Message></Error></ErrorResponse>"


class TokenService:
    """Gives credentials for one token. `asked` are the roles that were asked for, `certificate` is to be trusted."""

    def __init__(self, url: str, certificate: Path) -> None:
        self.url = url
        self.certificate = certificate
        self.asked: list[str] = []


@contextmanager
def running_token_service(folder: Path, token: str, *, key: str, secret: str) -> Iterator[TokenService]:
    """The service for as long as the context lasts; every other token is refused as expired."""
    certificate = write_certificate(folder / "certificate.pem", "127.0.0.1")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query or body).items()}
            service.asked.append(asked.get("RoleArn", ""))
            known = asked.get("WebIdentityToken") == token and asked.get("RoleArn") == ROLE
            until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
            values = {
                "key": key,
                "secret": secret,
                "token": "session-of-an-hour",
                "until": f"{until:%Y-%m-%dT%H:%M:%SZ}",
            }
            content = (_ANSWER.format(**values) if known else _REFUSED.format(token=asked)).encode()
            self.send_response(200 if known else 400)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST  # noqa: N815 (the name that http.server asks for)

        def log_message(self, *_: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        service = TokenService(f"https://127.0.0.1:{server.server_port}", certificate)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()
