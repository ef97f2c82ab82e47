"""How long a busy store wants to be left alone: the Retry-After of its answers, which obstore does not hand out.

Of an answer that is an error, obstore (object_store 0.14) keeps the status and the body; its own retries do not look at
Retry-After either. So what follows a "slow down", after a while, is not the same call again but the least that can be
asked: a HEAD of the same key, signed by obstore and sent by us, whose answer we see.
"""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError

from osds.edges.store.patience import Patience
from osds.edges.web.waiting import retry_after
from osds.errors import OutsideError

if TYPE_CHECKING:
    from obstore.store import ObjectStore as Client

BUSY_STATUSES = frozenset({429, 503})
_SECONDS = 10.0  # for the answer
_VALID = timedelta(minutes=1)  # of the signature


@dataclass(frozen=True, kw_only=True)
class _Busy:
    """The store is still busy; `seconds` are what it asks for, None if it names no time."""

    seconds: float | None


def is_ready(client: Client, key: str, patience: Patience, tried: int, *, store: str) -> bool:
    """True when a store that was busy at `key` is so no more, as far as can be seen; False if patience is at its end.

    Raises `OutsideError` if `store` asks for more time than a run may wait.
    """
    for asked in count(tried):
        patience.keep_quiet()
        busy = _ask(client, key)
        if busy is None:
            return True
        if not patience.wait(asked, answered=True, busy=True, asked=busy.seconds):
            if busy.seconds is None:
                return False
            raise OutsideError(
                f"{store} is busy, and asks to be left alone for {busy.seconds:,.0f} seconds",
                next_step="Run the same command again after that time",
            )
    raise AssertionError


def _ask(client: Client, key: str) -> _Busy | None:
    """Ask the store once. None if it is not busy any more, or cannot be asked in this way.

    Nothing is raised: whoever makes the real call hears what is wrong. The signed URL is sent to the store alone.
    """
    signing: Any = client  # a store in memory or in a folder cannot sign, and says so
    try:
        parts = urlsplit(obstore.sign(signing, "HEAD", key, _VALID))
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=_SECONDS)
        try:
            connection.request("HEAD", f"{parts.path}?{parts.query}")
            answer = connection.getresponse()
        finally:
            connection.close()
    except (BaseError, OSError, TypeError, ValueError, http.client.HTTPException):
        return None
    if answer.status not in BUSY_STATUSES:
        return None
    return _Busy(seconds=retry_after(answer.headers.get("Retry-After"), datetime.now(UTC)))
