"""The door of this room: from a judged dataset to a bundle of cuboids on disk, proved before it is put in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from osds.aggregates.bundle import Bundle, CuboidFile, Extra, Source, Summary, describe, render
from osds.aggregates.cells import Counter, Shelf
from osds.aggregates.choice import PARQUET, Wish, read_wish
from osds.aggregates.cube import count_members, forget_text, number_facts
from osds.aggregates.extras import write_drills
from osds.aggregates.facts import FactPlan
from osds.aggregates.files import write_files
from osds.aggregates.folder import fresh_folder, put_in_place
from osds.aggregates.header import make_header
from osds.aggregates.lattice import Branch, Choice, Cuboid, Limits, Part, judge_parts
from osds.aggregates.ledger import Ledger, Unreadable, beside, open_ledger
from osds.aggregates.members import choose_labels
from osds.aggregates.parquet import write_parquet
from osds.aggregates.reconcile import prove
from osds.aggregates.records import read_records
from osds.aggregates.second_sum import sum_table
from osds.aggregates.walk import choose_cuboids
from osds.aggregates.wanted import as_cuboid, matches
from osds.dataset.package import DataPackage
from osds.fiscal.model import FiscalModel
from osds.progress import Progress
from osds.report import DESCRIPTOR_FILE, Finding
from osds.settings import Settings
from osds.tables.text import TableText


@dataclass(frozen=True, kw_only=True)
class Aggregation:
    """What came of it: errors and no bundle, or a bundle. `changed` is False if the same bytes were there already."""

    findings: tuple[Finding, ...]
    bundle: Bundle | None
    changed: bool = False


def aggregate(
    package: DataPackage,
    model: FiscalModel,
    tables: Mapping[str, TableText],
    settings: Settings,
    output: Path,
    *,
    source: Source,
    progress: Progress,
    threads: int | None = None,
) -> Aggregation:
    """Compute the cuboids of a dataset and put them into the folder `output`, whole or not at all.

    Findings are errors in the data that only adding up can show; nothing is written then. `threads` is for tests: the
    result does not depend on it. Raises `UsageError` if `output` holds something else or a setting cannot be met,
    `OutsideError` if disk or memory fails, `BugError` if a file does not add up.
    """
    wish = read_wish(model, settings)
    with open_ledger(package, wish.model, tables, settings, progress=progress, threads=threads) as ledger:
        if isinstance(ledger, Unreadable):
            return Aggregation(findings=ledger.findings, bundle=None)
        return add_up(ledger, wish, settings, output, source=source, progress=progress)


def add_up(
    ledger: Ledger, wish: Wish, settings: Settings, output: Path, *, source: Source, progress: Progress
) -> Aggregation:
    """The same from facts that are loaded already, of all dimensions or only of those that are wished for.

    Whoever calls must be the last to use the ledger: the facts are brought into another form.
    """
    plan = _narrowed(ledger.plan, wish)
    title = ledger.package.title or source.name
    with fresh_folder(output) as folder:
        run = _Run(ledger=ledger, plan=plan, wish=wish, settings=settings, folder=folder, progress=progress)
        summary, files, extras = _write(run, title=title)
        bundle = describe(ledger.package, plan, summary, files, extras, source)
        (folder / DESCRIPTOR_FILE).write_bytes(render(bundle).encode("utf-8"))
        return Aggregation(findings=(), bundle=bundle, changed=put_in_place(folder, output))


def _narrowed(plan: FactPlan, wish: Wish) -> FactPlan:
    names = {dimension.name for dimension in wish.model.dimensions}
    return replace(plan, hierarchies=tuple(h for h in plan.hierarchies if h.dimension.name in names))


@dataclass(frozen=True, kw_only=True)
class _Run:
    """What every step of writing needs to know."""

    ledger: Ledger
    plan: FactPlan
    wish: Wish
    settings: Settings
    folder: Path
    progress: Progress


def _write(run: _Run, *, title: str) -> tuple[Summary, tuple[CuboidFile, ...], tuple[Extra, ...]]:
    """Choose the cuboids, write all files and prove that they add up. `title` is that of the dataset."""
    plan, folder, progress = run.plan, run.folder, run.progress
    with progress.task("Adding up the table a second time"):
        table = sum_table(run.ledger.engine, plan, run.ledger.measures)
    shelf = Shelf(plan=plan, measures=run.ledger.measures)
    with progress.task("Choosing cuboids"):
        branches, conflicts, choice = _choose(run, shelf)
    files = write_files(run.ledger.engine, shelf, branches, choice.cuboids, folder, progress)
    names = [file.file.name for file in files]
    with progress.task("Proving that every file adds up"):
        prove(folder, names, run.ledger.measures, plan, table, memory=beside(run.settings))
    apex = tuple(tuple(record) for record in read_records([folder / names[0]]))
    drilled = write_drills(
        run.ledger.engine,
        plan,
        run.ledger.measures,
        choice.cuboids,
        apex,
        folder,
        title=title,
        limit=run.settings.max_cells,
        progress=progress,
    )
    summary = Summary(
        measures=run.ledger.measures,
        branches=branches,
        label_conflicts=conflicts,
        apex=apex,
        second=table,
        skipped=(*plan.skipped, *run.wish.skipped, *choice.skipped, *drilled.skipped),
    )
    return summary, files, (*_parquet(run, files), *drilled.extras)


def _parquet(run: _Run, files: tuple[CuboidFile, ...]) -> tuple[Extra, ...]:
    if PARQUET not in run.wish.formats:
        return ()
    return write_parquet(
        run.plan,
        run.ledger.measures,
        make_header(run.plan),
        files,
        run.folder,
        memory=beside(run.settings),
        progress=run.progress,
    )


def _choose(run: _Run, shelf: Shelf) -> tuple[tuple[Branch, ...], tuple[int, ...], Choice]:
    """The dimensions with their members, how many paths have several labels, and the cuboids to write."""
    engine, plan, settings = run.ledger.engine, run.plan, run.settings
    limits = Limits(rows=plan.rows, members=settings.max_members, cells=settings.max_cells, files=settings.max_files)
    branches = count_members(engine, plan)
    add = [as_cuboid(wanted, branches) for wanted in run.wish.add]
    judged, _ = judge_parts(branches, limits)
    usable = tuple(tuple(sorted({*parts, *_of_branch(n, add)})) for n, parts in enumerate(judged))
    conflicts = choose_labels(engine, plan, usable)
    number_facts(engine, plan, usable, branches)
    forget_text(engine, plan)
    counter = Counter(engine=engine, shelf=shelf, most=limits.most_cells)
    choice = choose_cuboids(
        branches,
        run.ledger.totals,
        limits,
        counter,
        add=add,
        drop=lambda cuboid: any(matches(wanted, cuboid, branches) for wanted in run.wish.drop),
    )
    return branches, conflicts, choice


def _of_branch(branch: int, cuboids: Sequence[Cuboid]) -> set[Part]:
    return {part for cuboid in cuboids for part in cuboid if part.branch == branch}
