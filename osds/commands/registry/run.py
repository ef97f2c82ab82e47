"""From a parsed command line on a registry to its outcome. Each function returns the exit code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osds.commands.registry.circumstances import FREEZE, find_target, is_frozen, now
from osds.commands.registry.init import init_registry
from osds.errors import EXIT_INVALID, EXIT_OK, UsageError
from osds.registry.registration import GitHubTarget
from osds.session import Session

if TYPE_CHECKING:
    from osds.commands.registry.merge import Handled, Merged
    from osds.registry.decision import Decision


def run_registry_init(
    session: Session, folder: Path, *, title: str | None, core_organisation: str | None, dry_run: bool
) -> int:
    """Make a new registry."""
    made = init_registry(
        folder,
        title=title or "Registry of fiscal datasets",
        core_organisation=core_organisation or "os-data",
        time=now(),
        dry_run=dry_run,
    )
    session.say("\n".join(made.lines), {"folder": str(folder), "made": made.made, "dry-run": dry_run})
    return EXIT_OK


def run_registry_check(
    session: Session, where: str | None, *, pull_request: int | None, head: str | None, base: str | None, comment: bool
) -> int:
    """Say what would become of a pull request or a branch; exit code 1 if it cannot go in as it is."""
    from osds.commands.registry.check import check_commits, check_fetched, check_pull_request
    from osds.commands.registry.forges import open_judge
    from osds.registry.notice import render_notice, render_text, to_json
    from osds.registry.reasons import Outcome

    if (pull_request is None) == (head is None):
        raise UsageError("Nobody says what to check", next_step="Give --pr NUMBER, or --head REVISION")
    target, access = find_target(session, where)
    with open_judge(target, access, frozen=is_frozen(session)) as opened, session.progress.task("Judging the request"):
        decision: Decision
        if head is not None:
            decision = check_commits(opened.judge, head=head, base=base, now=now())
        elif opened.forge is not None and pull_request is not None:
            decision = check_pull_request(opened.judge, opened.forge, pull_request, now=now(), comment=comment)
        else:
            decision = check_fetched(opened.judge, pull_request or 0, now=now())
        name = opened.name
    session.say(render_text(decision, registry=name), to_json(decision, registry=name))
    session.add_summary(render_notice(decision, registry=name))
    return EXIT_INVALID if decision.outcome is Outcome.REFUSE else EXIT_OK


def run_registry_merge(session: Session, where: str | None, *, limit: int, dry_run: bool) -> int:
    """Handle the open requests of a registry."""
    from osds.commands.registry.forges import open_judge
    from osds.commands.registry.merge import merge

    target, access = find_target(session, where)
    if not isinstance(target, GitHubTarget):
        raise UsageError(
            "Only a registry on GitHub has requests to merge",
            next_step="Enter a dataset into this one by osds register; look at a branch by osds registry check --head",
        )
    if not access.token:
        raise UsageError("Merging needs a token that may write to the registry", next_step="Set OSDS_TOKEN")
    with open_judge(target, access, frozen=is_frozen(session)) as opened:
        if opened.forge is None:
            raise UsageError("Merging needs a token", next_step="Set OSDS_TOKEN")
        done = merge(opened.judge, opened.forge, clock=now, progress=session.progress, limit=limit, dry_run=dry_run)
    said = list(_said(done, dry_run=dry_run))
    session.say("\n".join(said), _document(done, dry_run=dry_run))
    session.add_summary("\n".join(said))
    return done.exit_code


def _said(done: Merged, *, dry_run: bool) -> Iterator[str]:
    if done.frozen:
        yield f"The registry is frozen: nothing was merged. Set {FREEZE} to 0, and freeze in osds.yml to false, to go on"
        return
    entered = sum(handled.entered for handled in done.handled)
    yield f"{'Would enter' if dry_run else 'Entered'} {entered} of {len(done.handled)} requests"
    if done.left:
        yield f"{done.left} more are left for the next run"
    for handled in done.handled:
        yield f"#{handled.request.number} {_became(handled)}"


def _became(handled: Handled) -> str:
    if handled.problem:
        return f"failed: {handled.problem}"
    codes = ", ".join(kind.code for kind in handled.reasons)
    return f"{'entered' if handled.entered else handled.outcome} ({codes})"


def _document(done: Merged, *, dry_run: bool) -> dict[str, Any]:
    return {
        "commit": done.commit,
        "frozen": done.frozen,
        "left": done.left,
        "dry-run": dry_run,
        "requests": [
            {
                "number": handled.request.number,
                "kind": handled.request.kind.value,
                "outcome": handled.outcome.value if handled.outcome else None,
                "entered": handled.entered,
                "reasons": [kind.code for kind in handled.reasons],
                "problem": handled.problem or None,
            }
            for handled in done.handled
        ],
    }
