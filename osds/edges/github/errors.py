"""GitHub's refusals and failures, as errors of osds with a next step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from osds.errors import OutsideError, UsageError

if TYPE_CHECKING:
    from github import GithubException

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SSO = re.compile(r"required; url=(https?://[^\s;,]{1,500})")

RESUME = "Run the same command again in a few minutes: it goes on where this run stopped"


class GitHubRefusedError(UsageError):
    """Raised if GitHub understood and said no: 401, 403, 404, 409, 410, 422 or 451. Another try gives the same answer.

    `sign_on` is the address where a token is allowed into an organisation that asks for single sign-on, if that is why.
    """

    def __init__(self, what: str, *, status: int, next_step: str, sign_on: str = "") -> None:
        super().__init__(what, next_step=next_step)
        self.status = status
        self.sign_on = sign_on


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Let PyGithub's errors out as ours; `what` names the request."""
    from github import BadAttributeException, GithubException

    try:
        yield
    except BadAttributeException as error:
        raise OutsideError(f"GitHub's answer ({what}) is not what it describes", next_step=RESUME) from error
    except GithubException as error:
        raise _refusal(what, error) from error


def _refusal(what: str, error: GithubException) -> GitHubRefusedError | OutsideError:
    from osds.edges.github.waiting import is_rate_limit

    message = error.data.get("message") if isinstance(error.data, dict) else ""
    headers = {name.lower(): str(value) for name, value in (error.headers or {}).items()}
    text = str(message or "")
    said = one_line(f"GitHub answered {error.status} ({what}): {text}")
    if error.status not in _NEXT_STEPS or is_rate_limit(error.status, headers, text):
        return OutsideError(said, next_step=RESUME)
    sign_on = _sign_on(headers)
    step = f"Let the token into the organisation: {sign_on}" if sign_on else _NEXT_STEPS[error.status]
    return GitHubRefusedError(said, status=error.status, next_step=step, sign_on=sign_on)


def _sign_on(headers: Mapping[str, str]) -> str:
    match = _SSO.match(headers.get("x-github-sso", ""))
    return one_line(match[1]) if match else ""


def one_line(text: str) -> str:
    """At most 300 printable characters of what GitHub said."""
    return _UNPRINTABLE.sub(" ", text).strip()[:300]


_NEXT_STEPS = {
    401: "The token is wrong or has expired: make a new one",
    403: "The token may not do this. A workflow's own GITHUB_TOKEN cannot reach another repository: "
    "use a GitHub App's token or a classic token with the scope public_repo",
    404: "Check the name; if the repository is private, the token must be allowed to see it",
    409: "Look at the repository on GitHub: it may be empty or archived",
    410: "Pull requests or issues are switched off there: who owns it can switch them on in its settings",
    451: "It was taken down for legal reasons: ask its owner",
    422: "Look at the pull requests of the registry on GitHub",
}
