"""`osds registry shard`: look at the datasets of one job of a sweep, without any credential.

Of each repository the newest commit is asked for, then fetched if there is something to do, and of it the files that the
descriptor names. What is in them is met by a process of its own for each dataset, so that one which hangs, fills the
memory or finds a bug is told, and the others go on.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import Any

from osds.commands.dataset.fetch import check_size, fetch, find_pointers, named_files
from osds.commands.dataset.lfs_sources import LfsAccess, lfs_sources
from osds.commands.parallel import in_parallel
from osds.dataset import lfs
from osds.dataset.lfs_content import QuotaError
from osds.edges.git.files import write_files
from osds.edges.git.mirror import GoneError, Upstream, open_mirror
from osds.edges.git.objects import read_file
from osds.edges.local.child import open_child
from osds.edges.web.lfs_server import Pace
from osds.errors import BugError, OsdsError, OutsideError, UnsafeInputError, UsageError
from osds.progress import Progress, Silent
from osds.registry.status import Verdict
from osds.registry.sweep_plan import Planned
from osds.registry.sweep_result import BUNDLE, DATA, RESULT_FILE, Outcome, Result, detail_of, render_result
from osds.report import DESCRIPTOR_FILE
from osds.silence import SETTINGS_FILE
from osds.store.backup import Snapshot

_CHILD = "osds.commands.registry.shard_child"
_WORKERS = 2  # datasets at the same time: each may use its whole memory
_ALWAYS = (DESCRIPTOR_FILE, SETTINGS_FILE, lfs.CONFIG_FILE)
_LOOK_SECONDS = 60.0  # for a repository to say where it is


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one dataset may take: bytes on the disk, of its repository and of its files; bytes of memory; seconds.

    `judging` is the memory for judging its rows, in words (`max-memory`). `all_seconds` is for all datasets: when they are
    over, no further one is begun.
    """

    size: int
    memory: int
    judging: str
    seconds: int
    all_seconds: float

    @property
    def pace(self) -> Pace:
        """The slowest server of git-lfs files: one that gives as much as is allowed in as long as is allowed."""
        return Pace(least=max(20_000.0, self.size / self.seconds))


