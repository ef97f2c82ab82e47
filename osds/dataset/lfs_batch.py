"""What is said to a git-lfs server and what it answers: the batch API, for downloads. Values only.

https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md, …/basic-transfers.md
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from osds.dataset.lfs import Pointer
from osds.dataset.strict_json import load
from osds.errors import OutsideError

MEDIA_TYPE = "application/vnd.git-lfs+json"
MOST_OBJECTS = 100  # in one request, which is what git-lfs asks for
MAX_ANSWER = 4 << 20  # bytes

_FOR_EVER = 2.0**31  # seconds, the most that the schema of the API allows
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,100}")
_HEADER_VALUE = re.compile(r"[ -~]{0,8000}")
_OURS = frozenset({"host", "range", "connection", "content-length", "transfer-encoding", "accept-encoding", "expect"})


@dataclass(frozen=True, kw_only=True)
class Download:
    """Where an object lies, what to say there, and for how many seconds that holds (None: for ever).

    `authenticated` says that the headers are all that is needed. They may be secrets.
    """

    href: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    lasts: float | None = None
    authenticated: bool = False


@dataclass(frozen=True, kw_only=True)
class Withheld:
    """An object that the server does not give: an HTTP status, and its own words."""

    status: int
    said: str


def batch_url(repository: str) -> str:
    """The address of the batch API for the repository at an https URL: git-lfs' server discovery, without `.lfsconfig`."""
    return f"{repository.rstrip('/').removesuffix('.git')}.git/info/lfs/objects/batch"


def render_batch(pointers: Sequence[Pointer]) -> bytes:
    """The request for at most `MOST_OBJECTS` objects."""
    objects = [{"oid": pointer.oid, "size": pointer.size} for pointer in pointers]
    asked = {"operation": "download", "transfers": ["basic"], "objects": objects, "hash_algo": "sha256"}
    return json.dumps(asked).encode()


def read_batch(content: bytes, pointers: Sequence[Pointer], now: datetime) -> dict[str, Download | Withheld]:
    """What the answer says of each object, by oid. Raises `OutsideError` if it is not an answer of a git-lfs server."""
    value, _ = load(content, file="answer")
    if not isinstance(value, dict) or not isinstance(value.get("objects"), list):
        raise _foreign("it has no list of objects")
    if value.get("transfer", "basic") != "basic":
        raise _foreign("it asks for a way of transfer that was not offered")
    objects = [each for each in value["objects"] if isinstance(each, dict)]
    told = {each["oid"]: each for each in objects if isinstance(each.get("oid"), str)}
    silent: Mapping[str, Any] = {"error": {"code": 404, "message": "the server did not mention it"}}
    return {pointer.oid: _read_object(told.get(pointer.oid, silent), now) for pointer in pointers}


def said_by(content: bytes) -> str:
    """The words of a server that refuses: `message` of its JSON, or nothing."""
    value, _ = load(content, file="answer")
    message = value.get("message") if isinstance(value, dict) else None
    return message if isinstance(message, str) else ""


def _read_object(each: Mapping[str, Any], now: datetime) -> Download | Withheld:
    error = each.get("error")
    if isinstance(error, dict):
        status, said = error.get("code"), error.get("message")
        return Withheld(status=status if type(status) is int else 500, said=said if isinstance(said, str) else "")
    actions = each.get("actions")
    action = actions.get("download") if isinstance(actions, dict) else None
    if not isinstance(action, dict) or not isinstance(action.get("href"), str):
        return Withheld(status=404, said="the server names no place for it")
    return Download(
        href=action["href"],
        headers=_headers(action.get("header")),
        lasts=_lasts(action, now),
        authenticated=each.get("authenticated") is True,
    )


def _headers(value: object) -> dict[str, str]:
    """The header fields of an action, without those that are for the client to say."""
    headers = {k: v for k, v in value.items() if k.lower() not in _OURS} if isinstance(value, dict) else {}
    for name, text in headers.items():
        if not _HEADER_NAME.fullmatch(name) or not isinstance(text, str) or not _HEADER_VALUE.fullmatch(text):
            raise _foreign("it names a header field that is none")
    return headers


def _lasts(action: Mapping[str, Any], now: datetime) -> float | None:
    """`expires_in` wins over `expires_at`, as in git-lfs; 0 means no end."""
    seconds = action.get("expires_in")
    if isinstance(seconds, (int, float)) and not isinstance(seconds, bool) and 0 < abs(seconds) < _FOR_EVER:
        return float(seconds)
    text = action.get("expires_at")
    try:
        until = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    if until is None or until.year <= 1 or until.tzinfo is None:  # Go writes the year 1 for "no end"
        return None
    return (until - now).total_seconds()


def _foreign(reason: str) -> OutsideError:
    return OutsideError(
        f"The answer is not that of a git-lfs server: {reason}", next_step="Check the address of the repository"
    )
