"""From a parsed `osds fetch` to its outcome."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from osds.commands.dataset.fetch import Fetched, Wanted, check_size, fetch, find_pointers
from osds.commands.dataset.lfs_sources import LfsAccess, lfs_sources
from osds.commands.store.data_files import OpenPointer
from osds.edges.git import git
from osds.edges.web.lfs import Sources
from osds.errors import EXIT_OK
from osds.session import Session
from osds.settings import Settings, size_of
from osds.untrusted import one_line


def run_fetch(
    session: Session, folder: Path, settings: Settings, *, dry_run: bool, access: LfsAccess | None = None
) -> int:
    """Fetch what stands behind the pointers of a dataset, and say what came; `access` is for those who know better."""
    wanted = find_pointers(folder)
    check_size(wanted, size_of(settings.max_size, "--max-size"))
    origin = git.origin(folder)
    url = settings.url or (origin.url if origin else None)
    sources = lfs_sources(folder, url, access or lfs_access(session, settings))
    done = [] if dry_run else list(fetch(folder, wanted, sources, session.progress))
    told = _planned(wanted) if dry_run else _told(done)
    files = [{"path": f.path, "bytes": f.bytes, "failure": str(f.failure) if f.failure else None} for f in done]
    planned = [{"path": each.path, "bytes": each.pointer.size} for each in wanted]
    session.say("\n".join(told), {"dry-run": dry_run, "files": planned if dry_run else files})
    _raise_failure(done, len(wanted))
    return EXIT_OK


def lfs_access(session: Session, settings: Settings) -> LfsAccess:
    """What the session allows: the token for the host of the runner's GitHub, or of github.com where there is none."""
    if session.runner is None:
        return LfsAccess(token=settings.token)
    return LfsAccess(token=settings.token, server_url=session.runner.server_url)


def pointer_opener(session: Session, folder: Path, url: str | None, settings: Settings) -> OpenPointer:
    """For publishing: a function from a pointer to the bytes that it stands for, which looks for them when it is asked."""

    @cache
    def sources() -> Sources:
        return lfs_sources(folder, url, lfs_access(session, settings))

    return lambda pointer, _: sources().open(pointer)


def _planned(wanted: Sequence[Wanted]) -> list[str]:
    lines = [f"Would fetch {one_line(each.path)} ({each.pointer.size:,} bytes)" for each in wanted]
    return lines or [_NOTHING]


def _told(done: Sequence[Fetched]) -> list[str]:
    lines = [f"Fetched {one_line(each.path)} ({each.bytes:,} bytes)" for each in done if each.failure is None]
    return lines if lines or done else [_NOTHING]


def _raise_failure(done: Sequence[Fetched], wanted: int) -> None:
    failed = [each for each in done if each.failure is not None]
    if not failed or failed[0].failure is None:
        return
    first = failed[0].failure
    missing = wanted - (len(done) - len(failed))
    others = f" ({missing} of {wanted} files are still pointers)" if wanted > 1 else ""
    raise type(first)(f"{failed[0].path} was not fetched: {first.what}{others}", next_step=first.next_step)


_NOTHING = "No git-lfs pointer stands in place of the data: nothing to fetch"
