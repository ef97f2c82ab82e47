"""From the parsed command line of the watchdog to its outcome: what it did, for people, as JSON, in the job summary."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from osds.errors import EXIT_OK
from osds.registry.registration import GitHubTarget
from osds.session import Session
from osds.untrusted import code, one_line

if TYPE_CHECKING:
    from osds.commands.registry.watch import Watched
    from osds.registry.changes import Event


def run_registry_watch(session: Session, where: str | None, *, requests: int, dry_run: bool) -> int:
    """Look at the datasets that a registry lists. Raises `UsageError` if there is no token to ask GitHub with."""
    from osds.commands.registry.circumstances import find_target, now
    from osds.commands.registry.forges import open_target
    from osds.commands.registry.registries import open_github
    from osds.commands.registry.watch import watch

    target, access = find_target(session, where)
    with ExitStack() as stack:
        github = stack.enter_context(open_github(access))
        registry = stack.enter_context(open_target(target, access))
        done = watch(
            registry,
            github,
            own=target.full_name if isinstance(target, GitHubTarget) else None,
            server_url=access.server_url,
            clock=now,
            progress=session.progress,
            requests=requests,
            dry_run=dry_run,
        )
    session.say("\n".join(said(done, dry_run=dry_run)), document(done, dry_run=dry_run))
    session.add_summary(summary(done, dry_run=dry_run))
    for line in problems(done):
        session.warn(line)
    return EXIT_OK


def said(done: Watched, *, dry_run: bool) -> Iterator[str]:
    """What happened, for people; the first line says how much was looked at."""
    left = f"; {done.left} wait for the next days" if done.left else ""
    datasets = "1 dataset" if done.looked == 1 else f"{done.looked} datasets"
    yield f"Looked at {datasets} on GitHub with {done.requests} requests{left}"
    events = done.recorded.record.events
    for event in events:
        yield f"{'would tell: ' if dry_run else ''}{_told(event)}"
    for each in done.switched:
        yield f"{'would do: ' if dry_run else ''}{each.repository}, {one_line(each.path, 200)}: {each.now}"
    yield from problems(done)
    if not events and not done.unanswered:
        yield "Nothing new"


def problems(done: Watched) -> Iterator[str]:
    """What a keeper should look after: what could not be looked at."""
    for name in done.unanswered:
        yield f"{name}: GitHub did not let osds look at it; what was known of it stays"


def summary(done: Watched, *, dry_run: bool) -> str:
    """The same in Markdown; what comes from others stands as code."""
    first, *lines = said(done, dry_run=dry_run)
    return "\n".join(["## Watchdog", "", first, "", *(f"- {code(line, 500)}" for line in lines)])


def document(done: Watched, *, dry_run: bool) -> dict[str, Any]:
    """The same for machines."""
    return {
        "commit": done.recorded.commit,
        "changed": done.recorded.changed,
        "looked": done.looked,
        "left": done.left,
        "requests": done.requests,
        "unanswered": list(done.unanswered),
        "switched": [{"repository": s.repository, "path": s.path, "on": s.on} for s in done.switched],
        "events": [
            {"event": e.event.value, "owner": e.owner, "name": e.name, "detail": e.detail}
            for e in done.recorded.record.events
        ],
        "dry-run": dry_run,
    }


def _told(event: Event) -> str:
    return one_line(f"{event.owner}/{event.name}: {event.event} {event.detail}", 500)
