"""`osds refresh check`: judge what an update brought, compare it with the dataset at HEAD, and word its commit.

The update ran foreign code, so its parcel is read as anybody's. The dataset's folder stays as it is: the new state is put
together in a folder beside it, of links to the files that did not change.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from osds import __version__
from osds.aggregates.row_changes import count_row_changes
from osds.commands.dataset.aggregate import aggregate_dataset
from osds.commands.dataset.ledgers import Ledgers
from osds.commands.dataset.plain_tables import plain_tables
from osds.commands.dataset.validate import Validation, validate
from osds.commands.store.losses import offered_figures
from osds.dataset.preflight import FileKind
from osds.dataset.strict_json import MAX_BYTES
from osds.edges.git.past import Past, past_of
from osds.edges.local.bundles import describe_bundle
from osds.edges.local.files import look, read_descriptor
from osds.edges.local.parcels import ParcelFolder, read_parcel, write_parcel
from osds.errors import OutsideError, UnsafeInputError
from osds.progress import Progress
from osds.refresh.changes import Changes, RowCount, find_changes
from osds.refresh.parcel import Parcel, check_paths
from osds.refresh.paths import data_paths
from osds.refresh.words import commit_message
from osds.report import DESCRIPTOR_FILE, Report
from osds.settings import Settings, size_of
from osds.store.figures import Figures
from osds.store.gate import Loss, find_losses


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What was found. `parcel` is None if the update is not to be committed: it is invalid, or `losses` hold it back."""

    report: Report
    parcel: Parcel | None
    changes: Changes = Changes()  # noqa: RUF009 (a frozen value)
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _State:
    """The dataset at one point of time, with its figures; None if it could not be summed."""

    validation: Validation
    report: Report
    figures: Figures | None


def check(
    folder: Path, source: Path, target: Path, aggregates: Path, settings: Settings, progress: Progress
) -> Checked:
    """Judge the parcel in `source` against the dataset in `folder`; write the checked one to `target`, sums to `aggregates`.

    Raises `UnsafeInputError` if the parcel was made of another commit, or names what no update may write.
    """
    given = read_parcel(source)
    past = past_of(folder, "HEAD")
    _check_base(past, given.parcel)
    with _updated(folder, given) as new:
        check_paths(
            given.parcel, data_paths(past.read(DESCRIPTOR_FILE, MAX_BYTES)), data_paths(read_descriptor(new, MAX_BYTES))
        )
        after = _sum_up(new, aggregates, settings, progress)
        if after.figures is None:
            return Checked(report=after.report, parcel=None)
        if not given.parcel.paths:
            write_parcel(target, given.parcel, given.file)
            return Checked(report=after.report, parcel=given.parcel)
        with _as_it_was(past) as old, tempfile.TemporaryDirectory(prefix="osds-") as scratch:
            before = _sum_up(old, Path(scratch) / "aggregates", settings, progress)
            rows = dict(_count_rows(before, after, given.parcel, settings, progress))
    changes = find_changes(before.figures, after.figures, rows)
    losses = find_losses(before.figures, after.figures, settings.gate) if before.figures else ()
    if losses and settings.accept is None:
        return Checked(report=after.report, parcel=None, changes=changes, losses=losses)
    message = commit_message(changes, sorted(given.parcel.paths), __version__)
    if losses:
        message += f"\nAccepted although much is lost: {settings.accept}\n"
    checked = replace(given.parcel, message=message)
    write_parcel(target, checked, given.file)
    return Checked(report=after.report, parcel=checked, changes=changes)


def _check_base(past: Past, parcel: Parcel) -> None:
    if parcel.base != past.commit:
        raise UnsafeInputError(
            f"The update was made of the commit {parcel.base[:12]}, but here is {past.commit[:12]}",
            next_step="Start again with `osds refresh update`",
        )


def _sum_up(folder: Path, output: Path, settings: Settings, progress: Progress) -> _State:
    with Ledgers(settings, progress) as ledgers:
        validation = validate(folder, settings, progress, ledgers)
        done = aggregate_dataset(validation, settings, output, progress, ledgers)
    summed = done.aggregation is not None and done.aggregation.bundle is not None
    figures = offered_figures(output, describe_bundle(output)) if summed else None
    return _State(validation=validation, report=done.report, figures=figures)


def _count_rows(
    before: _State, after: _State, parcel: Parcel, settings: Settings, progress: Progress
) -> Iterator[tuple[str, RowCount]]:
    """Rows that came and went in the tables that both states have and of which a file changed."""
    old, new = before.validation, after.validation
    if before.figures is None or old.package is None or new.package is None or old.model is None or new.model is None:
        return
    changed = {r.name for r in (*old.package.resources, *new.package.resources) if parcel.paths & set(r.paths)}
    with (
        plain_tables(old.folder, old.package, old.model, old.report.tables, progress) as were,
        plain_tables(new.folder, new.package, new.model, new.report.tables, progress) as are,
    ):
        for name in changed & were.keys() & are.keys():
            counted = count_row_changes(were[name], are[name], memory=size_of(settings.memory, "memory"))
            if counted is not None:
                yield name, RowCount(added=counted[0], removed=counted[1])


@contextmanager
def _as_it_was(past: Past) -> Iterator[Path]:
    """The dataset at HEAD: by hand, the update has changed its files already."""
    content = past.read(DESCRIPTOR_FILE, MAX_BYTES)
    with tempfile.TemporaryDirectory(prefix="osds-") as scratch:
        old, gone = Path(scratch), []
        for path in sorted(data_paths(content)):
            if look(past.folder, path).kind is FileKind.FILE and past.has(path, past.hashes(path)):
                _place(past.folder / path, old / path)
            else:
                gone.append(path)
        past.write_out(gone, old)
        yield old


@contextmanager
def _updated(folder: Path, given: ParcelFolder) -> Iterator[Path]:
    """The dataset with the parcel's files in their places, for as long as somebody reads it."""
    with tempfile.TemporaryDirectory(prefix="osds-") as scratch:
        new = Path(scratch)
        if given.read(DESCRIPTOR_FILE, 0) is None:
            _place(folder / DESCRIPTOR_FILE, new / DESCRIPTOR_FILE)
        for file in given.parcel.files:
            _place(given.file(file.path), new / file.path)
        for path in data_paths(read_descriptor(new, MAX_BYTES)) - given.parcel.paths - {DESCRIPTOR_FILE}:
            if look(folder, path).kind is FileKind.FILE:
                _place(folder / path, new / path)
        yield new


def _place(source: Path, target: Path) -> None:
    """The same file at another place: a link where the disk allows it, else a copy."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, target, follow_symlinks=False)
        except OSError:
            shutil.copyfile(source, target)
    except OSError as error:
        raise OutsideError(
            f"{target.name} cannot be read: {error.strerror}", next_step="Check its permissions"
        ) from error
