"""The command line: parse, build what the command needs from outside, call it, print, exit. No decisions here.

Heavy libraries are imported inside the commands, so that `osds --help` answers at once.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from osds import __version__
from osds.errors import EXIT_BUG, EXIT_OK, EXIT_USAGE, OsdsError, UsageError
from osds.settings import OPTIONS
from osds.untrusted import one_line

if TYPE_CHECKING:
    from osds.session import Session

Command = TypeVar("Command", bound=Callable[..., Any])

EPILOG = (
    "Exit codes: 0 done and valid, 1 errors in the data, 2 wrong use, 3 refused as unsafe, 4 outside failure, 5 bug."
)
EXIT_INTERRUPTED = 130
FORMATS = ("text", "json", "sarif", "junit", "html")  # those of `views.formats`, whose import would cost `--help` 60 ms


def _takes_settings(command: str) -> Callable[[Command], Command]:
    """Add a flag for every setting that the command takes; a secret has none, because argv is public."""

    def decorate(function: Command) -> Command:
        for option in reversed(OPTIONS):
            if command in option.commands and not option.secret:
                default = "" if option.default is None else f"  [default: {option.default}]"
                flag = f"--{option.name}"
                function = click.option(flag, option.attribute, metavar=option.metavar, help=option.about + default)(
                    function
                )
        return function

    return decorate


_path = click.argument("path", default=".", metavar="[PATH]")
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text")
_dry_run = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing")
# `run` looks for it in the arguments, because an error may come before any command has been parsed.
_debug = click.option("--debug", is_flag=True, expose_value=False, help="Show a traceback where osds gives up")
_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=_CONTEXT, epilog=EPILOG)
@click.version_option(__version__, "--version", message="osds %(version)s")
def cli() -> None:
    """Keep budgets and spending as trustworthy flat files.

    A dataset is a folder with a datapackage.json (a Fiscal Data Package) and CSV files. The usual way:

    \b
      osds init                          describe the CSV files of a folder
      osds validate                      see what is wrong with them
      osds aggregate                     sum them up, exactly
      osds publish --store ./store       publish the sums as the next version
      osds register --registry ./registry    enter the dataset into a registry
    """


@cli.command(epilog=EPILOG)
@_path
@_takes_settings("validate")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Form of the report  [default: text]")
@click.option("--output", "target", metavar="FILE", help="Write the report in that form to FILE, and print it as text")
@_json
@_debug
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
    from osds.commands.run import run_validate

    if as_json and form not in {None, "json"}:
        raise UsageError("--json and another --format contradict each other", next_step="Give one of them")
    session, folder = _open(path, as_json=as_json)
    settings = session.settings(folder, flags)
    return run_validate(session, folder, settings, form="json" if as_json else form or "text", target=target)


@cli.command(epilog=EPILOG)
@_path
@_takes_settings("aggregate")
@_dry_run
@_json
@_debug
def aggregate(path: str, *, dry_run: bool, as_json: bool, **flags: object) -> int:
    """Sum up the dataset in the folder PATH, by one, two and three dimensions, as exact decimals.

    The dataset is validated first. The result is a Data Package of CSV files in which every file adds up to the same
    totals; sums never run across years, currencies, phases or directions.

    \b
    Examples:
      osds aggregate --output aggregates
      osds aggregate ~/data/madrid-budget --output /tmp/madrid --max-members 500
    """
    from osds.commands.run import run_aggregate

    session, folder = _open(path, as_json=as_json)
    return run_aggregate(session, folder, session.settings(folder, flags), dry_run=dry_run)


@cli.command(epilog=EPILOG)
@_path
@_takes_settings("publish")
@_dry_run
@_json
@_debug
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
    from osds.commands.run import run_publish

    session, folder = _open(path, as_json=as_json)
    return run_publish(session, folder, session.settings(folder, flags), dry_run=dry_run)


@cli.command(epilog=EPILOG)
@_path
@_takes_settings("register")
@_dry_run
@_json
@_debug
def register(path: str, *, dry_run: bool, as_json: bool, **flags: object) -> int:
    """Validate the dataset in the folder PATH and enter it into a registry.

    A registry that is a git repository gets a commit. A registry on GitHub gets a pull request if the environment holds a
    token (OSDS_TOKEN), otherwise a link is printed that asks for the entry. Running it again changes nothing.

    \b
    Examples:
      osds register --registry ./registry --owner os-data
      OSDS_TOKEN=… osds register --registry os-team/registry
    """
    from osds.commands.run import run_register

    session, folder = _open(path, as_json=as_json)
    return run_register(session, folder, session.settings(folder, flags), dry_run=dry_run)


@cli.command(epilog=EPILOG)
@_path
@click.option("--currency", metavar="CODE", help="ISO 4217 code of the amounts. Default: guessed from the headers")
@_dry_run
@_json
@_debug
def init(path: str, *, currency: str | None, dry_run: bool, as_json: bool) -> int:
    """Make a dataset out of the CSV files in the folder PATH.

    Writes datapackage.json (types, measures and dimensions are guessed from the files and marked as guesses), a workflow,
    osds.yml and .gitattributes. Files that exist are kept.

    \b
    Examples:
      osds init --dry-run
      osds init ~/data/madrid-budget --currency EUR
    """
    from osds.commands.run import run_init

    return run_init(_open_session(as_json=as_json), Path(path), currency=currency, dry_run=dry_run)


@cli.command(epilog=EPILOG)
@_path
@click.option("--write", is_flag=True, help="Put the new descriptor in the place of the old one")
@_json
@_debug
def migrate(path: str, *, write: bool, as_json: bool) -> int:
    """Write the `model` of Fiscal Data Package 0.3 into a descriptor that states its meaning in another form.

    Prints the change to datapackage.json as a diff, and what a person must check; nothing is written without --write.
    Known forms: the `mapping` of 2015, Budget Data Package 0.1 and 0.2, the drafts of 0.3, a model inside a resource, and
    columnType or osType. Everything else in the file stays as it is. The exit code is 1 if no model can be made.

    \b
    Examples:
      osds migrate
      osds migrate ~/data/gb-cra --write
      osds migrate --json | jq -r .diff > model.patch
    """
    from osds.commands.run import run_migrate

    session, folder = _open(path, as_json=as_json)
    return run_migrate(session, folder, write=write)


@cli.group()
def registry() -> None:
    """Keep a registry: the git repository that lists the datasets."""


@registry.command("init", epilog=EPILOG)
@click.argument("folder", metavar="FOLDER")
@click.option("--title", metavar="TEXT", help="Title of the registry")
@click.option("--core-organisation", metavar="NAME", help="Owner of the core datasets  [default: os-data]")
@_dry_run
@_json
@_debug
def registry_init(
    folder: str,
    *,
    title: str | None,
    core_organisation: str | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Make a new registry in FOLDER: a git repository with datapackage.json, data/catalog.csv and data/changes.csv.

    \b
    Examples:
      osds registry init ./registry
      osds registry init ./registry --title "Spending of our province" --core-organisation province-data
    """
    from osds.commands.run import run_registry_init

    session = _open_session(as_json=as_json)
    return run_registry_init(session, Path(folder), title=title, core_organisation=core_organisation, dry_run=dry_run)


