"""Asking a server that a stranger may have named: by https, at public addresses, without redirects, in bounded time.

The standard library's client, because it does nothing unasked: it follows no redirect, unpacks nothing, reads no netrc and
no proxy, and lets us look at the address before it connects, so that a name cannot lead into the house (SSRF, DNS
rebinding). What it does not know, such as keeping connections, git-lfs objects of many megabytes do not need.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import SplitResult

from osds.dataset.addresses import address_problem, is_loopback, split_url, url_problem
from osds.errors import OutsideError, UnsafeInputError

BLOCK = 1 << 20  # bytes

_Place = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]  # as `socket.getaddrinfo` lists them
_CONNECT_SECONDS = 10.0
_AGENT = "osds"


class BrokenOffError(OutsideError):
    """Raised if a connection was not made, or ended before the answer did: another try may work."""


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Which servers may be asked: those at public addresses, and by name those of the house that the user named.

    `inside` are host names whose address may be private, such as a company's own GitHub. `loopback` allows this machine,
    also by plain http, and is for tests. `silence` is how many seconds a server may say nothing.
    """

    inside: frozenset[str] = frozenset()
    loopback: bool = False
    silence: float = 30.0

    def check(self, url: str) -> SplitResult:
        """The parts of a URL that may be asked. Raises `UnsafeInputError` for any other; a query is not quoted."""
        parts = split_url(url)
        if (
            parts is not None
            and self.loopback
            and parts.scheme in ("http", "https")
            and is_loopback(parts.hostname or "")
        ):
            return parts
        if parts is None or (problem := url_problem(url)) is not None:
            shown = url.partition("?")[0][:200] if parts is None or "@" not in parts.netloc else "The URL"
            raise UnsafeInputError(
                f"{shown} is not asked: {'it is not a URL' if parts is None else problem}",
                next_step="Have the files at a public https server",
            )
        return parts

    def resolve(self, host: str, port: int) -> Sequence[_Place]:
        """The addresses of `host`. Raises `UnsafeInputError` unless all of them may be asked."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise BrokenOffError(f"The name {host} is not known here", next_step=_NETWORK) from error
        for *_, address in found:
            if address_problem(str(address[0])) and not self._is_ours(host, str(address[0])):
                raise UnsafeInputError(
                    f"{host} is not asked: its address {address[0]} is not a public one",
                    next_step="Have the files at a public https server",
                )
        return found

    def connect(self, host: str, port: int) -> socket.socket:
        """A connection to the first address of `host` that answers, if all of them may be asked."""
        failure: OSError | None = None
        for family, kind, protocol, _, address in self.resolve(host, port):
            connection = socket.socket(family, kind, protocol)
            connection.settimeout(_CONNECT_SECONDS)
            try:
                connection.connect(address)
            except OSError as error:
                connection.close()
                failure = error
            else:
                connection.settimeout(self.silence)
                return connection
        raise BrokenOffError(f"{host} cannot be reached: {_words(failure)}", next_step=_NETWORK)

    def _is_ours(self, host: str, address: str) -> bool:
        return is_loopback(address) if self.loopback else host in self.inside and not is_loopback(address)


class Allowance:
    """The seconds that may be spent with a server. Time in which we do something else does not count."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds

    @contextmanager
    def spending(self, host: str) -> Iterator[None]:
        """Raises `BrokenOffError` after the context if the time is up, and what fails in it as our errors."""
        started = time.monotonic()
        try:
            with _translated(host):
                yield
        finally:
            self.left -= time.monotonic() - started
        if self.left < 0:
            raise BrokenOffError(f"{host} is too slow", next_step="Try again later")


class Answer:
    """A server's answer: its status and header fields, and its body, as it comes."""

    def __init__(self, response: http.client.HTTPResponse, host: str, allowance: Allowance) -> None:
        self.status = response.status
        self.headers = response.headers
        self.host = host
        self._response = response
        self._allowance = allowance

    def blocks(self) -> Iterator[bytes]:
        """The body, at most `BLOCK` bytes at a time. Raises `BrokenOffError` if it ends early or takes too long."""
        left = self._response.length
        while True:
            with self._allowance.spending(self.host):
                block = self._response.read1(BLOCK)
            if not block:
                break
            left = None if left is None else left - len(block)
            yield block
        if left:
            raise BrokenOffError(f"{self.host} broke off {left:,} bytes too early", next_step=_NETWORK)

    def content(self, limit: int) -> bytes:
        """The whole body. Raises `UnsafeInputError` if it is longer than `limit` bytes."""
        content = bytearray()
        for block in self.blocks():
            content += block
            if len(content) > limit:
                raise UnsafeInputError(f"{self.host} answers with more than {limit:,} bytes")
        return bytes(content)


@contextmanager
def asking(
    method: str,
    url: str,
    reach: Reach,
    *,
    headers: Mapping[str, str],
    body: bytes | None = None,
    allowance: Allowance,
) -> Iterator[Answer]:
    """Send one request; the answer must be read before the context ends.

    Raises `UnsafeInputError` if `reach` does not allow it, `BrokenOffError` if there is no answer.
    """
    parts = reach.check(url)
    host = parts.netloc
    with _Connection(parts, reach) as connection, ExitStack() as stack:
        with allowance.spending(host), connection.ended_after(allowance.left):
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            fields = {"User-Agent": _AGENT, "Accept-Encoding": "identity", "Connection": "close", **headers}
            connection.request(method, target, body, fields)
            response = stack.enter_context(connection.getresponse())
        yield Answer(response, host, allowance)


class _Connection(http.client.HTTPConnection):
    """A connection of which `Reach` has seen the address."""

    def __init__(self, parts: SplitResult, reach: Reach) -> None:
        self._tls = parts.scheme == "https"
        super().__init__(parts.hostname or "", parts.port or (443 if self._tls else 80))
        self._reach = reach

    def connect(self) -> None:
        plain = self._reach.connect(self.host, self.port)
        self.sock = plain
        if self._tls:
            self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)

    @contextmanager
    def ended_after(self, seconds: float) -> Iterator[None]:
        """End the connection after so long, also where the other side never stops sending a little."""
        timer = threading.Timer(max(0.0, seconds), self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _end(self) -> None:
        with suppress(OSError):
            if self.sock is not None:
                self.sock.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


@contextmanager
def _translated(host: str) -> Iterator[None]:
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise OutsideError(
            f"The certificate of {host} cannot be trusted: {error.verify_message}", next_step="Check its address"
        ) from error
    except (OSError, http.client.HTTPException) as error:
        raise BrokenOffError(f"{host} broke off: {_words(error)}", next_step=_NETWORK) from error


def _words(error: Exception | None) -> str:
    if isinstance(error, TimeoutError):
        return "it says nothing"
    return getattr(error, "strerror", None) or type(error).__name__


_NETWORK = "Check the network and the address, then run the command again"
