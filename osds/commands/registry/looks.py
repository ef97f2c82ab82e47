"""One look at the repository of a dataset on GitHub, the cheapest question first: is it there, what runs in it, did it run.

A dataset without a workflow of osds costs three requests or so, one with a schedule four.
"""

from __future__ import annotations

from dataclasses import replace

from osds.edges.github.actions import GitHubActions
from osds.edges.github.errors import GitHubRefusedError
from osds.edges.github.forge import GitHubForge
from osds.registry.watch import Look, Promise, Run, State, Switched, is_gone, to_switch_on
from osds.workflows.files import FOLDER, MAX_BYTES, NotAWorkflowError, Workflow, parse_workflow, uses_osds

_MAX_FILES = 8  # workflows of one repository that are read
_FIRST = ("osds.yml", "core-data.yml", "dataset.yml")  # the names that osds proposes
MOST = 3 * _MAX_FILES + 6  # requests that one look may take


class Looker:
    """Looks at repositories with one token; what that may write is asked once, when it matters.

    With `dry_run` nothing is switched on, and what would be is said as if it were.
    """

    def __init__(self, forge: GitHubForge, actions: GitHubActions, *, dry_run: bool) -> None:
        self._forge, self._actions, self._dry_run = forge, actions, dry_run
        self._reach: frozenset[str] | None = None
        self._reach_is_known = False

    def look(self, url: str, repository_id: str) -> Look:
        """What GitHub says of the dataset at `url`. Raises `OutsideError`, or `GitHubRefusedError`, if it does not say."""
        repository = self._forge.repository(url)
        look = Look(repository=repository)
        if repository is None or is_gone(look, repository_id):
            return look
        if repository.archived:  # nothing runs in it any more, and nothing is promised
            return replace(look, promises=())
        try:
            promises = self._promises(repository.full_name)
        except GitHubRefusedError as refusal:
            if refusal.status == 401:
                raise
            return look
        return replace(look, promises=promises, switched=self.switch_on(repository.full_name, promises))

    def switch_on(self, full_name: str, promises: tuple[Promise, ...]) -> dict[str, Switched]:
        """Switch on what GitHub switched off by itself, where the token may write; what became of each, by its path."""
        off = to_switch_on(promises)
        if not off:
            return {}
        if not self._may_write(full_name):
            return {promise.path: Switched.MAY_NOT for promise in off}
        return {p.path: Switched.ON if self._on(full_name, p) else Switched.MAY_NOT for p in off}

    def keep_awake(self, full_name: str, promises: tuple[Promise, ...]) -> dict[str, Switched]:
        """Let GitHub count the quiet days of these workflows anew; what became of each, by its path."""
        may = self._may_write(full_name) if promises else False
        told = {promise.path: may and self._on(full_name, promise) for promise in promises}
        return {path: Switched.AWAKE if done else Switched.MAY_NOT for path, done in told.items()}

    def workflows(self, full_name: str) -> tuple[Promise, ...]:
        """The workflow files of a repository that GitHub knows, those with a name of osds' first."""
        listed = [promise for promise in self._actions.workflows(full_name) if promise.path.startswith(FOLDER)]
        return tuple(sorted(listed, key=lambda promise: promise.path.rpartition("/")[2] not in _FIRST))

    def _promises(self, full_name: str) -> tuple[Promise, ...]:
        listed = self.workflows(full_name)[:_MAX_FILES]
        read = {promise.path: self._read(full_name, promise.path) for promise in listed}
        ours = uses_osds({path: workflow for path, workflow in read.items() if workflow is not None})
        return tuple(
            replace(promise, lines=ours[promise.path].schedule, runs=self._runs(full_name, promise))
            for promise in listed
            if promise.path in ours and ours[promise.path].schedule
        )

    def _read(self, full_name: str, path: str) -> Workflow | None:
        content = self._actions.file(full_name, path, MAX_BYTES)
        try:
            return None if content is None else parse_workflow(path, content)
        except NotAWorkflowError:
            return None

    def _runs(self, full_name: str, promise: Promise) -> tuple[Run, ...]:
        return self._actions.scheduled_runs(full_name, promise.id) if promise.state is State.ACTIVE else ()

    def _on(self, full_name: str, promise: Promise) -> bool:
        return self._dry_run or self._actions.switch_on(full_name, promise.id)

    def _may_write(self, full_name: str) -> bool:
        if not self._reach_is_known:
            self._reach, self._reach_is_known = self._actions.reach(), True
        if self._reach is not None:
            return full_name.lower() in self._reach
        return self._actions.may_push(full_name)