@dataclass(frozen=True, kw_only=True)
class Shard:
    """One job: where its results go, how it may ask servers, and how far to go."""

    output: Path
    access: LfsAccess
    limits: Limits
    progress: Progress
    clock: Callable[[], float] = field(default=monotonic, repr=False)

    def run(self, datasets: Sequence[Planned]) -> list[Result]:
        """Look at these datasets. Each has its `result.json` when this returns; nothing that they do raises."""
        begun = self.clock()
        heads = in_parallel(self._head, datasets, "Asking the repositories", self.progress)
        work = list(zip(datasets, heads, strict=True))

        def result_of(pair: tuple[Planned, Snapshot | Result]) -> Result:
            planned, head = pair
            if isinstance(head, Snapshot) and self.clock() - begun > self.limits.all_seconds:
                head = _result(planned, Outcome.LEFT)
            return self._write(self._look(planned, head) if isinstance(head, Snapshot) else head)

        return in_parallel(result_of, work, "Looking at the datasets", self.progress, workers=_WORKERS)

    def _head(self, planned: Planned) -> Snapshot | Result:
        """What the repository refers to now, or the result if nothing has to be done or can be."""
        try:
            with open_mirror(self.limits.size) as mirror:
                seen = mirror.look(replace(self._upstream(planned), seconds=_LOOK_SECONDS))
        except OsdsError as error:
            return failed_result(planned, error)
        if seen.head is None:
            return failed_result(planned, OutsideError("Its repository has no default branch"))
        commit = seen.refs[seen.head]
        return _result(planned, Outcome.SETTLED, commit=commit) if commit == planned.settled else seen

    def _look(self, planned: Planned, seen: Snapshot) -> Result:
        begun, commit = self.clock(), seen.refs[seen.head or ""]
        try:
            with tempfile.TemporaryDirectory(prefix="osds-sweep-", ignore_cleanup_errors=True) as scratch:
                folder = Path(scratch) / "dataset"
                folder.mkdir()
                commit = self._bring(planned, seen, folder)
                result = self._judge(planned, commit, folder)
        except OsdsError as error:
            result = failed_result(planned, error, commit)
        except Exception as error:  # noqa: BLE001 (a dataset that finds a bug must not stop all others)
            bug = BugError(f"This is a bug in osds: {type(error).__name__}: {error}")
            result = failed_result(planned, bug, commit)
        return replace(result, seconds=max(1, round(self.clock() - begun)))

    def _bring(self, planned: Planned, seen: Snapshot, folder: Path) -> str:
        """Write the files of the newest commit that the descriptor names into `folder`; the commit."""
        upstream, limit = self._upstream(planned), self.limits.size
        with open_mirror(limit) as mirror:
            commit = mirror.fetch_head(upstream, seen)
            content = read_file(mirror.git, commit, DESCRIPTOR_FILE)
            if content is None:
                raise UsageError(f"There is no {DESCRIPTOR_FILE} in its repository")
            names = _named(content)
            write_files(mirror.git, commit, (*_ALWAYS, *names), folder, limit)
        if not names:
            return commit
        pointers = find_pointers(folder)
        check_size(pointers, limit)
        sources = lfs_sources(None, planned.url, replace(self.access, pace=self.limits.pace))
        for fetched in fetch(folder, pointers, sources, Silent()):
            if fetched.failure is not None:
                raise fetched.failure
        return commit

    def _judge(self, planned: Planned, commit: str, folder: Path) -> Result:
        """Have the dataset judged and added up in a process of its own."""
        limits = self.limits
        question = {
            "folder": str(folder),
            "output": str(self._folder(planned)),
            "name": planned.name,
            "memory": limits.judging,
        }
        with open_child(_CHILD, memory=limits.memory, seconds=limits.seconds) as child:
            message = child.ask(question, lambda _: None)
        if "answer" not in message:
            raise UnsafeInputError(_ENDED[message["ended"]].format(limits=limits))
        return _read_answer(planned, commit, message["answer"])

    def _upstream(self, planned: Planned) -> Upstream:
        return Upstream(url=planned.url, reach=self.access.own_reach, seconds=float(self.limits.seconds))

    def _folder(self, planned: Planned) -> Path:
        folder = (self.output / planned.owner / planned.name).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _write(self, result: Result) -> Result:
        planned = Planned(owner=result.owner, name=result.name, url=result.url)
        folder = self._folder(planned)
        if result.verdict is not Verdict.VALID:  # of a process that was ended there may be half a bundle
            for left in (BUNDLE, DATA):
                shutil.rmtree(folder / left, ignore_errors=True)
        (folder / RESULT_FILE).write_text(render_result(result), encoding="utf-8")
        return result


def _named(content: bytes) -> tuple[str, ...]:
    """The paths of the files that a descriptor names; none if it cannot be read, and judging it says why."""
    try:
        return named_files(content)
    except UsageError:
        return ()


def _read_answer(planned: Planned, commit: str, answer: Mapping[str, Any]) -> Result:
    """The result that the process which met the dataset tells."""
    if "failure" in answer:
        raise OutsideError(str(answer["failure"]))
    try:
        values = {**answer, "verdict": Verdict(answer["verdict"])}
        return _result(planned, Outcome.LOOKED, commit=commit, **values)
    except (KeyError, TypeError, ValueError) as error:
        raise OutsideError("The process that looked at it said something else than it should") from error


def failed_result(planned: Planned, error: OsdsError, commit: str = "") -> Result:
    """The result of a look that ended with `error`, at `commit` if it got that far."""
    outcome = Outcome.GONE if isinstance(error, GoneError) else Outcome.FAILED
    if isinstance(error, QuotaError):
        outcome = Outcome.LFS_QUOTA
    return _result(planned, outcome, commit=commit, detail=detail_of(error.what))


def _result(planned: Planned, outcome: Outcome, **values: Any) -> Result:  # noqa: ANN401 (fields of a result)
    return Result(owner=planned.owner, name=planned.name, url=planned.url, outcome=outcome, **values)


_ENDED = {
    "time": "Judging it and adding it up took more than {limits.seconds:,} seconds",
    "memory": "Judging it and adding it up needed more than {limits.memory:,} bytes of memory",
    "answer": "What was found in it is more than can be told",
    "crash": "The process that judged it broke down",
}
