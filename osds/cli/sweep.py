"""The commands of a sweep over all datasets of a registry: plan, look, finish."""

from __future__ import annotations

from pathlib import Path

import click

from osds.cli.parts import EPILOG, debug_flag, dry_run_flag, json_flag, open_session, takes_settings

_plan_file = click.option(
    "--plan", "plan_file", required=True, metavar="FILE", help="The plan that osds registry plan made"
)


@click.command("plan", epilog=EPILOG)
@click.argument("where", metavar="[REGISTRY]", required=False)
@click.option("--output", default="plan.json", metavar="FILE", help="Where to write the plan  [default: plan.json]")
@click.option(
    "--max-jobs", type=click.IntRange(1, 256), default=256, metavar="COUNT", help="At most so many jobs  [default: 256]"
)
@click.option(
    "--minutes", type=click.IntRange(1), default=20, metavar="COUNT", help="How long a job should take  [default: 20]"
)
@click.option("--all", "anew", is_flag=True, help="Look at every dataset anew, also where nothing can have changed")
@json_flag
@debug_flag
def registry_plan(where: str | None, *, output: str, max_jobs: int, minutes: int, anew: bool, as_json: bool) -> int:
    """Share the datasets of a registry out to jobs that take about the same time, from what is known of each.

    A sweep is a plan, then `osds registry shard` for each job, then `osds registry finish`.

    \b
    Examples:
      osds registry plan os-team/registry --output plan.json
      osds registry plan ./registry --max-jobs 1
    """
    from osds.commands.registry.run_sweep import run_plan

    session = open_session(as_json=as_json)
    return run_plan(session, where, Path(output), max_jobs=max_jobs, job_minutes=minutes, anew=anew)


@click.command("shard", epilog=EPILOG)
@_plan_file
@click.option("--shard", "number", type=click.IntRange(0), required=True, metavar="NUMBER", help="Which job, from 0")
@click.option("--output", default="results", metavar="DIR", help="Where to write the results  [default: results]")
@click.option("--max-size", default="2GB", metavar="SIZE", help="No more of one dataset than this  [default: 2GB]")
@click.option("--max-memory", default="4GB", metavar="SIZE", help="Memory for one dataset  [default: 4GB]")
@click.option(
    "--max-seconds", type=click.IntRange(1), default=1800, metavar="COUNT", help="Time for one dataset  [default: 1800]"
)
@click.option(
    "--minutes", type=click.IntRange(1), default=80, metavar="COUNT", help="Begin no dataset after this  [default: 80]"
)
@json_flag
@debug_flag
def registry_shard(
    plan_file: str,
    *,
    number: int,
    output: str,
    max_size: str,
    max_memory: str,
    max_seconds: int,
    minutes: int,
    as_json: bool,
) -> int:
    """Look at the datasets of one job of a sweep: fetch each, validate it, add it up. Needs no credential, and takes none.

    A dataset that is gone, too large, too slow or broken gets a result that says so, and the others go on.

    \b
    Examples:
      osds registry shard --plan plan.json --shard 0
    """
    from osds.commands.registry.run_sweep import run_shard
    from osds.commands.registry.shard import Limits
    from osds.settings import size_of

    limits = Limits(
        size=size_of(max_size, "--max-size"),
        memory=size_of(max_memory, "--max-memory"),
        judging=max_memory,
        seconds=max_seconds,
        all_seconds=60.0 * minutes,
    )
    return run_shard(open_session(as_json=as_json), Path(plan_file), number, Path(output), limits=limits)


@click.command("finish", epilog=EPILOG)
@click.argument("where", metavar="[REGISTRY]", required=False)
@_plan_file
@click.option("--results", default="results", metavar="DIR", help="Where the jobs wrote  [default: results]")
@takes_settings("finish")
@click.option("--backup-store", metavar="URL", help="Where to back up the datasets that are not core. Default: nowhere")
@click.option("--takedowns", metavar="FILE", help="List of datasets (owner/name on a line) that are not backed up")
@dry_run_flag
@json_flag
@debug_flag
def registry_finish(
    where: str | None,
    *,
    plan_file: str,
    results: str,
    backup_store: str | None,
    takedowns: str | None,
    dry_run: bool,
    as_json: bool,
    **flags: object,
) -> int:
    """Publish what the jobs of a sweep made, heal the store, back up, and note in the registry how each dataset is.

    Nothing is written if so many datasets are missing or wrong at once that it must be an outage (shrink-floor in osds.yml;
    exit code 4), or while OSDS_FREEZE=1. A second run changes nothing.

    \b
    Examples:
      osds registry finish os-team/registry --plan plan.json --store s3://data.example.org
      osds registry finish ./registry --plan plan.json --store ./store --backup-store ./backups --dry-run
    """
    from osds.commands.registry.run_sweep import run_finish

    session = open_session(as_json=as_json)
    return run_finish(
        session,
        where,
        session.settings(None, flags),
        plan_file=Path(plan_file),
        results=Path(results),
        backup_store=backup_store,
        takedowns=takedowns,
        dry_run=dry_run,
    )


COMMANDS = (registry_plan, registry_shard, registry_finish)  # of the group `registry`
