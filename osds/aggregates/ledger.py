"""The facts of one dataset in the engine: loaded once, for whoever asks questions of them or adds them up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from osds.aggregates.amounts import MeasureFacts, spread_facts
from osds.aggregates.checks import TOO_MANY_TOTALS
from osds.aggregates.cube import count_totals
from osds.aggregates.engine import Engine, open_engine
from osds.aggregates.facts import FactPlan
from osds.aggregates.load import load_tables
from osds.aggregates.planning import plan_facts
from osds.dataset.package import DataPackage
from osds.fiscal.model import FiscalModel
from osds.progress import Progress
from osds.report import Finding, Place
from osds.settings import Settings, size_of
from osds.tables.text import TableText

Extend = Callable[[FactPlan, FiscalModel], FactPlan]


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Facts that can be added up. `totals` is the number of cells of the apex.

    In the engine: the view `facts_text`, one row per fact (see `amounts`), and the tables that it is made of (see `load`).
    """

    engine: Engine
    package: DataPackage
    model: FiscalModel
    plan: FactPlan
    measures: tuple[MeasureFacts, ...]
    totals: int


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """Why there is no ledger: findings on the model or on the table."""

    findings: tuple[Finding, ...]


def beside(settings: Settings) -> int:
    """The bytes of `settings.memory` that an engine beside that of the facts may use. Raises `UsageError` for no size."""
    return size_of(settings.memory, "memory") // 4


@contextmanager
def open_ledger(
    package: DataPackage,
    model: FiscalModel,
    tables: Mapping[str, TableText],
    settings: Settings,
    *,
    progress: Progress,
    extend: Extend | None = None,
    threads: int | None = None,
) -> Iterator[Ledger | Unreadable]:
    """Load the facts of judged tables. `extend` may plan more columns; `threads` is for tests: nothing depends on it.

    Raises `UsageError` if `settings.memory` is no size, `OutsideError` if disk or memory fails.
    """
    plan, findings = plan_facts(package, model, tables)
    if plan is None:
        yield Unreadable(findings=findings)
        return
    plan = extend(plan, model) if extend else plan
    memory = size_of(settings.memory, "memory") - beside(settings)
    with open_engine(plan.paths, memory=memory, threads=threads) as engine:
        with progress.task("Reading the facts"):
            measures, totals, findings = _load(engine, plan, settings)
        if findings:
            yield Unreadable(findings=findings)
            return
        yield Ledger(engine=engine, package=package, model=model, plan=plan, measures=measures, totals=totals)


def _load(
    engine: Engine, plan: FactPlan, settings: Settings
) -> tuple[tuple[MeasureFacts, ...], int, tuple[Finding, ...]]:
    """What is known of the measures and how many totals there are; or findings."""
    findings = load_tables(engine, plan)
    if findings:
        return (), 0, findings
    measures, findings = spread_facts(engine, plan)
    if findings:
        return (), 0, findings
    totals = count_totals(engine, plan)
    if totals > settings.max_cells:
        text = f"{', '.join(plan.axes)}: {totals} combinations, more than max-cells ({settings.max_cells})"
        return (), 0, (TOO_MANY_TOTALS.at(Place(file=plan.file), text),)
    return measures, totals, ()
