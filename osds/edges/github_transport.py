"""PyGithub's requests, sent by osds's own rules.

PyGithub repeats a POST after a server error, although the first may have worked; it waits as long as GitHub says, be it a
day; and on a redirect it forgets the query. Here only what may be repeated is, all waits of a run are bounded and also
kept by the requests that follow, an answer has a limit of bytes and of time, and the token never leaves its host.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from github import Auth
from github.Requester import Requester
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError

from osds.edges.github_errors import RESUME, one_line
from osds.edges.github_waiting import REPEATABLE, Budget, Patience, Timer, asked_wait, backoff, is_rate_limit
from osds.errors import OutsideError, UnsafeInputError, UsageError

API_VERSION = "2022-11-28"  # https://docs.github.com/en/rest/about-the-rest-api/api-versions

_WITH_BODY = {200, 201, 202}
_REDIRECTS = {301, 302, 307, 308}
_MAX_REDIRECTS = 3
_MAX_KEPT = 200  # answers that are asked for again only if they changed


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer. Header names are in lower case."""

    status: int
    headers: dict[str, Any]
    text: str

    @property
    def message(self) -> str:
        """What GitHub says of a failure, if it does."""
        try:
            said = json.loads(self.text) if self.status >= 400 else {}
        except (ValueError, RecursionError):  # a proxy's page
            return ""
        return str(said.get("message", "")) if isinstance(said, dict) else ""


class _FailedError(Exception):
    """Raised if no whole answer came. `sent` is False if the request cannot have reached GitHub."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.sent = sent


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
        self._token = token
        self._pause, self._timer, self._patience = pause, timer, patience
        self._budget = Budget(patience.waiting, timer)
        self._not_before = self._last = self._last_write = 0.0
        self._chance = random.Random()  # noqa: S311 (so that clients spread)
        self._kept: dict[str, Reply] = {}
        self._session = _session(api_url)

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
            raise self.createException(status, answered, _object(text))
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
            except _FailedError as failure:
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
        if verb == "GET" and reply.status == 200 and "etag" in reply.headers and len(self._kept) < _MAX_KEPT:
            self._kept[url] = reply
        return reply

    def _send(self, verb: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        sent = {"Accept": "application/vnd.github+json", **headers, "User-Agent": "osds", "Accept-Encoding": "identity"}
        sent |= {"X-GitHub-Api-Version": API_VERSION} | (
            {"Content-Type": "application/json"} if body is not None else {}
        )
        if self.auth is not None:
            self.auth.authentication(sent)
        limits = (self._patience.connect, self._patience.read)
        request = {"headers": sent, "data": body, "timeout": limits, "allow_redirects": False, "stream": True}
        try:
            with self._session.request(verb, url, **request) as response:  # type: ignore[arg-type]  # one dictionary
                text = self._read(response)
                answered = {name.lower(): value for name, value in response.headers.items()}
                return Reply(status=response.status_code, headers=answered, text=text)
        except (requests.RequestException, HTTPError) as error:
            raise _FailedError(one_line(_reason(error)), sent=_was_sent(error)) from error
        finally:
            self._last = self._timer.now()
            self._last_write = self._last if verb != "GET" else self._last_write

    def _read(self, response: requests.Response) -> str:
        """The body as text. An answer that is too long, too slow, or no JSON where it must be, is no answer."""
        until, content = time.monotonic() + self._patience.answer, bytearray()
        while piece := response.raw.read1(65_536):  # what is there, so that a slow answer is noticed
            content += piece
            if len(content) > self._patience.size:
                raise _FailedError(f"its answer is longer than {self._patience.size:,} bytes", sent=True)
            if time.monotonic() > until:
                raise _FailedError(f"its answer took longer than {self._patience.answer:.0f} seconds", sent=True)
        text = content.decode("utf-8", "replace").replace(self._token, "…")  # whoever sends it back, it is not shown
        if response.status_code in _WITH_BODY:
            try:
                json.loads(text)
            except (ValueError, RecursionError) as error:
                raise _FailedError("its answer is not JSON", sent=True) from error
        return text


def _session(api_url: str) -> requests.Session:
    """One that takes nothing from the environment but a proxy and the certificates to trust."""
    from requests.utils import get_environ_proxies

    session = requests.Session()
    session.trust_env = False  # no .netrc, no surprises
    session.mount(f"{urlsplit(api_url).scheme}://", HTTPAdapter(max_retries=0))
    if api_url.startswith("https://"):
        session.proxies.update(get_environ_proxies(api_url))
        session.verify = os.environ.get("SSL_CERT_FILE") or True
    return session


def _same_place(url: str, base: str) -> bool:
    """True if `url` is on the same scheme, host and port as `base`, and below its path or GraphQL's beside it."""
    one, other = urlsplit(url), urlsplit(base)
    below = other.path.rstrip("/")
    inside = f"{one.path}/".startswith(f"{below}/") or one.path == f"{below.removesuffix('/v3')}/graphql"
    return (one.scheme, one.netloc) == (other.scheme, other.netloc) and inside and "/../" not in f"{one.path}/"


def _was_sent(error: Exception) -> bool:
    """False only if no connection was made."""
    cause = error.args[0] if error.args else None
    refused = isinstance(getattr(cause, "reason", cause), NewConnectionError)
    return not (refused or isinstance(error, requests.ConnectTimeout))


def _reason(error: Exception) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not trusted"
    return "it took too long" if isinstance(error, requests.Timeout | ReadTimeoutError) else str(error)


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
