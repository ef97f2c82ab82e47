"""The door of this room: from a judged dataset to a bundle of cuboids on disk, proved before it is put in place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from osds.aggregates.amounts import MeasureFacts, spread_facts
from osds.aggregates.bundle import Bundle, CuboidFile, Source, Summary, describe, render
from osds.aggregates.checks import TOO_MANY_TOTALS
from osds.aggregates.cube import count_cells, count_members, count_totals, forget_text, number_facts
from osds.aggregates.engine import Engine, open_engine
from osds.aggregates.facts import FactPlan, plan_facts
from osds.aggregates.files import write_files
from osds.aggregates.folder import fresh_folder, put_in_place
from osds.aggregates.lattice import Branch, Choice, Limits, choose_cuboids, judge_parts
from osds.aggregates.load import load_table
from osds.aggregates.members import choose_labels
from osds.aggregates.reconcile import prove, sum_table
from osds.aggregates.records import read_records
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
    result does not depend on it. Raises `UsageError` if `output` holds something else or `settings.memory` is no
    size, `OutsideError` if disk or memory fails, `BugError` if a file does not add up.
    """
    plan, findings = plan_facts(package, model, tables)
    if plan is None:
        return Aggregation(findings=findings, bundle=None)
    with (
        fresh_folder(output) as folder,
        open_engine(plan.table.paths, memory=settings.memory, threads=threads) as engine,
    ):
        facts, findings = _read_facts(engine, plan, settings, progress)
        if facts is None:
            return Aggregation(findings=findings, bundle=None)
        summary, files = _write(engine, plan, facts, settings, folder, progress)
        bundle = describe(package, plan, summary, files, source)
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
        findings = load_table(engine, plan)
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


def _write(
    engine: Engine, plan: FactPlan, facts: _Facts, settings: Settings, folder: Path, progress: Progress
) -> tuple[Summary, tuple[CuboidFile, ...]]:
    """Choose the cuboids, write them into `folder` and prove that they add up."""
    with progress.task("Adding up the table a second time"):
        table = sum_table(engine, plan)
    with progress.task("Choosing cuboids"):
        branches, conflicts, choice = _choose(engine, plan, facts.totals, settings)
    files = write_files(engine, plan, branches, choice.cuboids, folder, progress)
    with progress.task("Proving that every file adds up"):
        prove(folder, [file.name for file in files], plan, table)
    apex = tuple(tuple(record) for record in read_records([folder / files[0].name]))
    summary = Summary(
        measures=facts.measures,
        branches=branches,
        label_conflicts=conflicts,
        apex=apex,
        skipped=(*plan.skipped, *choice.skipped),
    )
    return summary, files


def _choose(
    engine: Engine, plan: FactPlan, totals: int, settings: Settings
) -> tuple[tuple[Branch, ...], tuple[int, ...], Choice]:
    """The dimensions with their members, how many paths have several labels, and the cuboids to write."""
    limits = Limits(
        rows=plan.table.rows, members=settings.max_members, cells=settings.max_cells, files=settings.max_files
    )
    branches = count_members(engine, plan)
    usable, _ = judge_parts(branches, limits)
    conflicts = choose_labels(engine, plan, usable)
    number_facts(engine, plan, usable)
    forget_text(engine)
    choice = choose_cuboids(branches, totals, limits, lambda cuboid: count_cells(engine, cuboid))
    return branches, conflicts, choice
