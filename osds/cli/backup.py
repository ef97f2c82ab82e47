"""The commands on backups of datasets."""

from __future__ import annotations

import click

from osds.cli.parts import EPILOG, debug_flag, dry_run_flag, json_flag, open_session, takes_settings

_takedowns = click.option(
    "--takedowns",
    metavar="FILE",
    help="List of datasets (owner/name on a line) that are neither backed up nor restored",
)


@click.command(epilog=EPILOG)
@click.argument("dataset", metavar="DATASET")
@takes_settings("backup")
@click.option("--name", metavar="NAME", help="Name of the dataset. Default: from its descriptor")
@_takedowns
@dry_run_flag
@json_flag
@debug_flag
def backup(
    dataset: str, *, name: str | None, takedowns: str | None, dry_run: bool, as_json: bool, **flags: object
) -> int:
    """Keep the repository DATASET (a URL or a folder), with all branches, tags and git-lfs files, in the store.

    Only what is new is sent; an unchanged repository causes no write. Nothing is ever deleted: when history is overwritten
    or the repository disappears, the earlier versions stay. With --name a repository that is gone can be recorded as gone.

    \b
    Examples:
      osds backup https://github.com/os-data/madrid-budget --store s3://backup.example.org
      osds backup ./madrid-budget --owner os-data --store ./backups --dry-run
    """
    from osds.commands.backup.run import run_backup

    session = open_session(as_json=as_json)
    settings = session.settings(None, flags)
    return run_backup(session, dataset, settings, name=name, takedowns=takedowns, dry_run=dry_run)


@click.command(epilog=EPILOG)
@click.argument("dataset", metavar="OWNER/NAME")
@takes_settings("restore")
@click.option("--output", required=True, metavar="DIR", help="New folder for the repository")
@click.option("--at", type=click.IntRange(min=1), metavar="VERSION", help="Version of the backup  [default: the last]")
@_takedowns
@json_flag
@debug_flag
def restore(dataset: str, *, output: str, at: int | None, takedowns: str | None, as_json: bool, **flags: object) -> int:
    """Bring a dataset back from its backup, as a git repository with its git-lfs files in place.

    Every byte is compared with what was backed up. The folder is there whole, or not at all.

    \b
    Examples:
      osds restore os-data/madrid-budget --store s3://backup.example.org --output madrid-budget
      osds restore os-data/madrid-budget --store ./backups --output last-year --at 12
    """
    from osds.commands.backup.run import run_restore

    session = open_session(as_json=as_json)
    settings = session.settings(None, flags)
    return run_restore(session, dataset, settings, output=output, at=at, takedowns=takedowns)


@click.command(epilog=EPILOG)
@takes_settings("drill")
@click.option("--seed", type=int, metavar="NUMBER", help="Choose the same backup again  [default: by chance]")
@_takedowns
@json_flag
@debug_flag
def drill(*, seed: int | None, takedowns: str | None, as_json: bool, **flags: object) -> int:
    """Prove that the backups can be used: restore one, chosen by chance, and validate it.

    Run it every week. The exit code is that of `osds validate`, or 4 if the backup is damaged.

    \b
    Examples:
      osds drill --store s3://backup.example.org
    """
    from osds.commands.backup.run import run_drill

    session = open_session(as_json=as_json)
    return run_drill(session, session.settings(None, flags), seed=seed, takedowns=takedowns)


COMMANDS = (backup, restore, drill)