def _open_session(*, as_json: bool) -> Session:
    from osds.session import open_session

    return open_session(as_json=as_json)


def _open(path: str, *, as_json: bool) -> tuple[Session, Path]:
    """The session and the dataset's folder."""
    from osds.edges.files import dataset_folder

    return _open_session(as_json=as_json), dataset_folder(path)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code. Errors are told in one line on stderr."""
    try:
        code = cli.main(args=list(arguments), prog_name="osds", standalone_mode=False)
    except click.ClickException as error:
        command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "osds"
        return _give_up(f"{error.format_message()} See `{command} --help`", EXIT_USAGE)
    except click.Abort:
        return _give_up("Interrupted", EXIT_INTERRUPTED)
    except OsdsError as error:
        if "--debug" in arguments:
            traceback.print_exc()
        return _give_up(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _give_up("Interrupted", EXIT_INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our words has gone; nothing is left to say
        return EXIT_OK
    except Exception as error:  # noqa: BLE001 (the outermost handler: no traceback reaches a user who did not ask)
        if "--debug" in arguments:
            traceback.print_exc()
        told = f"{type(error).__name__}: {error}"
        return _give_up(f"This is a bug in osds: {told}. Run it again with --debug and report what it prints", EXIT_BUG)
    return code if isinstance(code, int) else EXIT_OK


def _give_up(message: str, code: int) -> int:
    import os

    line = one_line(message, 2000)
    print(f"osds: {line}", file=sys.stderr)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        from osds.views.annotation import error

        print(error(message), file=sys.stderr)
    return code


def main() -> NoReturn:
    """The console script."""
    sys.exit(run(sys.argv[1:]))
