"""`osds register`: enter a dataset into a registry by the best way open to it, and change nothing the second time.

A registry that git alone can write gets one commit: one row, one event. A registry on GitHub gets a pull request, or,
without a token, a link to a filled-in form.
"""

from __future__ import annotations

import random
import re
import time
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlsplit

from osds.commands.registry.registries import Access, Clock, read_registry, read_text
from osds.edges.git.git import Remote
from osds.edges.git.objects import Author, identity
from osds.edges.git.registry import Registry, open_registry
from osds.errors import OutsideError, UnsafeInputError
from osds.progress import Progress
from osds.registry.catalog import CATALOG_FILE, Entry
from osds.registry.changes import CHANGES_FILE, EMPTY_CHANGES, append, timestamp
from osds.registry.entering import Change, decide
from osds.registry.pull_request import Summary
from osds.registry.registration import (
    SERVER_URL,
    FolderTarget,
    GitHubTarget,
    GitTarget,
    Registered,
    Target,
    parse_target,
)

_TRIES = 60  # of a commit, when others register at the same moment

# What GitHub's tokens look like: they are worth stealing, so they only go to GitHub's own host.
# https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
_GITHUB_TOKEN = re.compile(r"(gh[a-z]_|github_pat_).*|[0-9a-f]{40}")


def parse_registry(text: str, *, server_url: str = SERVER_URL) -> Target:
    """Which registry `text` names; a folder wins over OWNER/REPO. Raises `UsageError` if it can be neither."""
    return parse_target(text, is_folder=lambda path: Path(path).is_dir(), server_url=server_url)


def register(
    entry: Entry,
    summary: Summary,
    target: Target,
    *,
    access: Access,
    clock: Clock,
    progress: Progress,
    actor: str = "",
    dry_run: bool = False,
) -> Registered:
    """Enter `entry` into the registry `target`; `summary` tells its reviewers about the dataset.

    `clock` gives the present time with its zone. `actor` is who asks (default: the name that git knows).
    With `dry_run` everything is read and decided, and nothing is written anywhere.
    Raises `UsageError` if the registry or the entry cannot be, `OutsideError` if something failed on the way.
    """
    if isinstance(target, GitHubTarget):
        from osds.commands.registry.register_github import register_on_github

        return register_on_github(
            entry, summary, target, access=access, clock=clock, progress=progress, dry_run=dry_run
        )
    where = target.folder if isinstance(target, FolderTarget) else target.url
    with progress.task(f"Entering {entry.id} into {where}"), _open(target, access) as registry:
        return _register_by_git(entry, registry, where, clock=clock, actor=actor, dry_run=dry_run)


def _open(target: FolderTarget | GitTarget, access: Access) -> AbstractContextManager[Registry]:
    if isinstance(target, FolderTarget):
        return open_registry(Path(target.folder))
    remote = Remote.parse(target.url)
    ours = remote.host == urlsplit(access.server_url).netloc
    if access.token and not ours and remote.url.startswith("http") and _GITHUB_TOKEN.fullmatch(access.token):
        raise UnsafeInputError(
            f"The token is GitHub's, and the registry is on {remote.host}",
            next_step="Give that host's own token, or register by ssh",
        )
    return open_registry(target.url, token=access.token)


def _register_by_git(
    entry: Entry, registry: Registry, where: str, *, clock: Clock, actor: str, dry_run: bool
) -> Registered:
    for attempt in range(_TRIES):
        catalog, policy = read_registry(registry)
        change = decide(catalog, entry, policy)
        if change is None:
            return _unchanged(registry, entry, where, dry_run=dry_run)
        if dry_run:
            return Registered(how="commit", where=where, lines=(f"Would commit to {where}: {change.title}", change.row))
        author = Author(identity=identity(registry.git.folder), time=clock())
        files = {
            CATALOG_FILE: change.catalog.render().encode(),
            CHANGES_FILE: _log_with(registry, change, author, actor).encode(),
        }
        new, old = registry.commit(files, f"{change.title}\n\n{entry.url}\n", author), registry.tip
        if registry.compare_and_set(registry.branch, new, old):
            lines = (f"{change.title}: committed to {where} as {new[:12]}", change.row, *_view(registry, where, old))
            return Registered(how="commit", where=where, url=new, lines=lines)
        time.sleep(random.uniform(0, min(1, 0.02 * (attempt + 1))))  # noqa: S311 (so that rivals do not march in step)
        registry.refresh()
    raise OutsideError(f"{where} changed {_TRIES} times while osds wrote to it", next_step="Try again later")


def _log_with(registry: Registry, change: Change, author: Author, actor: str) -> str:
    log = read_text(registry, CHANGES_FILE)
    event = change.event(time=timestamp(author.time), actor=actor or author.identity.name)
    return append(EMPTY_CHANGES if log is None else log, event)


def _unchanged(registry: Registry, entry: Entry, where: str, *, dry_run: bool) -> Registered:
    view = () if dry_run else _view(registry, where, None)
    return Registered(how="unchanged", where=where, lines=(f"{entry.id} is already in {where}", *view))


def _view(registry: Registry, where: str, since: str | None) -> tuple[str, ...]:
    """Let the work tree follow the branch; a line to print if a person's edits are in the way."""
    if registry.bring_along(since):
        return ()
    said = (
        f"The branch {registry.branch} is right, but the files in {where} have edits of yours and were left as they are"
    )
    return (f"{said}. Save your edits elsewhere, then run `git reset --hard` there",)
