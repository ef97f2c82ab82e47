"""From a parsed command line to the outcome, for what a registry tells: its news, and the state of one dataset."""

from __future__ import annotations

from pathlib import Path

from osds.commands.registry.circumstances import find_target
from osds.commands.registry.forges import open_target
from osds.commands.registry.recording import read_book
from osds.commands.registry.registries import read_registry
from osds.dataset.identity import DatasetId
from osds.errors import EXIT_OK, UsageError
from osds.news.states import State, state_of
from osds.session import Session
from osds.settings import Settings
from osds.untrusted import code


def run_registry_news(session: Session, where: str | None, settings: Settings, *, dry_run: bool) -> int:
    """Write feeds, changelog, states, badges and page of a registry to a store."""
    from osds.commands.registry.news import write_news
    from osds.edges.store.objects import open_store

    if not settings.store:
        raise UsageError("Nobody says to which store", next_step="Give --store, or set OSDS_STORE")
    store = open_store(settings.store, endpoint=settings.endpoint)
    target, access = find_target(session, where)
    with open_target(target, access) as registry, session.progress.task("Putting the news together"):
        done = write_news(registry, store, progress=session.progress, dry_run=dry_run)
    place = f"{store.url.rstrip('/')}/registry"
    if done.written:
        verb = "Would write" if dry_run else "Wrote"
        told = f"{verb} {len(done.written):,} of {done.total:,} files of news to {place}, for commit {done.commit[:12]}"
    else:
        told = f"{place} has the news of commit {done.commit[:12]} already: {done.total:,} files"
    document = {"commit": done.commit, "written": list(done.written), "total": done.total, "dry-run": dry_run}
    session.say(told, document)
    session.add_summary(code(told))
    return EXIT_OK


def run_status(session: Session, dataset: str, settings: Settings) -> int:
    """Say how a dataset is, as its registry knows it."""
    identity = DatasetId.parse(dataset)
    target, access = find_target(session, settings.registry)
    with open_target(target, access, depth=1) as registry, session.progress.task("Reading the registry"):
        catalog, _ = read_registry(registry)
        entry = catalog.find(identity)
        if entry is None:
            raise UsageError(
                f"The registry does not list {identity}", next_step="`osds register` enters it; check --registry"
            )
        state = state_of(entry, read_book(registry))
    session.say("\n".join(_lines(state)), state.document)
    return EXIT_OK


def _lines(state: State) -> list[str]:
    status = state.status
    facts = {
        "repository": status.url,
        "figures until": status.until,
        "published": f"version {status.version}, {status.published[:10]}" if status.version else "",
        "rows": f"{status.rows:,}" if status.verdict else "",
        "commit": status.commit[:12],
        "last run": status.last_run,
    }
    told = [f"{status.id}: {state.message}", *(f"  {name}: {value}" for name, value in facts.items() if value)]
    standing = ((each.since[:10], filter(None, (each.trouble, each.detail))) for each in status.told)
    return [*told, *(f"  since {day}: {', '.join(words)}" for day, words in standing)]


def dataset_settings(session: Session, flags: dict[str, object]) -> Settings:
    """The settings of the folder that the command is run in, which may be a dataset's."""
    return session.settings(Path(), flags)
