"""From a parsed `osds refresh …` to its outcome. Each function returns the exit code.

On a runner each step also says, as an output, what the next job has to know: whether anything changed, the commit, and in
one line what went wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from osds.errors import EXIT_INVALID, EXIT_OK, OsdsError, UsageError
from osds.session import Session
from osds.untrusted import one_line
from osds.views.refresh import render_held, summarise_held, summarise_message, tell_losses

if TYPE_CHECKING:
    from osds.commands.dataset.refresh_check import Checked
    from osds.commands.dataset.refresh_commit import Place
    from osds.refresh.parcel import Parcel

UNCHANGED = "The update changed nothing"


def run_update(session: Session, folder: Path, target: Path, *, minutes: int) -> int:
    """Run the dataset's update command."""
    from osds.commands.dataset.refresh_update import update

    with _told(session):
        settings = session.settings(folder, {})
        done = update(folder, settings, target, environ=session.environ, say=session.relay, seconds=minutes * 60)
    _tell_parcel(session, done.parcel, f"The update changed {_files(done.parcel)}, handed on in {target}")
    return EXIT_OK


def run_check(
    session: Session, folder: Path, source: Path, target: Path, aggregates: Path, flags: Mapping[str, object]
) -> int:
    """Judge an update; exit code 1 if it is invalid or held back."""
    from osds.commands.dataset.refresh_check import check

    with _told(session):
        settings = session.settings(folder, flags)
        done = check(folder, source, target, aggregates, settings, session.progress)
    if done.parcel is None and not done.losses:
        session.show_report(done.report, folder)
        session.set_step_outputs({"problem": f"{done.report.dataset} is not valid after the update"})
        return done.report.exit_code or EXIT_INVALID
    if done.parcel is None:
        return _tell_held_back(session, done)
    message = done.parcel.message or UNCHANGED
    _tell_parcel(session, done.parcel, message)
    session.add_summary(summarise_message(message))
    return EXIT_OK


def run_commit(session: Session, path: str, source: Path, *, dry_run: bool) -> int:
    """Commit a checked update: on a runner to the repository that runs there, else to the clone here."""
    from osds.commands.dataset.refresh_commit import Place, commit, prefix_of
    from osds.edges.git.git import Remote
    from osds.edges.local.files import dataset_folder

    with _told(session):
        if session.runner is not None and session.runner.repository:
            token = session.settings(None, {}).token
            if not token:
                raise UsageError(
                    "Committing needs a token that may write to the repository", next_step="Set OSDS_TOKEN"
                )
            url = f"{session.runner.server_url}/{session.runner.repository}.git"
            place = Place(where=Remote(url=url, token=token), prefix=prefix_of(path))
        else:
            place = _clone(dataset_folder(path))
        done = commit(place, source, clock=lambda: datetime.now(UTC), dry_run=dry_run)
    did = "Would commit" if dry_run else "Committed"
    if done.commit is None:
        told = f"Another commit came first to {done.branch}: nothing was committed. The next update starts from there"
        session.warn(told)
    else:
        told = f"{did} to {done.branch} as {done.commit[:12]}" if done.changed else "There is nothing to commit"
    session.say(told, {**asdict(done), "dry-run": dry_run})
    session.set_step_outputs({"changed": str(done.changed).lower(), "commit": done.commit or ""})
    return EXIT_OK


def run_report(session: Session, path: str, results: Mapping[str, str], problem: str) -> int:
    """Open, update or close the issue that tells that the update fails."""
    from osds.commands.dataset.refresh_commit import prefix_of
    from osds.commands.dataset.refresh_report import Run, report
    from osds.commands.registry.registries import Access, open_github
    from osds.edges.github.issues import OwnIssues

    runner = session.runner
    if runner is None or runner.repository is None or runner.run is None:
        raise UsageError("Reporting is for a workflow of GitHub Actions", next_step="See `osds refresh --help`")
    folder = prefix_of(path).rstrip("/") or "."
    access = Access(token=session.settings(None, {}).token, server_url=runner.server_url, api_url=runner.api_url)
    run = Run(id=runner.run, url=runner.run_url, results=results, problem=one_line(problem, 500))
    with open_github(access) as github:
        done = report(OwnIssues(github, runner.repository), folder, run, datetime.now(UTC))
    told = f"The issue was {done.did}: {done.url}" if done.did != "nothing" else "There is nothing to tell"
    session.say(told, asdict(done))
    return EXIT_OK


def _clone(folder: Path) -> Place:
    """The dataset's place in the clone that it is in."""
    from osds.commands.dataset.refresh_commit import Place
    from osds.edges.git.past import past_of

    past = past_of(folder, "HEAD")
    return Place(where=past.git.folder, prefix=past.prefix)


@contextmanager
def _told(session: Session) -> Iterator[None]:
    """What goes wrong inside is also the step's output, for the job that reports it."""
    try:
        yield
    except OsdsError as error:
        session.set_step_outputs({"problem": one_line(str(error))})
        raise


def _tell_held_back(session: Session, done: Checked) -> int:
    session.say(render_held(done.report.dataset, done.losses), {"losses": [asdict(loss) for loss in done.losses]})
    session.add_summary(summarise_held(done.report.dataset, done.losses))
    session.set_step_outputs({"problem": one_line(tell_losses(done.losses))})
    return EXIT_INVALID


def _files(parcel: Parcel) -> str:
    count = len(parcel.paths)
    return f"{count:,} {'file' if count == 1 else 'files'}"


def _tell_parcel(session: Session, parcel: Parcel, told: str) -> None:
    session.say(told if parcel.paths else UNCHANGED, asdict(parcel))
    session.set_step_outputs({"changed": str(bool(parcel.paths)).lower()})
