"""git-lfs content from the host of its repository: the batch API and the storage to which it sends us.

The host is that of the repository's own URL, never what the dataset's `.lfsconfig` says. A token goes to that host alone;
the storage gets what the host tells us to say there and nothing else.
https://github.com/git-lfs/git-lfs/blob/main/docs/api/basic-transfers.md
"""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urljoin

from osds.dataset.addresses import split_url
from osds.dataset.lfs import Pointer
from osds.dataset.lfs_batch import (
    MAX_ANSWER,
    MEDIA_TYPE,
    MOST_OBJECTS,
    Download,
    Withheld,
    batch_url,
    read_batch,
    render_batch,
    said_by,
)
from osds.dataset.lfs_content import QuotaError, verified, withheld
from osds.edges.web.https import Allowance, Answer, BrokenOffError, Reach, asking
from osds.edges.web.waiting import Waits, retry_after
from osds.errors import OutsideError

_BATCH_SECONDS = 120.0
_PASSING = frozenset({408, 429, 500, 502, 503, 504})
_REFUSED = frozenset({401, 403, 404, 410})  # also how storage answers at an address that has expired
_MOVED = frozenset({301, 302, 303, 307, 308})
_MOST_HOPS = 3
_SOON = 5.0  # seconds: an address that expires by then is not used


@dataclass(frozen=True, kw_only=True)
class Pace:
    """The slowest that is put up with: bytes per second, after some seconds of grace."""

    least: float = 20_000
    grace: float = 60.0

    def seconds(self, size: int) -> float:
        """How long `size` bytes may take."""
        return self.grace + size / self.least


