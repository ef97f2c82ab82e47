"""The commands by which a core dataset updates itself."""

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
)
from osds.errors import UsageError
from osds.refresh.notice import STAGES

_from = click.option("--from", "source", metavar="DIR", required=True, help="Folder that the step before wrote")
_to = click.option("--to", "target", metavar="DIR", required=True, help="New folder for what the next step needs")
_ENDS = ("success", "failure", "cancelled", "skipped")


@click.group()
def refresh() -> None:
    """Let a dataset update itself: run its own command, check what came, commit it, tell when it fails.

    The command stands in osds.yml, as `update: scripts/update.sh`. Each step hands a folder to the next one, so that the
    workflow core-data.yml can give each no more rights than it needs. The same by hand, in a clone:

    \b
      osds refresh update --to ../updated
      osds refresh check --from ../updated --to ../checked
      osds refresh commit --from ../checked
    """


@refresh.command("update", epilog=EPILOG)
@path_argument
@_to
@click.option(
    "--max-minutes",
    "minutes",
    metavar="COUNT",
    type=click.IntRange(1),
    default=50,
    help="Give up on a command that takes longer  [default: 50]",
)
@json_flag
@debug_flag
def refresh_update(path: str, *, target: str, minutes: int, as_json: bool) -> int:
    """Run the update command of the dataset in the folder PATH, and put the data files that it changed into a new folder.

    The command sees no credentials. Only datapackage.json and files that it names are handed on; `bytes` and `hash` there
    are set right.

    \b
    Examples:
      osds refresh update --to ../updated
      osds refresh update ~/data/madrid-budget --to /tmp/updated --max-minutes 10
    """
    from osds.commands.dataset.run_refresh import run_update

    session, folder = open_dataset(path, as_json=as_json)
    return run_update(session, folder, Path(target), minutes=minutes)


@refresh.command("check", epilog=EPILOG)
@path_argument
@_from
@_to
@click.option("--aggregates", metavar="DIR", help="Folder to write the sums to  [default: aggregates, in --to's place]")
@click.option("--accept", metavar="REASON", help="Take the update although much is lost; the commit says why")
@json_flag
@debug_flag
def refresh_check(
    path: str, *, source: str, target: str, aggregates: str | None, accept: str | None, as_json: bool
) -> int:
    """Judge an update, and compare it with the dataset in the folder PATH: rows, totals, members of dimensions.

    An update that is invalid, or that loses more than `gate` in osds.yml allows, ends here with exit code 1. The dataset's
    folder stays as it is.

    \b
    Examples:
      osds refresh check --from ../updated --to ../checked
      osds refresh check --from ../updated --to ../checked --accept "The ministry has withdrawn 2019"
    """
    from osds.commands.dataset.run_refresh import run_check

    session, folder = open_dataset(path, as_json=as_json)
    sums = Path(aggregates) if aggregates else Path(target).with_name("aggregates")
    return run_check(session, folder, Path(source), Path(target), sums, {"accept": accept})


@refresh.command("commit", epilog=EPILOG)
@path_argument
@_from
@dry_run_flag
@json_flag
@debug_flag
def refresh_commit(path: str, *, source: str, dry_run: bool, as_json: bool) -> int:
    """Commit an update that was checked, with a message that says what changed.

    In a clone, the commit is made on its branch. On a runner, it is pushed to the repository that runs there, and PATH is
    the dataset's folder in it; OSDS_TOKEN may write there. If another commit came first, nothing is done.

    \b
    Examples:
      osds refresh commit --from ../checked
      osds refresh commit data/town --from ../checked --dry-run
    """
    from osds.commands.dataset.run_refresh import run_commit

    return run_commit(open_session(as_json=as_json), path, Path(source), dry_run=dry_run)


@refresh.command("report", epilog=EPILOG)
@path_argument
@click.option(
    "--result", "results", metavar="STEP=RESULT", multiple=True, help=f"How a step ended: {', '.join(STAGES)}"
)
@click.option("--problem", metavar="TEXT", default="", help="What the step that failed said")
@json_flag
@debug_flag
def refresh_report(path: str, *, results: tuple[str, ...], problem: str, as_json: bool) -> int:
    """Keep one issue in the dataset's repository while its update fails, and close it when one goes through.

    For a workflow of GitHub Actions. OSDS_TOKEN may write issues there.

    \b
    Examples:
      osds refresh report --result update=failure --problem "The ministry's server does not answer"
      osds refresh report --result update=success --result check=success --result commit=success --result publish=skipped
    """
    from osds.commands.dataset.run_refresh import run_report

    told = dict(result.partition("=")[::2] for result in results)
    if not told or not set(told) <= set(STAGES) or not set(told.values()) <= set(_ENDS):
        raise UsageError(
            "Nobody says how the update ended", next_step=f"For instance --result update=failure ({', '.join(_ENDS)})"
        )
    return run_report(open_session(as_json=as_json), path, told, problem)
