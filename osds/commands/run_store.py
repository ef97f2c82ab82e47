"""From a parsed command line to its outcome, for everything that has to do with a store."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from osds.commands.data_files import OpenPointer, data_reader, gather_data
from osds.commands.identity import Identity
from osds.commands.publish import Published, publish_bundle
from osds.dataset.package import DataPackage
from osds.edges.objects import open_store
from osds.errors import EXIT_INVALID, EXIT_OK, OutsideError
from osds.session import Session
from osds.settings import Settings
from osds.store.data import choose_resources
from osds.store.manifest import SourceFacts
from osds.untrusted import code
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
    with resumed_by("publish", str(folder), "--store", settings.store or ""):
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
