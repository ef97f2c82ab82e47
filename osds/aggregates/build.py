"""The door of this room: from a judged dataset to a bundle of cuboids on disk, proved before it is put in place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from osds.aggregates.amounts import MeasureFacts, spread_facts
from osds.aggregates.bundle import Bundle, CuboidFile, Extra, Source, Summary, describe, render
from osds.aggregates.cells import Counter
from osds.aggregates.checks import TOO_MANY_TOTALS
from osds.aggregates.choice import PARQUET, Wish, read_wish
from osds.aggregates.cube import count_members, count_totals, forget_text, number_facts
from osds.aggregates.engine import Engine, open_engine
from osds.aggregates.extras import write_drills
from osds.aggregates.facts import FactPlan
from osds.aggregates.files import write_files
from osds.aggregates.folder import fresh_folder, put_in_place
from osds.aggregates.header import make_header
from osds.aggregates.lattice import Branch, Choice, Limits, judge_parts
from osds.aggregates.load import load_tables
from osds.aggregates.members import choose_labels
from osds.aggregates.parquet import write_parquet
from osds.aggregates.planning import plan_facts
from osds.aggregates.reconcile import prove, sum_table
from osds.aggregates.records import read_records
from osds.aggregates.walk import choose_cuboids
from osds.dataset.package import DataPackage
from osds.fiscal.model import FiscalModel
from osds.progress import Progress
from osds.report import DESCRIPTOR_FILE, Finding, Place
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
    plan, findings = plan_facts(package, wish.model, tables)
    if plan is None:
        return Aggregation(findings=findings, bundle=None)
    with (
        fresh_folder(output) as folder,
        open_engine(plan.paths, memory=settings.memory, threads=threads) as engine,
    ):
        facts, findings = _read_facts(engine, plan, settings, progress)
        if facts is None:
            return Aggregation(findings=findings, bundle=None)
        run = _Run(
            engine=engine, plan=plan, facts=facts, wish=wish, settings=settings, folder=folder, progress=progress
        )
        summary, files, extras = _write(run, title=package.title or source.name)
        bundle = describe(package, plan, summary, files, extras, source)
        (folder / DESCRIPTOR_FILE).write_bytes(render(bundle).encode("utf-8"))
        return Aggregation(findings=(), bundle=bundle, changed=put_in_place(folder, output))


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """What is known once the facts are in the engine. `totals` is the number of cells of the apex."""

    measures: tuple[MeasureFacts, ...]
    totals: int


def _read_facts(
    engine: Engine, plan: FactPlan, settings: Settings, progress: Progress
) -> tuple[_Facts | None, tuple[Finding, ...]]:
    """Bring the facts into the engine, or find out why they cannot be added up."""
    with progress.task("Reading the facts"):
        findings = load_tables(engine, plan)
        if findings:
            return None, findings
        measures, findings = spread_facts(engine, plan)
        if findings:
            return None, findings
        totals = count_totals(engine, plan)
        if totals > settings.max_cells:
            text = f"{', '.join(plan.axes)}: {totals} combinations, more than max-cells ({settings.max_cells})"
            return None, (TOO_MANY_TOTALS.at(Place(file=plan.file), text),)
        return _Facts(measures=measures, totals=totals), ()


@dataclass(frozen=True, kw_only=True)
class _Run:
    """What every step of writing needs to know."""

    engine: Engine
    plan: FactPlan
    facts: _Facts
    wish: Wish
    settings: Settings
    folder: Path
    progress: Progress


def _write(run: _Run, *, title: str) -> tuple[Summary, tuple[CuboidFile, ...], tuple[Extra, ...]]:
    """Choose the cuboids, write all files and prove that they add up. `title` is that of the dataset."""
    plan, folder, progress = run.plan, run.folder, run.progress
    with progress.task("Adding up the table a second time"):
        table = sum_table(run.engine, plan)
    with progress.task("Choosing cuboids"):
        branches, conflicts, choice = _choose(run)
    files = write_files(run.engine, plan, branches, choice.cuboids, folder, progress)
    names = [file.file.name for file in files]
    with progress.task("Proving that every file adds up"):
        prove(folder, names, run.facts.measures, plan, table, memory=run.settings.memory)
    apex = tuple(tuple(record) for record in read_records([folder / names[0]]))
    drilled = write_drills(
        run.engine,
        plan,
        run.facts.measures,
        choice.cuboids,
        apex,
        folder,
        title=title,
        limit=run.settings.max_cells,
        progress=progress,
    )
    summary = Summary(
        measures=run.facts.measures,
        branches=branches,
        label_conflicts=conflicts,
        apex=apex,
        skipped=(*plan.skipped, *run.wish.skipped, *choice.skipped, *drilled.skipped),
    )
    return summary, files, (*_parquet(run, files), *drilled.extras)


def _parquet(run: _Run, files: tuple[CuboidFile, ...]) -> tuple[Extra, ...]:
    if PARQUET not in run.wish.formats:
        return ()
    return write_parquet(
        run.plan,
        run.facts.measures,
        make_header(run.plan),
        files,
        run.folder,
        memory=run.settings.memory,
        progress=run.progress,
    )


def _choose(run: _Run) -> tuple[tuple[Branch, ...], tuple[int, ...], Choice]:
    """The dimensions with their members, how many paths have several labels, and the cuboids to write."""
    engine, plan, settings = run.engine, run.plan, run.settings
    limits = Limits(rows=plan.rows, members=settings.max_members, cells=settings.max_cells, files=settings.max_files)
    branches = count_members(engine, plan)
    usable, _ = judge_parts(branches, limits)
    conflicts = choose_labels(engine, plan, usable)
    number_facts(engine, plan, usable)
    forget_text(engine, plan)
    choice = choose_cuboids(branches, run.facts.totals, limits, Counter(engine=engine, plan=plan))
    return branches, conflicts, choice
