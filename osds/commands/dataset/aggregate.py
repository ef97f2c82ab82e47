"""`osds aggregate`: sum up a valid dataset into a bundle of cuboids. An invalid dataset is never summed."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from osds.aggregates.build import Aggregation, add_up, aggregate
from osds.aggregates.bundle import Source
from osds.aggregates.choice import read_wish
from osds.aggregates.ledger import Ledger
from osds.commands.dataset.ledgers import Ledgers
from osds.commands.dataset.plain_tables import plain_tables
from osds.commands.dataset.validate import Validation
from osds.dataset.package import DataPackage
from osds.dataset.strict_json import MAX_BYTES
from osds.edges.local import files
from osds.errors import UsageError
from osds.fiscal.joins import named_resources
from osds.fiscal.model import FiscalModel
from osds.progress import Progress
from osds.report import Check, Finding, Report, Severity, in_descriptor
from osds.settings import Settings

FACTS_NOT_READ = Check(
    code="facts-not-read",
    severity=Severity.ERROR,
    title="A table that the sums need was not read",
    explanation="Only tables that were checked to the end are summed or looked up; a table at another address is never "
    "fetched.",
    advice="Put the file into the dataset's folder",
)


@dataclass(frozen=True, kw_only=True)
class Aggregated:
    """The report, with what summing found added to it, and the aggregation if there is one."""

    report: Report
    aggregation: Aggregation | None


def aggregate_dataset(
    validation: Validation, settings: Settings, output: Path, progress: Progress, ledgers: Ledgers | None = None
) -> Aggregated:
    """Write the cuboids of a validated dataset into the folder `output`. `ledgers` are those of its validation, if kept.

    Raises `UsageError` if `output` holds something that osds did not make or this is a registry, `BugError` if the sums
    do not reconcile.
    """
    package, model = validation.package, validation.model
    if package is not None and package.is_registry:
        raise UsageError("A registry holds no money to add up", next_step="Give the folder of a dataset")
    if not validation.report.valid or package is None or model is None:
        return Aggregated(report=validation.report, aggregation=None)
    findings = _unread_facts(validation.report, model)
    if findings:
        return Aggregated(report=_with(validation.report, findings), aggregation=None)
    with ExitStack() as stack:
        ledgers = ledgers or stack.enter_context(Ledgers(settings, progress))
        aggregation = _aggregate(validation, package, model, settings, output, progress, ledgers)
    return Aggregated(report=_with(validation.report, aggregation.findings), aggregation=aggregation)


def _aggregate(
    validation: Validation,
    package: DataPackage,
    model: FiscalModel,
    settings: Settings,
    output: Path,
    progress: Progress,
    ledgers: Ledgers,
) -> Aggregation:
    descriptor = files.read_descriptor(validation.folder, MAX_BYTES)
    source = Source(name=package.name, descriptor_sha256=hashlib.sha256(descriptor).hexdigest())
    wish = read_wish(model, settings)
    ledger = ledgers.open(validation.folder, package, model, validation.report.tables)
    if isinstance(ledger, Ledger):
        return add_up(ledger, wish, settings, output, source=source, progress=progress)
    # Without the dimensions that nobody wants the facts may be readable all the same.
    with plain_tables(validation.folder, package, wish.model, validation.report.tables, progress) as tables:
        return aggregate(package, model, tables, settings, output, source=source, progress=progress)


def _unread_facts(report: Report, model: FiscalModel) -> tuple[Finding, ...]:
    wanted = named_resources(model)
    unread = [table for table in report.tables if table.resource in wanted and not table.judged]
    return tuple(
        FACTS_NOT_READ.at(in_descriptor("/resources"), f"the table {table.resource!r} was not read: {table.reason}")
        for table in unread
    )


def _with(report: Report, findings: tuple[Finding, ...]) -> Report:
    return replace(report, findings=(*report.findings, *findings))
