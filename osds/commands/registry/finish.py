"""`osds registry finish`: publish what the jobs of a sweep made, heal the store, back up, and note it all in the registry.

The jobs met what strangers wrote, so their results are read as a stranger's: strict documents, only of datasets that were
planned and are listed, each from the folder of its own job. The bundles are copied, not parsed. Whatever is done here can
be done again: a run that was killed is completed by the next one, and a run that finds nothing new writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from osds.commands.backup.backup import Order, back_up
from osds.commands.clock import Clock, SystemClock
from osds.commands.dataset.lfs_sources import LfsAccess, lfs_sources
from osds.commands.parallel import in_parallel
from osds.commands.registry.finish_store import Shelf, repository_id
from osds.commands.registry.judging import State, read_state
from osds.commands.registry.recording import Record, Recorded, read_book, record
from osds.dataset.lfs_content import QuotaError
from osds.edges.git.mirror import GoneError, Upstream
from osds.edges.git.registry import Registry
from osds.edges.local import files
from osds.edges.store.objects import ObjectStore
from osds.errors import OsdsError, UnsafeInputError
from osds.progress import Progress, Silent
from osds.registry.catalog import CORE, Entry
from osds.registry.forge import Forge
from osds.registry.status import StatusBook
from osds.registry.sweep_decision import NOTHING_KNOWN, Found, Stored, check_arrived, check_losses, decide
from osds.registry.sweep_plan import Plan, Planned
from osds.registry.sweep_result import MAX_RESULT, RESULT_FILE, Outcome, Result, detail_of, parse_result
from osds.store.backup import is_taken_down

WORKERS = 4  # datasets at the same time; each sends several files at once

Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Backups:
    """Where datasets that are not core are backed up, how far to go, and which are left alone."""

    store: ObjectStore
    max_bytes: int
    takedowns: Collection[str] = ()


@dataclass(frozen=True, kw_only=True)
class Finished:
    """What came of it. `found` is by owner and name; `published` are the datasets that got a new version in this run."""

    recorded: Recorded
    found: Mapping[Key, Found]
    published: tuple[str, ...]
    backed_up: tuple[str, ...]
    left: int  # planned datasets of which no result came


@dataclass(frozen=True, kw_only=True)
class Finish:
    """One run. Without a `store` nothing is published, without `backups` nothing is backed up.

    `forge` is the one that the registry is on, if it is on one that osds can ask; there the watchdog looks, too.
    """

    registry: Registry
    plan: Plan
    results: Path
    store: ObjectStore | None
    backups: Backups | None
    access: LfsAccess
    forge: Forge | None = None
    progress: Progress
    clock: Clock = field(default_factory=SystemClock)

    def run(self, *, dry_run: bool = False) -> Finished:
        """Do it all. Raises `OutsideError`, before anything is written, if so little arrived or so much is wrong that it
        must be an outage, and before anything is noted, if that shows only in the store."""
        state, book, now = read_state(self.registry), read_book(self.registry), self.clock.now()
        results = self._read()
        check_arrived(len(results), len(self.plan.datasets), state.policy)
        found = {key: Found(result=result) for key, result in results.items()}
        watched = self.forge.server_url if self.forge is not None else None
        decide_on = partial(decide, now=now, watched=watched)
        check_losses(book, decide_on(state.catalog, book, found, policy=state.policy).book, state.policy)
        shelf = self._shelf(dry_run=dry_run)
        done = self._handle(state, found, shelf, dry_run=dry_run)
        found = {key: Found(result=found[key].result, stored=stored) for key, (stored, _) in done.items()}

        def derive(state: State, book: StatusBook) -> Record:
            decided = decide_on(state.catalog, book, found, policy=state.policy)
            check_losses(book, decided.book, state.policy)
            return Record(book=decided.book, events=decided.events)

        recorded = record(self.registry, derive, clock=self.clock.now, dry_run=dry_run)
        return Finished(
            recorded=recorded,
            found=found,
            published=tuple(sorted(shelf.published)) if shelf else (),
            backed_up=tuple(sorted("/".join(key) for key, (_, changed) in done.items() if changed)),
            left=len(self.plan.datasets) - len(results),
        )

    def _shelf(self, *, dry_run: bool) -> Shelf | None:
        if self.store is None:
            return None
        return Shelf(store=self.store, forge=self.forge, access=self.access, clock=self.clock, dry_run=dry_run)

    def _read(self) -> dict[Key, Result]:
        """The results of the planned datasets. One that cannot be trusted counts as one that did not arrive."""
        numbered = [(number, planned) for number, shard in enumerate(self.plan.shards) for planned in shard]
        with self.progress.task("Reading the results", total=len(numbered)) as task:
            results: dict[Key, Result] = {}
            for number, planned in numbered:
                result = read_result(self.results, number, planned)
                if result is not None:
                    results[planned.owner, planned.name] = result
                task.advance()
        return results

    def _handle(
        self, state: State, found: Mapping[Key, Found], shelf: Shelf | None, *, dry_run: bool
    ) -> dict[Key, tuple[Stored, bool]]:
        """What came of each dataset, and whether its backup changed."""
        numbers = {(p.owner, p.name): n for n, shard in enumerate(self.plan.shards) for p in shard}
        entries = [row.entry for row in state.catalog.rows if row.key in found]
        entries = [entry for entry in entries if found[entry.owner, entry.name].result.url == entry.url]

        def handle(entry: Entry) -> tuple[Stored, bool]:
            result = found[entry.owner, entry.name].result
            folder = shard_folder(self.results, numbers[entry.owner, entry.name]) / entry.owner / entry.name
            try:
                stored = shelf.keep(entry, result, folder) if shelf else NOTHING_KNOWN
                return self._back_up(entry, result, stored, dry_run=dry_run)
            except Exception as error:  # noqa: BLE001 (a dataset that finds a bug must not stop all others)
                bug = detail_of(f"This is a bug in osds: {type(error).__name__}: {error}")
                return Stored(failure=bug), False

        done = in_parallel(handle, entries, "Publishing and backing up", self.progress, workers=WORKERS)
        return {(entry.owner, entry.name): each for entry, each in zip(entries, done, strict=True)}

    def _back_up(self, entry: Entry, result: Result, stored: Stored, *, dry_run: bool) -> tuple[Stored, bool]:
        """Back up a dataset that is not core, and add what failed to what came of it."""
        backups = self.backups
        if backups is None or entry.core == CORE or is_taken_down(entry.id, backups.takedowns):
            return stored, False
        if result.outcome in {Outcome.FAILED, Outcome.LEFT}:
            return stored, False
        order = Order(
            upstream=Upstream(url=entry.url, reach=self.access.own_reach),
            owner=entry.owner,
            name=entry.name,
            repository_id=repository_id(entry),
            max_bytes=backups.max_bytes,
            takedowns=backups.takedowns,
        )
        failed = partial(Stored, version=stored.version, held=stored.held)
        try:
            sources = lfs_sources(None, entry.url, self.access)
            done = back_up(order, backups.store, sources, clock=self.clock, progress=Silent(), dry_run=dry_run)
        except GoneError:
            return stored, False
        except OsdsError as error:
            return failed(failure=stored.failure or detail_of(f"Its backup failed: {error.what}")), False
        if isinstance(done.failure, QuotaError):
            return failed(failure=stored.failure, quota=detail_of(done.failure.what)), done.changed
        return stored, done.changed


def read_result(results: Path, number: int, planned: Planned) -> Result | None:
    """The result of a dataset from the folder of the job `number`; None if there is none that can be trusted."""
    path = f"{shard_folder(Path(), number)}/{planned.owner}/{planned.name}/{RESULT_FILE}"
    content = files.read_file(results, path, MAX_RESULT)
    if content is None:
        return None
    try:
        result = parse_result(content, path)
    except UnsafeInputError:
        return None
    return result if (result.owner, result.name, result.url) == (planned.owner, planned.name, planned.url) else None


def shard_folder(results: Path, number: int) -> Path:
    """Where the job `number` puts its results, below the folder of all of them."""
    return results / f"osds-shard-{number}"
