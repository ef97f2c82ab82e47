"""The commands on a store of published datasets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from osds.cli.parts import EPILOG, debug_flag, dry_run_flag, json_flag, open_session, takes_settings
from osds.errors import UsageError

if TYPE_CHECKING:
    from osds.commands.store.run import Target
    from osds.session import Session

_dataset = click.argument("dataset", metavar="OWNER/NAME")
_any_dataset = click.argument("dataset", metavar="[OWNER/NAME]", required=False)


@click.group()
def store() -> None:
    """Look after what is published: see it, verify it, go back, clean up, fetch it.

    The store is --store, or OSDS_STORE in the environment.
    """


@store.command("show", epilog=EPILOG)
@_any_dataset
@takes_settings("store")
@json_flag
@debug_flag
def show(dataset: str | None, *, as_json: bool, **flags: object) -> int:
    """Show what is current: all datasets of a store, or one of them.

    \b
    Examples:
      osds store show --store ./store
      osds store show os-data/madrid-budget --store s3://data.example.org
    """
    from osds.commands.store.run import run_show

    session, target = _open(dataset, flags, as_json=as_json)
    return run_show(session, target)


@store.command("versions", epilog=EPILOG)
@_dataset
@takes_settings("store")
@json_flag
@debug_flag
def versions(dataset: str, *, as_json: bool, **flags: object) -> int:
    """List the versions of a dataset; every one of them can be read for ever.

    \b
    Examples:
      osds store versions os-data/madrid-budget --store ./store
    """
    from osds.commands.store.run import run_versions

    session, target = _open(dataset, flags, as_json=as_json)
    return run_versions(session, target)


@store.command("verify", epilog=EPILOG)
@_any_dataset
@takes_settings("store")
@json_flag
@debug_flag
def verify(dataset: str | None, *, as_json: bool, **flags: object) -> int:
    """Compare everything that is published with its hashes, and add up the sums again. Exit code 1 if it is damaged.

    \b
    Examples:
      osds store verify --store s3://data.example.org
      osds store verify os-data/madrid-budget --store ./store --json
    """
    from osds.commands.store.run import run_verify

    session, target = _open(dataset, flags, as_json=as_json)
    return run_verify(session, target)


@store.command("rollback", epilog=EPILOG)
@_dataset
@click.argument("sequence", metavar="SEQ", type=click.IntRange(min=1))
@click.option("--reason", metavar="TEXT", help="Why; it is recorded in the new version")
@takes_settings("store")
@dry_run_flag
@json_flag
@debug_flag
def rollback(dataset: str, sequence: int, *, reason: str | None, dry_run: bool, as_json: bool, **flags: object) -> int:
    """Publish a new version that says what version SEQ said. No version is deleted or changed.

    \b
    Examples:
      osds store rollback os-data/madrid-budget 6 --store ./store --reason "Version 7 lacks two districts"
    """
    from osds.commands.store.run import run_rollback

    session, target = _open(dataset, flags, as_json=as_json)
    return run_rollback(session, target, sequence, reason, dry_run=dry_run)


@store.command("gc", epilog=EPILOG)
@_any_dataset
@click.option(
    "--older-than",
    "days",
    metavar="DAYS",
    type=click.IntRange(min=1),
    default=7,
    help="Leave alone what was written in the last DAYS days  [default: 7]",
)
@takes_settings("store")
@dry_run_flag
@json_flag
@debug_flag
def gc(dataset: str | None, *, days: int, dry_run: bool, as_json: bool, **flags: object) -> int:
    """Remove files that no version refers to: those of publishers that were killed or held back.

    It is safe while others publish. Versions, and everything that one of them refers to, are never removed.

    \b
    Examples:
      osds store gc --store s3://data.example.org --dry-run
      osds store gc os-data/madrid-budget --store ./store --older-than 30
    """
    from osds.commands.store.run import run_gc

    session, target = _open(dataset, flags, as_json=as_json)
    return run_gc(session, target, days, dry_run=dry_run)


@store.command("pull", epilog=EPILOG)
@_dataset
@click.option("--output", metavar="DIR", help="Folder to bring it into  [default: the dataset's name]")
@click.option(
    "--version", "sequence", metavar="SEQ", type=click.IntRange(min=1), help="Version  [default: the current]"
)
@takes_settings("store")
@dry_run_flag
@json_flag
@debug_flag
def pull(
    dataset: str, *, output: str | None, sequence: int | None, dry_run: bool, as_json: bool, **flags: object
) -> int:
    """Fetch a version into a folder, every byte verified; what is there already is not fetched again.

    A store that offers an older version than was pulled before is refused.

    \b
    Examples:
      osds store pull os-data/madrid-budget --store s3://data.example.org
      osds store pull os-data/madrid-budget --store ./store --version 3 --output madrid-3
    """
    from osds.commands.store.run import run_pull

    session, target = _open(dataset, flags, as_json=as_json)
    folder = Path(output) if output else Path(dataset.rpartition("/")[2])
    return run_pull(session, target, folder, sequence, dry_run=dry_run)


@store.command("policy", epilog=EPILOG)
@click.option("--dataset", metavar="OWNER/NAME", help="Also the session policy that narrows a role to this dataset")
@click.option("--account", metavar="NUMBER", help="Number of the AWS account, for the trust policy")
@click.option("--repository", metavar="OWNER/REPO", help="Repository on GitHub that may publish, for the trust policy")
@click.option("--owner-id", type=int, metavar="ID", help="Numeric id of the repository's owner")
@click.option("--repository-id", type=int, metavar="ID", help="Numeric id of the repository")
@click.option("--environment", default="publish", metavar="NAME", help="Its environment  [default: publish]")
@click.option("--only", metavar="NAME", help="Print this document alone: cors, bucket, lifecycle, publisher, gc, …")
@takes_settings("store")
@json_flag
@debug_flag
def policy(
    *,
    dataset: str | None,
    account: str | None,
    repository: str | None,
    owner_id: int | None,
    repository_id: int | None,
    environment: str,
    only: str | None,
    as_json: bool,
    **flags: object,
) -> int:
    """Print what a bucket has to allow: CORS, bucket policy, and the rights of roles, each with the command that sets it.

    \b
    Examples:
      osds store policy --store s3://data.example.org
      osds store policy --store s3://data.example.org --only cors > cors.json
      osds store policy --store s3://data.example.org --account 123456789012 --repository os-team/registry \\
        --owner-id 1234 --repository-id 5678 --dataset os-data/madrid-budget
    """
    from osds.commands.store.policy import policies
    from osds.commands.store.run import run_policy
    from osds.dataset.identity import DatasetId
    from osds.store.policy import parse_repository

    session = open_session(as_json=as_json)
    trusted = None
    if repository is not None:
        trusted = parse_repository(repository, owner_id=owner_id, repository_id=repository_id, environment=environment)
    named = policies(
        _url(session, flags)[0],
        dataset=DatasetId.parse(dataset) if dataset else None,
        repository=trusted,
        account=account,
    )
    return run_policy(session, named, only)


def _open(dataset: str | None, flags: dict[str, object], *, as_json: bool) -> tuple[Session, Target]:
    from osds.commands.store.run import Target
    from osds.dataset.identity import DatasetId

    session = open_session(as_json=as_json)
    url, endpoint = _url(session, flags)
    return session, Target(url=url, endpoint=endpoint, dataset=DatasetId.parse(dataset) if dataset else None)


def _url(session: Session, flags: dict[str, object]) -> tuple[str, str | None]:
    settings = session.settings(None, flags)
    if settings.store is None:
        raise UsageError("Nobody says which store", next_step="Give --store, or OSDS_STORE in the environment")
    return settings.store, settings.endpoint
