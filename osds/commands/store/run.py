"""From a parsed command line to its outcome, for everything that has to do with a store."""

from __future__ import annotations

import datetime
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from osds.commands.clock import SystemClock
from osds.commands.dataset.identity import Identity
from osds.commands.store.data_files import OpenPointer, data_reader, gather_data
from osds.commands.store.gc import remove_unreferenced
from osds.commands.store.place import Place
from osds.commands.store.policy import Named
from osds.commands.store.publish import Published, publish_bundle
from osds.commands.store.pull import pull
from osds.commands.store.rollback import roll_back
from osds.commands.store.show import list_datasets, show_current, show_versions
from osds.commands.store.verify import verify
from osds.dataset.identity import DatasetId
from osds.dataset.package import DataPackage
from osds.edges.git.past import is_before
from osds.edges.store.objects import ObjectStore, open_store
from osds.errors import EXIT_INVALID, EXIT_OK, OutsideError, UsageError
from osds.session import Session
from osds.settings import Settings
from osds.store.data import choose_resources
from osds.store.manifest import SourceFacts
from osds.untrusted import code
from osds.views import store as views
from osds.views.publishing import render_held_back, render_plan, render_publication, summarise_held_back


def publish_and_tell(
    session: Session,
    folder: Path,
    bundle: Path,
    identity: Identity,
    package: DataPackage,
    settings: Settings,
    *,
    dry_run: bool,
    open_pointer: OpenPointer | None = None,
) -> int:
    """Publish a bundle and the data files that are wanted of `package` in `folder`, and show what came of it."""
    store = open_store(settings.store or "", endpoint=settings.endpoint)
    data = gather_data(folder, choose_resources(package.resources, settings.publish_data), session.progress)
    with resumed_by("publish", str(folder), *_publish_flags(settings)):
        done = publish_bundle(
            bundle,
            identity.dataset,
            SourceFacts(repository=identity.url, repository_id=identity.repository_id, commit=identity.commit),
            store,
            dry_run=dry_run,
            progress=session.progress,
            data=data,
            read_data=data_reader(folder, open_pointer),
            limits=settings.gate,
            accept=settings.accept,
            came_before=partial(is_before, folder),
        )
    told = _tell(done, dry_run=dry_run)
    told += "".join(f"\nReferred to without a hash, because the descriptor states none: {url}" for url in data.unhashed)
    session.say(told, {**asdict(done), "dataset": str(done.dataset), "dry-run": dry_run, "unhashed": data.unhashed})
    if done.losses:
        session.add_summary(summarise_held_back(str(done.dataset), done.losses, sequence=done.sequence))
    else:
        session.add_summary(code(told.splitlines()[0]))
    session.set_outputs({"published": str(done.changed).lower(), "sequence": str(done.sequence)})
    return EXIT_INVALID if done.losses else EXIT_OK


def _publish_flags(settings: Settings) -> tuple[str, ...]:
    """The flags of a publication that matter to where and whether it goes on; those of `osds.yml` are harmless twice."""
    given = {
        "--store": settings.store,
        "--endpoint": settings.endpoint,
        "--owner": settings.owner,
        "--url": settings.url,
        "--bundle": settings.bundle,
        "--publish-data": settings.publish_data,
        "--accept": settings.accept,
    }
    return tuple(word for flag, value in given.items() if value is not None for word in (flag, value))


@dataclass(frozen=True, kw_only=True)
class Target:
    """The store that a command is about, and the dataset in it; None for all of them."""

    url: str
    endpoint: str | None
    dataset: DatasetId | None

    @property
    def words(self) -> tuple[str, ...]:
        """The same as on a command line."""
        endpoint = ("--endpoint", self.endpoint) if self.endpoint else ()
        return (*((str(self.dataset),) if self.dataset else ()), "--store", self.url, *endpoint)

    def open(self) -> ObjectStore:
        """The store."""
        return open_store(self.url, endpoint=self.endpoint)

    def place(self, store: ObjectStore | None = None) -> Place:
        """The dataset's place in it. Raises `UsageError` if no dataset is named."""
        if self.dataset is None:
            raise UsageError("Nobody says which dataset", next_step="Name it as OWNER/NAME")
        return Place(store=store or self.open(), dataset=self.dataset)

    def places(self) -> tuple[Place, ...]:
        """The dataset's place, or those of all datasets."""
        store = self.open()
        if self.dataset is not None:
            return (self.place(store),)
        return tuple(Place(store=store, dataset=dataset) for dataset in list_datasets(store))


