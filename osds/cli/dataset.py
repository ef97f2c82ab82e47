"""The commands on one dataset, in the order of use."""

from __future__ import annotations

from pathlib import Path

import click

from osds.cli.parts import (
    EPILOG,
    debug_flag,
    dry_run_flag,
    json_flag,
    open_dataset,
    open_session,
    path_argument,
    takes_settings,
)
from osds.errors import UsageError

FORMATS = (
    "text",
    "json",
    "lines",
    "sarif",
    "junit",
    "html",
)  # those of `views.formats`, whose import would cost `--help` 60 ms


@click.command(epilog=EPILOG)
@path_argument
@takes_settings("validate")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Form of the report  [default: text]")
@click.option("--output", "target", metavar="FILE", help="Write the report in that form to FILE, and print it as text")
@json_flag
@debug_flag
def validate(path: str, *, form: str | None, target: str | None, as_json: bool, **flags: object) -> int:
    """Judge the dataset in the folder PATH: descriptor, fiscal model, and every row of every table.

    Nothing is written and nothing is fetched. Errors make the exit code 1; warnings do not.

    \b
    Examples:
      osds validate
      osds validate ~/data/madrid-budget --limit-errors 100
      osds validate --json > report.json
      osds validate --format html --output report.html
    """
    from osds.commands.dataset.run import run_validate

    if as_json and form not in {None, "json"}:
        raise UsageError("--json and another --format contradict each other", next_step="Give one of them")
    session, folder = open_dataset(path, as_json=as_json)
    settings = session.settings(folder, flags)
    return run_validate(session, folder, settings, form="json" if as_json else form or "text", target=target)


@click.command(epilog=EPILOG)
@path_argument
@takes_settings("fetch")
@dry_run_flag
@json_flag
@debug_flag
def fetch(path: str, *, dry_run: bool, as_json: bool, **flags: object) -> int:
    """Put the data in the place of git-lfs pointers in the folder PATH, without git-lfs.

    Takes what the clone has in .git/lfs, and the rest from the host of the repository; never from where a .lfsconfig leads.
    Every file is compared with its pointer and put in its place whole. A private repository needs a token (OSDS_TOKEN).

    \b
    Examples:
      osds fetch
      osds fetch ~/data/madrid-budget --dry-run
      osds fetch --url https://github.com/os-data/madrid-budget --max-size 50GB
    """
    from osds.commands.dataset.run_fetch import run_fetch

    session, folder = open_dataset(path, as_json=as_json)
    return run_fetch(session, folder, session.settings(folder, flags), dry_run=dry_run)


@click.command(epilog=EPILOG)
@path_argument
@takes_settings("aggregate")
@dry_run_flag
@json_flag
@debug_flag
def aggregate(path: str, *, dry_run: bool, as_json: bool, **flags: object) -> int:
    """Sum up the dataset in the folder PATH, by one, two and three dimensions, as exact decimals.

    The dataset is validated first. The result is a Data Package of CSV files in which every file adds up to the same
    totals; sums never run across years, currencies, phases or directions.

    \b
    Examples:
      osds aggregate --output aggregates
      osds aggregate ~/data/madrid-budget --output /tmp/madrid --max-members 500
    """
    from osds.commands.dataset.run import run_aggregate

    session, folder = open_dataset(path, as_json=as_json)
    return run_aggregate(session, folder, session.settings(folder, flags), dry_run=dry_run)


@click.command(epilog=EPILOG)
@path_argument
@takes_settings("publish")
@dry_run_flag
@json_flag
@debug_flag
def publish(path: str, *, dry_run: bool, as_json: bool, **flags: object) -> int:
    """Validate and sum up the dataset in the folder PATH, and publish the sums as its next version.

    Readers see the old version or the new one, never a mixture. An unchanged dataset causes no write, an invalid one is
    refused. Credentials for S3 come from the environment (AWS_ACCESS_KEY_ID, web identity, instance role).

    \b
    Examples:
      osds publish --store ./store --owner os-data
      osds publish --store s3://data.example.org --dry-run
      osds aggregate --output sums && osds publish --bundle sums --store s3://data.example.org
    """
    from osds.commands.dataset.run import run_publish

    session, folder = open_dataset(path, as_json=as_json)
    return run_publish(session, folder, session.settings(folder, flags), dry_run=dry_run)


@click.command(epilog=EPILOG)
@path_argument
@takes_settings("register")
@dry_run_flag
@json_flag
@debug_flag
def register(path: str, *, dry_run: bool, as_json: bool, **flags: object) -> int:
    """Validate the dataset in the folder PATH and enter it into a registry.

    The best way that is open is taken, and named. A registry in a folder or at another git server gets a commit. A registry
    on GitHub gets a pull request if the environment holds a token (OSDS_TOKEN) that may open one, otherwise a link is
    printed: whoever opens it asks with one click. Running it again changes nothing, and goes on where a run stopped.

    \b
    Which token may open a pull request on somebody else's registry:
      classic token       scope public_repo (a fork is made)
      GitHub App's token  Contents and Pull requests: write, installed on the registry
      fine-grained token  on a registry of your own or your organisation's, with the same two
      GITHUB_TOKEN        never: it reaches its own repository only, so there is a link

    \b
    Examples:
      osds register --registry ./registry --owner os-data
      OSDS_TOKEN=… osds register --registry os-team/registry
    """
    from osds.commands.dataset.run import run_register

    session, folder = open_dataset(path, as_json=as_json)
    return run_register(session, folder, session.settings(folder, flags), dry_run=dry_run)


@click.command(epilog=EPILOG)
@path_argument
@click.option("--currency", metavar="CODE", help="ISO 4217 code of the amounts. Default: guessed from the headers")
@click.option("--core", is_flag=True, help="A dataset that updates itself: add the workflow that runs its own command")
@dry_run_flag
@json_flag
@debug_flag
def init(path: str, *, currency: str | None, core: bool, dry_run: bool, as_json: bool) -> int:
    """Make a dataset out of the CSV files in the folder PATH.

    Writes datapackage.json (types, measures and dimensions are guessed from the files and marked as guesses), a workflow,
    osds.yml and .gitattributes. Files that exist are kept.

    \b
    Examples:
      osds init --dry-run
      osds init ~/data/madrid-budget --currency EUR
      osds init ~/data/ministry-spending --core
    """
    from osds.commands.dataset.run import run_init

    return run_init(open_session(as_json=as_json), Path(path), currency=currency, core=core, dry_run=dry_run)


@click.command(epilog=EPILOG)
@path_argument
@click.option("--write", is_flag=True, help="Put the new files in the place of the old ones")
@json_flag
@debug_flag
def migrate(path: str, *, write: bool, as_json: bool) -> int:
    """Write the `model` of Fiscal Data Package 0.3 into a descriptor that states its meaning in another form.

    Prints the change as a diff, and what a person must check; nothing is written without --write.
    Known forms: the `mapping` of 2015, Budget Data Package 0.1 and 0.2, the drafts of 0.3, a model inside a resource, and
    columnType or osType. Everything else in the file stays as it is. The exit code is 1 if no model can be made.

    Where goodtables.yml or Frictionless CI say what to check, a workflow of osds that checks as much takes their place, and
    the badges in the README lead to it; what cannot be carried over is said.

    \b
    Examples:
      osds migrate
      osds migrate ~/data/gb-cra --write
      osds migrate --json | jq -r .diff > model.patch
    """
    from osds.commands.dataset.run import run_migrate

    session, folder = open_dataset(path, as_json=as_json)
    return run_migrate(session, folder, write=write)


COMMANDS = (validate, fetch, aggregate, publish, register, init, migrate)
