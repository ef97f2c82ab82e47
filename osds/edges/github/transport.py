"""PyGithub's requests, sent by osds's own rules.

PyGithub repeats a POST after a server error, although the first may have worked; it waits as long as GitHub says, be it a
day; and on a redirect it forgets the query. Here only what may be repeated is, all waits of a run are bounded and also
kept by the requests that follow, an answer has a limit of bytes and of time, and the token never leaves its host.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from github import Auth
from github.Requester import Requester

from osds.edges.github.errors import RESUME, one_line
from osds.edges.github.session import API_VERSION, NoReplyError, Reply, Session, object_in
from osds.edges.github.waiting import REPEATABLE, Budget, Patience, Timer, asked_wait, backoff, is_rate_limit
from osds.errors import OutsideError, UnsafeInputError, UsageError

_REDIRECTS = {301, 302, 307, 308}
_MAX_REDIRECTS = 3
_MAX_KEPT = 200  # answers that are asked for again only if they changed
_MAX_KEPT_SIZE = 2**20  # characters of one of them


class Transport(Requester):
    """What PyGithub's objects send their requests through. `pause` is the least time between two of them, in seconds.

    Raises `OutsideError` if no answer came, or one that asks for a longer wait than is left; `UnsafeInputError` if the
    token would have to leave its host. Every other answer is PyGithub's to judge.
    """

    def __init__(self, api_url: str, token: str, *, pause: float, timer: Timer, patience: Patience) -> None:
        super().__init__(
            auth=Auth.Token(token),
            base_url=api_url,
            timeout=int(patience.read),
            user_agent="osds",
            per_page=100,
            verify=True,
            retry=None,
            pool_size=None,
            lazy=True,  # a repository is only asked for when its facts are
            api_version=API_VERSION,
        )
        self._pause, self._timer, self._patience = pause, timer, patience
        self._budget = Budget(patience.waiting, timer)
        self._not_before = self._last = self._last_write = 0.0
        self._chance = random.Random()  # noqa: S311 (so that clients spread)
        self._kept: dict[str, Reply] = {}
        self.sent = 0  # requests, each try of them
        self._session = Session(api_url, token, patience)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()
        super().close()

    def requestJson(  # noqa: N802 (PyGithub's name)
        self,
        verb: str,
        url: str,
        parameters: dict[str, Any] | None = None,
        headers: dict[str, Any] | None = None,
        input: Any | None = None,  # noqa: A002, ANN401 (PyGithub's name, JSON)
        cnx: Any | None = None,  # noqa: ANN401, ARG002 (another connection is never used)
        follow_302_redirect: bool = False,  # noqa: ARG002 (every redirect on the same host is followed)
    ) -> tuple[int, dict[str, Any], str]:
        """Status, headers and body of the answer."""
        body = None if input is None else json.dumps(input).encode()
        reply = self._ask(verb, self.add_parameters_to_url(self._absolute(url), parameters or {}), headers or {}, body)
        return reply.status, reply.headers, reply.text

    def requestJsonAndCheck(  # noqa: N802
        self,
        verb: str,
        url: str,
        parameters: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        input: Any | None = None,  # noqa: A002, ANN401
        follow_302_redirect: bool = False,  # noqa: ARG002
    ) -> tuple[dict[str, Any], Any]:
        """Headers and JSON of the answer. Raises `GithubException` if it is a refusal or a failure."""
        status, answered, text = self.requestJson(verb, url, parameters, headers, input)
        if status >= 400:
            raise self.createException(status, answered, object_in(text))
        return answered, json.loads(text) if text else None

    def _absolute(self, url: str) -> str:
        """The whole URL of one of the API. Raises `UnsafeInputError` for any other, as GitHub's answers name URLs."""
        whole = url if "://" in url else self.base_url.rstrip("/") + url
        if not _same_place(whole, self.base_url):
            raise UnsafeInputError(
                f"GitHub's answer leads to {one_line(whole)}, outside its API at {self.base_url}",
                next_step="Nothing was sent there. Check the URL of the API (GITHUB_API_URL)",
            )
        return whole

    def _ask(self, verb: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        reply = self._insist(verb, url, headers, body)
        for _ in range(_MAX_REDIRECTS):
            place = reply.headers.get("location", "")
            if reply.status not in _REDIRECTS or not place:
                return reply
            if verb not in {"GET", "HEAD"} and reply.status in {301, 302}:
                raise UsageError(f"{one_line(url)} has moved to {one_line(place)}", next_step="Use its new address")
            moved = self._absolute(urljoin(url, place))
            url = moved if "?" in moved or "?" not in url else f"{moved}?{urlsplit(url).query}"
            reply = self._insist(verb, url, headers, body)
        raise OutsideError(f"GitHub redirects {one_line(url)} again and again", next_step=RESUME)

    def _insist(self, verb: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        """Send a request, again where that is right; the last answer."""
        for tried in range(1, self._patience.tries + 1):
            self._pace(verb)
            try:
                reply = self._fresh(verb, url, headers, body)
            except NoReplyError as failure:
                if tried == self._patience.tries or (failure.sent and not self._may_repeat(verb, url)):
                    said = f"GitHub did not answer {verb} {one_line(urlsplit(url).path)}: {failure}"
                    raise OutsideError(said, next_step=RESUME) from failure
            else:
                limited = is_rate_limit(reply.status, reply.headers, reply.message)
                if not limited and not (reply.status >= 500 and self._may_repeat(verb, url)):
                    return reply
            self._delay(backoff(tried, self._chance))
        return reply

    def _may_repeat(self, verb: str, url: str) -> bool:
        return verb in REPEATABLE or url == self.graphql_url  # osds only asks questions there

    def _pace(self, verb: str) -> None:
        """Keep the waits that GitHub asked for, and the distance between requests that it asks of everybody."""
        self._budget.wait_until(self._not_before)
        last_write = 0.0 if verb == "GET" else self._last_write + 4 * self._pause
        distance = max(self._last + self._pause, last_write) - self._timer.now()
        if distance > 0:
            self._timer.sleep(distance)

    def _delay(self, seconds: float) -> None:
        self._not_before = max(self._not_before, self._timer.now() + seconds)

    def _fresh(self, verb: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        """The answer; one that is here already if GitHub says that it still holds."""
        kept = self._kept.get(url) if verb == "GET" else None
        known = {"If-None-Match": str(kept.headers["etag"])} if kept else {}
        reply = self._send(verb, url, {**headers, **known}, body)
        self._delay(asked_wait(reply.status, reply.headers, reply.message, self._timer.now()))
        if kept and reply.status == 304:
            return kept
        if verb == "GET" and reply.status == 200 and "etag" in reply.headers:
            self._keep(url, reply)
        return reply

    def _keep(self, url: str, reply: Reply) -> None:
        self._kept.pop(url, None)
        if len(self._kept) < _MAX_KEPT and len(reply.text) <= _MAX_KEPT_SIZE:
            self._kept[url] = reply

    def _send(self, verb: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        self.sent += 1
        try:
            return self._session.send(verb, url, headers, body)
        finally:
            self._last = self._timer.now()
            self._last_write = self._last if verb != "GET" else self._last_write


def _same_place(url: str, base: str) -> bool:
    """True if `url` is on the same scheme, host and port as `base`, and below its path or GraphQL's beside it."""
    one, other = urlsplit(url), urlsplit(base)
    below = other.path.rstrip("/")
    inside = f"{one.path}/".startswith(f"{below}/") or one.path == f"{below.removesuffix('/v3')}/graphql"
    return (one.scheme, one.netloc) == (other.scheme, other.netloc) and inside and "/../" not in f"{one.path}/"