@contextmanager
def resumed_by(*command: str) -> Iterator[None]:
    """An outside failure inside says which command goes on where this one stopped."""
    try:
        yield
    except OutsideError as error:
        if type(error) is not OutsideError:
            raise
        again = f"then `osds {shlex.join(command)}` goes on where this stopped"
        raise OutsideError(error.what, next_step=f"{error.next_step or 'Try again later'}; {again}") from error


def _tell(done: Published, *, dry_run: bool) -> str:
    dataset = str(done.dataset)
    if done.losses:
        return render_held_back(dataset, done.losses, sequence=done.sequence)
    if dry_run:
        return render_plan(dataset, done.plan, sequence=done.sequence, changed=bool(done.created))
    return render_publication(dataset, done.url, sequence=done.sequence, changed=done.changed, sent=done.bytes_sent)


def run_show(session: Session, target: Target) -> int:
    """Show the datasets of a store, or the current version of one."""
    store = target.open()
    if target.dataset is None:
        datasets = [str(dataset) for dataset in list_datasets(store)]
        session.say(views.render_datasets(store.url, datasets), {"store": store.url, "datasets": datasets})
    else:
        shown = asdict(show_current(target.place(store)))
        session.say(views.render_version(shown), shown)
    return EXIT_OK


def run_versions(session: Session, target: Target) -> int:
    """List the versions of a dataset."""
    versions = [asdict(shown) for shown in show_versions(target.place())]
    dataset = str(target.dataset)
    session.say(views.render_versions(dataset, versions), {"dataset": dataset, "versions": versions})
    return EXIT_OK


def run_verify(session: Session, target: Target) -> int:
    """Verify a dataset, or every dataset of a store."""
    with resumed_by("store", "verify", *target.words):
        found = [asdict(verify(place, session.progress)) for place in target.places()]
    session.say("\n".join(map(views.render_verified, found)), {"datasets": found})
    return EXIT_INVALID if any(each["damage"] for each in found) else EXIT_OK


def run_rollback(session: Session, target: Target, sequence: int, reason: str | None, *, dry_run: bool) -> int:
    """Publish an older version again."""
    with resumed_by("store", "rollback", *target.words, str(sequence)):
        done = roll_back(target.place(), sequence, reason, dry_run=dry_run, progress=session.progress)
    document = {**asdict(done), "dataset": str(done.dataset), "dry-run": dry_run}
    session.say(views.render_rollback(document, dry_run=dry_run), document)
    return EXIT_OK


def run_gc(session: Session, target: Target, days: int, *, dry_run: bool) -> int:
    """Remove what no version refers to, in one dataset or in all."""
    grace = datetime.timedelta(days=days)
    clock = SystemClock()
    with resumed_by("store", "gc", *target.words):
        removed = [
            remove_unreferenced(place, grace, clock=clock, dry_run=dry_run, progress=session.progress)
            for place in target.places()
        ]
    done = [{**asdict(each), "dataset": str(each.dataset)} for each in removed]
    told = [views.render_removed(each, dry_run=dry_run) for each in done]
    session.say("\n".join(told), {"datasets": done, "dry-run": dry_run})
    return EXIT_OK


def run_pull(session: Session, target: Target, folder: Path, sequence: int | None, *, dry_run: bool) -> int:
    """Bring a version into a folder."""
    with resumed_by("store", "pull", *target.words, "--output", str(folder)):
        done = pull(target.place(), folder, sequence, dry_run=dry_run, progress=session.progress)
    document = {**asdict(done), "dry-run": dry_run}
    session.say(views.render_pulled(document, dry_run=dry_run), document)
    return EXIT_OK


def run_policy(session: Session, named: Mapping[str, Named], only: str | None) -> int:
    """Show the documents, or one of them as its cloud's tool takes it."""
    if only is not None:
        if only not in named:
            raise UsageError(f"There is no document {only!r} here", next_step=f"Give one of: {', '.join(named)}")
        replace(session, json=True).say("", named[only].document)
        return EXIT_OK
    if session.json:
        session.say("", {name: each.document for name, each in named.items()})
        return EXIT_OK
    for name, each in named.items():
        session.say(f"# {name}: {each.about}\n# {each.command}")
        replace(session, json=True).say("", each.document)  # as it is: colons of an ARN are no command of a runner
    return EXIT_OK
