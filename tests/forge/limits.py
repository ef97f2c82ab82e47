"""The double's rate limits and conditional requests, as header fields and refusals."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from tests.forge.routing import Answer, RefusedError
from tests.forge.values import Request, Token

if TYPE_CHECKING:
    from tests.forge.state import Forge

_HOUR, _MINUTE = 3600, 60


def refuse_beyond_limit(forge: Forge, token: Token | None, path: str) -> Answer | None:
    """GitHub's refusal if the token has used up its hour; otherwise count the request."""
    if token is None or path == "/rate_limit":
        return None
    now = forge.timer.now()
    if now >= token.window + _HOUR:
        token.window, token.used = now, 0
    if token.used >= forge.limit:
        return RefusedError(403, f"API rate limit exceeded for user ID {token.account.id}.").answer
    token.used += 1
    return None


def refuse_haste(forge: Forge, request: Request) -> Answer | None:
    """GitHub's refusal of more writes in a minute than it likes, where the test says how many that is."""
    if forge.hasty_after is None or not request.writes:
        return None
    since = forge.timer.now() - _MINUTE
    if sum(r.writes and r.at > since for r in forge.requests) <= forge.hasty_after:
        return None
    said = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    return RefusedError(403, said, headers={"Retry-After": str(_MINUTE)}).answer


def rate_headers(forge: Forge, token: Token | None) -> dict[str, str]:
    """What every answer says of the limit."""
    used, window = (token.used, token.window) if token else (0, forge.timer.now())
    numbers = {
        "Limit": forge.limit,
        "Remaining": max(forge.limit - used, 0),
        "Used": used,
        "Reset": int(window + _HOUR),
    }
    scopes = {"X-OAuth-Scopes": ", ".join(token.scopes)} if token and token.kind == "classic" else {}
    told = {f"X-RateLimit-{name}": str(number) for name, number in numbers.items()}
    return told | {"X-RateLimit-Resource": "core"} | scopes


def with_etag(request: Request, answer: Answer, token: Token | None) -> Answer:
    """The answer with its ETag; 304, which costs nothing, if the client has it already."""
    if request.method != "GET" or answer.status != 200:
        return answer
    etag = f'W/"{hashlib.sha256(json.dumps(answer.body).encode()).hexdigest()}"'
    if request.headers.get("if-none-match") == etag:
        if token is not None and token.used:
            token.used -= 1
        return Answer(304, None, {"ETag": etag})
    return Answer(answer.status, answer.body, answer.headers | {"ETag": etag})


def closed_until(forge: Forge, answer: Answer) -> float:
    """Until when a client must not ask again, as the answers so far said."""
    until = forge.closed_until
    after = answer.headers.get("Retry-After", "")
    if after.isdigit():
        until = max(until, forge.timer.now() + int(after))
    if answer.headers.get("X-RateLimit-Remaining") == "0":
        until = max(until, float(answer.headers["X-RateLimit-Reset"]))
    return until
