"""A token service (AWS STS) over TLS on this machine, for stores whose credentials come by web identity (OpenID Connect)."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

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
    certificate, private = _certificate(folder)

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
    context.load_cert_chain(certificate, private)
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


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of an authority of our own for 127.0.0.1, and its private key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "token service of a test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files
