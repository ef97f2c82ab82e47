"""One request to GitHub over HTTP, and a whole answer to it or none: bounded in bytes and in time, from one host."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError

from osds.edges.github.errors import one_line
from osds.edges.github.waiting import Patience

API_VERSION = "2022-11-28"  # https://docs.github.com/en/rest/about-the-rest-api/api-versions

_HEADERS = {
    "Accept": "application/vnd.github+json",
    "Accept-Encoding": "identity",  # nothing unpacks to more than was sent
    "User-Agent": "osds",
    "X-GitHub-Api-Version": API_VERSION,
}
_WITH_BODY = {200, 201, 202}


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer. Header names are in lower case."""

    status: int
    headers: dict[str, Any]
    text: str

    @property
    def message(self) -> str:
        """What GitHub says of a failure, if it does."""
        return str(object_in(self.text).get("message", "")) if self.status >= 400 else ""


class NoReplyError(Exception):
    """Raised if no whole answer came. `sent` is False if the request cannot have reached GitHub."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.sent = sent


class Session:
    """Connections to one API. Of the environment it takes a proxy and the certificates to trust, nothing else."""

    def __init__(self, api_url: str, token: str, patience: Patience) -> None:
        self._token, self._patience = token, patience
        self._session = requests.Session()
        self._session.trust_env = False  # no .netrc, no surprises
        self._session.mount(f"{urlsplit(api_url).scheme}://", HTTPAdapter(max_retries=0))
        if api_url.startswith("https://"):
            self._session.proxies.update(get_environ_proxies(api_url))
            self._session.verify = os.environ.get("SSL_CERT_FILE") or True

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def send(self, verb: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        """The answer. Raises `NoReplyError` if none came, or one that is too long, too slow, or no JSON where it must be."""
        typed = {"Content-Type": "application/json"} if body is not None else {}
        try:
            with self._session.request(
                verb,
                url,
                headers={**headers, **_HEADERS, **typed, "Authorization": f"token {self._token}"},
                data=body,
                timeout=(self._patience.connect, self._patience.read),
                allow_redirects=False,
                stream=True,
            ) as response:
                text = self._read(response)
        except (requests.RequestException, HTTPError) as error:
            raise NoReplyError(one_line(_reason(error)), sent=_was_sent(error)) from error
        answered = {name.lower(): value for name, value in response.headers.items()}
        return Reply(status=response.status_code, headers=answered, text=text)

    def _read(self, response: requests.Response) -> str:
        until, content = time.monotonic() + self._patience.answer, bytearray()
        while piece := response.raw.read1(65_536):  # what is there, so that a slow answer is noticed
            content += piece
            if len(content) > self._patience.size:
                raise NoReplyError(f"its answer is longer than {self._patience.size:,} bytes", sent=True)
            if time.monotonic() > until:
                raise NoReplyError(f"its answer took longer than {self._patience.answer:.0f} seconds", sent=True)
        text = content.decode("utf-8", "replace").replace(self._token, "…")  # whoever sends it back, it is not shown
        if response.status_code in _WITH_BODY:
            try:
                json.loads(text)
            except (ValueError, RecursionError) as error:
                raise NoReplyError("its answer is not JSON", sent=True) from error
        return text


def object_in(text: str) -> dict[str, Any]:
    """The JSON object that a text is; an empty one if it is none, such as a proxy's page."""
    try:
        value = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _was_sent(error: Exception) -> bool:
    """False only if no connection was made."""
    cause = error.args[0] if error.args else None
    refused = isinstance(getattr(cause, "reason", cause), NewConnectionError)
    return not (refused or isinstance(error, requests.ConnectTimeout))


def _reason(error: Exception) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not trusted"
    return "it took too long" if isinstance(error, requests.Timeout | ReadTimeoutError) else str(error)