@dataclass(kw_only=True)
class LfsServer:
    """The batch API of the repository at the https URL `repository`. `token` is said to its host only."""

    repository: str
    token: str | None = field(default=None, repr=False)
    reach: Reach = field(default_factory=Reach)
    waits: Waits = field(default_factory=Waits)
    pace: Pace = field(default_factory=Pace)
    _known: dict[str, tuple[Download | Withheld, float]] = field(default_factory=dict, repr=False)

    def announce(self, pointers: Sequence[Pointer]) -> None:
        """As `Source.announce`: asks for many objects at once."""
        for start in range(0, len(pointers), MOST_OBJECTS):
            asked = time.monotonic()
            found = self._ask(pointers[start : start + MOST_OBJECTS])
            self._known |= {oid: (download, asked) for oid, download in found.items()}

    def open(self, pointer: Pointer) -> Iterator[bytes]:
        """As `Source.open`. A connection that breaks off is taken up again where it ended."""
        return verified(self._blocks(pointer), pointer, where=self._host)

    @property
    def _host(self) -> str:
        parts = split_url(self.repository)
        return parts.netloc if parts else ""

    def _blocks(self, pointer: Pointer) -> Iterator[bytes]:
        """The bytes as they come, over as many requests as it takes and within the time that they may take."""
        done, failures, renewed = 0, 0, False
        allowance = Allowance(self.pace.seconds(pointer.size))
        while done < pointer.size:
            try:
                for block in self._download(pointer, done, allowance):
                    done, failures, renewed = done + len(block), 0, False
                    yield block
            except _RefusedError as refused:
                if renewed:
                    raise withheld(pointer, refused.status, "", where=refused.host) from None
                renewed = True  # the address may have expired: ask for a new one, once
                self._known.pop(pointer.oid, None)
            except _PassingError as failure:
                failures += 1
                if allowance.left < 0:
                    came = f"{done:,} of {pointer.size:,} bytes in {self.pace.seconds(pointer.size):,.0f} seconds"
                    raise OutsideError(f"{failure.told.what}: {came}", next_step="Run it again later") from None
                self.waits.wait(failure.told, tried=failures, asked=failure.asked)
            else:
                return  # the answer was whole; whether it is the content, `verified` says

    def _download(self, pointer: Pointer, start: int, allowance: Allowance) -> Iterator[bytes]:
        """The bytes from `start` on, by one request."""
        download = self._address(pointer)
        headers = dict(download.headers)
        if not download.authenticated and "authorization" not in {name.lower() for name in headers}:
            headers |= self._login() if _same_origin(download.href, self.repository) else {}
        headers |= {"Range": f"bytes={start}-"} if start else {}
        try:
            with self._following(download.href, headers, allowance) as answer:
                skip = _judge(answer, pointer, start)
                for block in answer.blocks():
                    if skip < len(block):
                        yield block[skip:]
                    skip = max(0, skip - len(block))
        except BrokenOffError as error:
            raise _PassingError(error) from None

    @contextmanager
    def _following(self, url: str, headers: Mapping[str, str], allowance: Allowance) -> Iterator[Answer]:
        """The answer to a GET, after a few redirects; header fields do not go along to another host."""
        for _ in range(_MOST_HOPS):
            with asking("GET", url, self.reach, headers=headers, allowance=allowance) as answer:
                if answer.status not in _MOVED:
                    yield answer
                    return
                target = urljoin(url, answer.headers.get("Location", ""))
            if not _same_origin(url, target):
                headers = {name: value for name, value in headers.items() if name == "Range"}
            url = target
        raise OutsideError(f"{self._host} sends us in circles", next_step="Check the address of the repository")

    def _address(self, pointer: Pointer) -> Download:
        """Where the object is, as the host said a moment ago or says now."""
        found, asked = self._known.get(pointer.oid, (None, 0.0))
        if isinstance(found, Download) and found.lasts and time.monotonic() - asked + _SOON > found.lasts:
            found = None
        if found is None:
            self.announce([pointer])
            found = self._known[pointer.oid][0]
        if isinstance(found, Withheld):
            raise withheld(pointer, found.status, found.said, where=self._host)
        return found

    def _ask(self, pointers: Sequence[Pointer]) -> dict[str, Download | Withheld]:
        """What the batch API says, after as many tries as it is worth."""
        failures = 0
        while True:
            try:
                return read_batch(self._post(render_batch(pointers)), pointers, datetime.now(UTC))
            except _PassingError as failure:
                failures += 1
                self.waits.wait(failure.told, tried=failures, asked=failure.asked)

    def _post(self, body: bytes) -> bytes:
        headers = {"Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE, **self._login()}
        url, allowance = batch_url(self.repository), Allowance(_BATCH_SECONDS)
        try:
            with asking("POST", url, self.reach, headers=headers, body=body, allowance=allowance) as answer:
                content = answer.content(MAX_ANSWER)
                if answer.status in _MOVED:
                    raise OutsideError(f"The repository {self.repository} has moved", next_step="Use its new address")
                if answer.status != 200:
                    raise _failed(answer, None, said_by(content))
                return content
        except BrokenOffError as error:
            raise _PassingError(error) from None

    def _login(self) -> dict[str, str]:
        if self.token is None:
            return {}
        login = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        return {"Authorization": f"Basic {login}"}


class _PassingError(Exception):
    """Worth another try: what to tell if there is none, and how many seconds the server asked to wait."""

    def __init__(self, told: OutsideError, asked: float | None = None) -> None:
        super().__init__()
        self.told = told
        self.asked = asked


class _RefusedError(Exception):
    """The storage does not give the object, perhaps because its address has expired."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.status = answer.status
        self.host = answer.host


def _judge(answer: Answer, pointer: Pointer, start: int) -> int:
    """How many bytes at the beginning of the answer's body have come already. Raises if it is not the content."""
    if answer.status == 200:
        return start
    if answer.status == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
        return 0
    if answer.status in _REFUSED:
        raise _RefusedError(answer)
    raise _failed(answer, pointer, "")


def _failed(answer: Answer, pointer: Pointer | None, said: str) -> Exception:
    told = withheld(pointer, answer.status, said, where=answer.host)
    if answer.status not in _PASSING or isinstance(told, QuotaError):
        return told
    return _PassingError(told, retry_after(answer.headers.get("Retry-After"), datetime.now(UTC)))


def _same_origin(one: str, other: str) -> bool:
    left, right = split_url(one), split_url(other)
    if left is None or right is None:
        return False
    return (left.scheme, left.hostname, left.port) == (right.scheme, right.hostname, right.port)
