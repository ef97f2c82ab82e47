"""GitHub Actions of any repository that a token can see: its workflows and their states, scheduled runs, switching on.

Everything here is somebody else's; of its texts only the paths of workflows go on, and files as bytes within a limit.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from osds.edges.github.errors import RESUME, GitHubRefusedError, translated
from osds.edges.github.github import GitHub
from osds.errors import OutsideError
from osds.registry.watch import Promise, Run, State

if TYPE_CHECKING:
    from github.Workflow import Workflow

_MAX_WORKFLOWS = 100  # one page
_RUNS = 10  # the newest ones, of each workflow
_STATES = {state.value: state for state in State}


@dataclass(frozen=True, kw_only=True)
class ActionsSettings:
    """How a repository, or its organisation, has set up Actions."""

    on: bool
    pinned_only: bool  # only actions and workflows that are named by a whole commit id


@dataclass(frozen=True, kw_only=True)
class TokenFacts:
    """What GitHub says beside an answer. Only classic tokens have `scopes`; `time` is None if it says none."""

    scopes: frozenset[str] | None
    time: datetime | None


class GitHubActions:
    """The Actions of GitHub as one token sees them."""

    def __init__(self, github: GitHub) -> None:
        self._github = github

    @property
    def asked(self) -> int:
        """The requests that this token has sent so far, through any of osds's objects."""
        return self._github.transport.sent

    def workflows(self, full_name: str) -> tuple[Promise, ...]:
        """The workflows of a repository, at most a hundred, without deleted ones; what they promise is in their files."""
        with translated(f"workflows of {full_name}"):
            found = self._github.handle(_quoted(full_name)).get_workflows().get_page(0)[:_MAX_WORKFLOWS]
            promises = [_promise(workflow) for workflow in found]
        return tuple(promise for promise in promises if promise.state is not State.DELETED)

    def file(self, full_name: str, path: str, limit: int) -> bytes | None:
        """A file on the default branch; None if there is none, or a longer one than `limit` bytes."""
        try:
            found = self._ask(f"/repos/{_quoted(full_name)}/contents/{_quoted(path)}", what=f"{path} of {full_name}")
        except GitHubRefusedError as refusal:
            if refusal.status == 404:
                return None
            raise
        if (
            not isinstance(found, dict)
            or found.get("encoding") != "base64"
            or len(str(found.get("content"))) > 2 * limit
        ):
            return None
        try:
            content = base64.b64decode(str(found["content"]))
        except binascii.Error:
            return None
        return content if len(content) <= limit else None

    def scheduled_runs(self, full_name: str, workflow: int) -> tuple[Run, ...]:
        """The newest runs that the schedule of a workflow started."""
        path = f"/repos/{_quoted(full_name)}/actions/workflows/{workflow}/runs"
        asked = {"event": "schedule", "per_page": _RUNS, "exclude_pull_requests": "true"}
        found = self._ask(path, asked, what=f"runs of {full_name}")
        try:
            return tuple(_run(run) for run in found["workflow_runs"] if run["event"] == "schedule")
        except (KeyError, TypeError, ValueError) as error:
            raise OutsideError(f"GitHub's runs of {full_name} are not what it describes", next_step=RESUME) from error

    def switch_on(self, full_name: str, workflow: int) -> bool:
        """Let GitHub start a workflow again; doing so twice is no harm. False if the token may not."""
        path = f"/repos/{_quoted(full_name)}/actions/workflows/{workflow}/enable"
        try:
            with translated(f"switching on a workflow of {full_name}"):
                self._github.transport.requestJsonAndCheck("PUT", path)
        except GitHubRefusedError as refusal:
            if refusal.status in {403, 404, 409}:
                return False
            raise
        return True

    def reach(self) -> frozenset[str] | None:
        """The repositories, in lower case, that the token of an app was given; None for the token of a person."""
        try:
            found = self._ask("/installation/repositories", {"per_page": 100}, what="the app's repositories")
        except GitHubRefusedError:
            return None
        try:
            return frozenset(str(repository["full_name"]).lower() for repository in found["repositories"])
        except (KeyError, TypeError) as error:
            raise OutsideError("GitHub's list of the app's repositories is none", next_step=RESUME) from error

    def settings(self, full_name: str) -> ActionsSettings | None:
        """Whether Actions are on, and must be pinned; None if the token may not know, which takes an administrator."""
        try:
            found = self._ask(f"/repos/{_quoted(full_name)}/actions/permissions", what=f"Actions of {full_name}")
        except GitHubRefusedError as refusal:
            if refusal.status in {403, 404}:
                return None
            raise
        return ActionsSettings(on=found.get("enabled") is True, pinned_only=found.get("sha_pinning_required") is True)

    def token(self) -> TokenFacts:
        """What GitHub says of the token, which costs no request of its limit, and what time it is there."""
        with translated("the token"):
            headers, _ = self._github.transport.requestJsonAndCheck("GET", "/rate_limit")
        scopes, date = headers.get("x-oauth-scopes"), str(headers.get("date", ""))
        return TokenFacts(
            scopes=None if scopes is None else frozenset(scope.strip() for scope in str(scopes).split(",")),
            time=_date(date),
        )

    def may_push(self, full_name: str) -> bool:
        """Whether a person's token may write to a repository."""
        return self._github.repository(_quoted(full_name)).may_push

    def _ask(self, path: str, parameters: dict[str, Any] | None = None, *, what: str) -> Any:  # noqa: ANN401 (JSON)
        with translated(what):
            return self._github.transport.requestJsonAndCheck("GET", path, parameters=parameters)[1]


def _promise(workflow: Workflow) -> Promise:
    return Promise(
        id=workflow.id,
        path=workflow.path,
        state=_STATES.get(workflow.state, State.ACTIVE),
        since=max(workflow.created_at, workflow.updated_at),
        lines=(),
    )


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _run(run: dict[str, Any]) -> Run:
    created = datetime.fromisoformat(run["created_at"])
    if created.tzinfo is None:
        raise ValueError("a time without a zone")
    return Run(created=created, conclusion=str(run.get("conclusion") or ""))


def _quoted(path: str) -> str:
    return quote(path, safe="/")
