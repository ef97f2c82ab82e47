"""From a parsed `osds backup`, `osds restore` or `osds drill` to its outcome. Each function returns the exit code."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from osds.commands.backup.backup import BackedUp, Order, back_up
from osds.commands.backup.drill import drill
from osds.commands.backup.restore import restore
from osds.commands.clock import SystemClock
from osds.commands.dataset.lfs_sources import LfsAccess, lfs_sources
from osds.commands.dataset.run_fetch import lfs_access
from osds.dataset.identity import DatasetId
from osds.edges.git.mirror import Upstream
from osds.edges.store.objects import ObjectStore, open_store
from osds.errors import EXIT_OK, OutsideError, UsageError
from osds.registry.urls import canonical_url, owner_in_url
from osds.session import Session
from osds.settings import Settings, size_of
from osds.store.backup import Backup, Holding, State, parse_takedowns
from osds.untrusted import code, one_line


def run_backup(
    session: Session,
    dataset: str,
    settings: Settings,
    *,
    name: str | None,
    takedowns: str | None,
    dry_run: bool,
    access: LfsAccess | None = None,
) -> int:
    """Back up the repository at the URL or in the folder `dataset`; `access` is for those who know better."""
    url = _address(dataset)
    owner = settings.owner or owner_in_url(url)
    if owner is None:
        raise UsageError(f"Nobody says who owns the dataset at {url}", next_step="Give --owner NAME")
    access = access or lfs_access(session, settings)
    order = Order(
        upstream=Upstream(url=url, token=access.token_for(url), reach=access.own_reach),
        owner=owner,
        name=name,
        max_bytes=size_of(settings.max_size, "--max-size"),
        takedowns=read_takedowns(takedowns),
    )
    lfs = lfs_sources(None, url, access)
    done = back_up(order, _store(settings), lfs, clock=SystemClock(), progress=session.progress, dry_run=dry_run)
    lines = _told(done, dry_run=dry_run)
    session.say("\n".join(lines), {**_document(done.dataset, done.backup), "changed": done.changed, "dry-run": dry_run})
    session.add_summary(code(lines[0]))
    if done.failure is not None:
        awaited = _holdings(done.backup)[Holding.AWAITED]
        raise OutsideError(
            f"{awaited} git-lfs objects of {done.dataset} could not be had: {done.failure.what}",
            next_step="Run the same command again later: the rest is safe",
        )
    return EXIT_OK


def run_restore(
    session: Session, dataset: str, settings: Settings, *, output: str, at: int | None, takedowns: str | None
) -> int:
    """Bring a dataset back into the folder `output`."""
    done = restore(
        DatasetId.parse(dataset),
        _store(settings),
        Path(output),
        at=at,
        max_bytes=size_of(settings.max_size, "--max-size"),
        takedowns=read_takedowns(takedowns),
        progress=session.progress,
    )
    lines = [f"Restored {done.dataset} in {one_line(output)}, as it was backed up on {one_line(done.backup.made)}"]
    if done.backup.state is State.GONE:
        lines.append(f"Its repository is gone: {one_line(done.backup.told)}")
    lines += [f"A git-lfs pointer stands at {one_line(path)}: nobody has its content" for path in done.left]
    document = {**_document(done.dataset, done.backup), "output": output, "left": list(done.left)}
    session.say("\n".join([*lines, f"Look at it: osds validate {one_line(output)}"]), document)
    return EXIT_OK


def run_drill(session: Session, settings: Settings, *, seed: int | None, takedowns: str | None) -> int:
    """Restore one backup at random and validate it; what it says is the exit code."""
    done = drill(_store(settings), settings, seed=seed, takedowns=read_takedowns(takedowns), progress=session.progress)
    dataset, backup = done.restoration.dataset, done.restoration.backup
    verdict = "valid" if done.report.valid else "not valid"
    lines = [
        f"Restored version {backup.sequence} of the backup of {dataset}, of {one_line(backup.made)}: it is {verdict}"
    ]
    lines += [f"  {one_line(f'{finding.code}: {finding.message}')}" for finding in done.report.findings[:20]]
    session.say("\n".join(lines), {**_document(dataset, backup), "valid": done.report.valid})
    session.add_summary(code(lines[0]))
    return done.report.exit_code


def _told(done: BackedUp, *, dry_run: bool) -> list[str]:
    holdings, backup = _holdings(done.backup), done.backup
    if not done.changed:
        state = ": its repository is gone" if backup.state is State.GONE else ""
        lines = [f"Unchanged: version {backup.sequence} of the backup of {done.dataset} is current{state}"]
        lines += [f"{len(done.created)} contents that were missing are back"] if done.created else []
    elif backup.state is State.GONE:
        did = "Would record" if dry_run else "Recorded"
        lines = [f"{did} that the repository of {done.dataset} is gone; its backup is kept", one_line(backup.told)]
    else:
        did = "Would back up" if dry_run else "Backed up"
        lines = [f"{did} {done.dataset} as version {backup.sequence} ({done.bytes_sent:,} bytes sent)"]
        lines += [] if backup.licences else ["No licence is named in its descriptor: ask before you pass it on"]
    if holdings[Holding.MISSING]:
        lines.append(f"{holdings[Holding.MISSING]} git-lfs objects are missing in its own repository")
    return lines + ([f"  create {key}" for key in done.created] if dry_run else [])


def _document(dataset: DatasetId, backup: Backup) -> dict[str, object]:
    return {
        "dataset": str(dataset),
        "version": backup.sequence,
        "made": backup.made,
        "state": str(backup.state),
        "repository": backup.repository,
        "licences": list(backup.licences),
        "bytes": backup.size,
        "lfs": {str(holding): count for holding, count in _holdings(backup).items()},
    }


def _holdings(backup: Backup) -> Counter[Holding]:
    return Counter(each.holding for each in backup.lfs)


def _address(dataset: str) -> str:
    """The address of a repository, from a URL or from the path of a folder."""
    folder = Path(dataset)
    if "://" not in dataset and (folder.exists() or dataset.startswith(("/", "."))):
        return canonical_url(str(folder.absolute()))
    return canonical_url(dataset)


def _store(settings: Settings) -> ObjectStore:
    if settings.store is None:
        raise UsageError("Nobody says where the backups are", next_step="Give --store, for instance --store ./backups")
    return open_store(settings.store, endpoint=settings.endpoint)


def read_takedowns(path: str | None) -> frozenset[str]:
    """The datasets on the list in the file `path`. Raises `UsageError` if it cannot be read."""
    if path is None:
        return frozenset()
    try:
        return parse_takedowns(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The list {path!r} cannot be read", next_step="Correct --takedowns") from error
