"""From a parsed `osds registry plan`, `shard` or `finish` to its outcome. Each function returns the exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from osds.commands.backup.run import read_takedowns
from osds.commands.dataset.lfs_sources import LfsAccess
from osds.commands.registry.circumstances import FREEZE, find_target, is_frozen
from osds.commands.registry.finish import Backups, Finish, Finished, shard_folder
from osds.commands.registry.forges import open_judge, open_target
from osds.commands.registry.judging import read_state
from osds.commands.registry.recording import read_book
from osds.commands.registry.shard import Limits, Shard
from osds.edges.local import files
from osds.edges.store.objects import open_store
from osds.errors import EXIT_OK, OutsideError, UsageError
from osds.registry.registration import FolderTarget
from osds.registry.sweep_plan import Plan, make_plan, parse_plan, render_plan
from osds.session import Session
from osds.settings import Settings, size_of
from osds.views import sweep as views

_MAX_PLAN = 256 * 1024 * 1024  # bytes


def run_plan(session: Session, where: str | None, output: Path, *, max_jobs: int, job_minutes: int, anew: bool) -> int:
    """Share the datasets of a registry out to jobs, and write the plan. The output `shards` has their numbers."""
    target, access = find_target(session, where)
    frozen = is_frozen(session)
    with open_target(target, access, depth=1) as registry, session.progress.task("Planning"):
        state, book = read_state(registry), read_book(registry)
        plan = make_plan(
            state.catalog,
            book,
            state.policy,
            commit=state.commit,
            local=isinstance(target, FolderTarget),
            server_url=access.server_url,
            max_jobs=max_jobs,
            job_minutes=job_minutes,
            anew=anew,
        )
    if frozen or state.policy.freeze:
        plan = Plan(commit=plan.commit, generator=plan.generator, shards=())
    _write(output, render_plan(plan))
    numbers = list(range(len(plan.shards)))
    datasets, jobs = len(plan.datasets), len(numbers)
    told = f"Planned {datasets:,} datasets in {jobs:,} job{'' if jobs == 1 else 's'}, see {output}"
    document = {"output": str(output), "commit": plan.commit, "datasets": datasets, "shards": numbers}
    session.say(_FROZEN if frozen or state.policy.freeze else told, document)
    session.add_summary(told)
    session.set_step_outputs({"shards": json.dumps(numbers)})
    return EXIT_OK


def run_shard(session: Session, plan_file: Path, number: int, output: Path, *, limits: Limits) -> int:
    """Look at the datasets of one job."""
    plan = _read_plan(plan_file)
    if number >= len(plan.shards):
        raise UsageError(f"The plan has no job {number}", next_step=f"It has {len(plan.shards)}, counted from 0")
    shard = Shard(
        output=shard_folder(output, number), access=_access(session), limits=limits, progress=session.progress
    )
    results = shard.run(plan.shards[number])
    session.say(views.render_looked(results), {"output": str(output), "outcomes": views.counts(results)})
    session.add_summary(views.summarise_looked(results))
    return EXIT_OK


def run_finish(
    session: Session,
    where: str | None,
    settings: Settings,
    *,
    plan_file: Path,
    results: Path,
    backup_store: str | None,
    takedowns: str | None,
    dry_run: bool,
) -> int:
    """Publish, heal, back up and note what the jobs found."""
    target, access = find_target(session, where)
    plan = _read_plan(plan_file)
    endpoint, frozen = settings.endpoint, is_frozen(session)
    backups = None
    if backup_store:
        most = size_of(settings.max_size, "--max-size")
        store = open_store(backup_store, endpoint=endpoint if backup_store.startswith("s3://") else None)
        backups = Backups(store=store, max_bytes=most, takedowns=read_takedowns(takedowns))
    with open_judge(target, access, frozen=frozen) as opened:
        registry = opened.judge.registry
        if frozen or read_state(registry).policy.freeze:
            session.say(_FROZEN, {"frozen": True})
            return EXIT_OK
        finish = Finish(
            registry=registry,
            plan=plan,
            results=results,
            store=open_store(settings.store, endpoint=endpoint) if settings.store else None,
            backups=backups,
            access=_access(session),
            forge=opened.forge,
            progress=session.progress,
        )
        done = finish.run(dry_run=dry_run)
    document = _document(plan, done, dry_run=dry_run)
    told = views.render_finished(document, list(done.found.values()), dry_run=dry_run)
    session.say(told, document)
    session.add_summary(views.summarise_finished(told))
    return EXIT_OK


def _document(plan: Plan, done: Finished, *, dry_run: bool) -> dict[str, Any]:
    return {
        "commit": done.recorded.commit,
        "changed": done.recorded.changed,
        "planned": len(plan.datasets),
        "left": done.left,
        "outcomes": views.counts([found.result for found in done.found.values()]),
        "published": list(done.published),
        "backed-up": list(done.backed_up),
        "events": len(done.recorded.record.events),
        "dry-run": dry_run,
    }


def _access(session: Session) -> LfsAccess:
    """How repositories and their git-lfs hosts are asked: without any token, because strangers choose them."""
    return LfsAccess() if session.runner is None else LfsAccess(server_url=session.runner.server_url)


def _read_plan(path: Path) -> Plan:
    content = files.read_file(path.parent, path.name, _MAX_PLAN)
    if content is None:
        raise UsageError(f"There is no plan {str(path)!r}", next_step="`osds registry plan` makes it")
    return parse_plan(content)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutsideError(f"{path} cannot be written: {error.strerror}", next_step="Give another file") from error


_FROZEN = f"The registry is frozen. Set {FREEZE} to 0, and freeze in osds.yml to false, to go on"
