"""`osds validate`: read a dataset from the disk, judge it, and return the report. Writes nothing, asks no network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from osds.commands.dataset.confined import Judges, confined
from osds.commands.dataset.ledgers import Ledgers, get_ready
from osds.commands.dataset.looking import look_into
from osds.dataset import descriptor, lfs, preflight, strict_json
from osds.dataset.abridging import abridge
from osds.dataset.package import DataPackage, read_package
from osds.edges.git import git
from osds.edges.local import files
from osds.fiscal.compile import compile_model
from osds.fiscal.joins import named_resources
from osds.fiscal.lint import lint
from osds.fiscal.model import FiscalModel
from osds.progress import Progress
from osds.report import Finding, Report, Severity, TableFacts
from osds.settings import Settings, size_of
from osds.silence import apply_silences
from osds.tables.excerpts import thin_out

if TYPE_CHECKING:
    from osds.commands.dataset.changed import Since
    from osds.tables.judge import Verdict

NO_TABLES_UNREAD = "the tables, because the descriptor cannot be read"
NO_TABLES_UNSAFE = "the rows of the tables, because the dataset is refused as unsafe"
NO_FIGURES = "the figures (signs, totals, codes), because there are errors"


@dataclass(frozen=True, kw_only=True)
class Validation:
    """The report on a dataset and, as far as they could be read, its descriptor and its fiscal model."""

    folder: Path
    report: Report
    package: DataPackage | None = None
    model: FiscalModel | None = None


def validate(path: str | Path, settings: Settings, progress: Progress, ledgers: Ledgers | None = None) -> Validation:
    """Judge the dataset at `path`. Raises `UsageError` if there is no dataset there.

    `ledgers` keeps the facts that were loaded for it, for whoever adds them up next.
    """
    with ExitStack() as stack:
        return _validate(path, settings, progress, ledgers or stack.enter_context(Ledgers(settings, progress)))


def _validate(path: str | Path, settings: Settings, progress: Progress, ledgers: Ledgers) -> Validation:
    folder = files.dataset_folder(path)
    content = files.read_descriptor(folder, strict_json.MAX_BYTES)
    value, found = strict_json.load(content)
    findings = list(found)
    with confined(settings) as judges:  # they get ready meanwhile
        if value is not None or not _has_error(findings):  # `null` is JSON, too
            findings += descriptor.check_structure(value)
        if value is None or _has_error(findings):
            report = Report(dataset=_name(value), findings=tuple(findings), left_out=(NO_TABLES_UNREAD,))
            return Validation(folder=folder, report=report)
        return _validate_package(folder, read_package(value), findings, settings, judges, progress, ledgers)


def _validate_package(
    folder: Path,
    package: DataPackage,
    findings: list[Finding],
    settings: Settings,
    judges: Judges,
    progress: Progress,
    ledgers: Ledgers,
) -> Validation:
    findings += descriptor.check_package(package)
    findings += descriptor.check_repository(package, _repository(folder, settings))
    facts = {path: files.look(folder, path) for path in preflight.wanted_files(package)}
    findings += preflight.check_files(package, facts)
    findings += _check_hashes(folder, package, facts)
    findings += lfs.check_config((files.read_file(folder, lfs.CONFIG_FILE, 65536) or b"").decode("utf-8", "replace"))
    model, found = compile_model(package)
    findings += found
    if model is not None:
        findings += lint(package, model)
    findings = list(abridge(findings))
    tables: list[TableFacts] = []
    left_out: list[str] = []
    readable = {r.name for r in package.resources if preflight.readable(r, facts) and r.fields}
    since = None
    if not _has_unsafe(findings):
        since = _look_back(folder, package, readable, settings)
        for verdict in _judge(folder, package, readable, settings, judges, since, progress):
            if isinstance(verdict, Finding):
                findings.append(verdict)
            else:
                findings += verdict.findings
                tables.append(verdict.facts)
    if _has_unsafe(findings):
        left_out.append(NO_TABLES_UNSAFE)
    if _has_error(findings):
        left_out = left_out or [NO_FIGURES]
    elif model is not None:
        findings += _audit(folder, package, model, tables, ledgers, since, progress)
    report = Report(dataset=package.name, findings=thin_out(findings), tables=tuple(tables), left_out=tuple(left_out))
    report = apply_silences(report, settings.silences)
    return Validation(folder=folder, report=report, package=package, model=model)


def _judge(
    folder: Path,
    package: DataPackage,
    readable: set[str],
    settings: Settings,
    judges: Judges,
    since: Since | None,
    progress: Progress,
) -> Iterator[Finding | Verdict]:
    """What is odd in the bytes of the tables and, unless that is unsafe, a verdict on each."""
    from osds.tables.judge import judge
    from osds.tables.proof.question import is_table
    from osds.tables.rewriting import targets_of

    memory = size_of(settings.max_memory, "max-memory") // 2  # what is not the engine's is Python's and frictionless'
    tables = [resource for resource in package.resources if resource.name in readable and is_table(resource)]
    known = {} if since is None else since.known
    scanned = {table.name for table in tables if table.index not in known}
    needed = {name for table in tables if table.name in scanned for name in (table.name, *targets_of(table))}
    tables = [table for table in tables if table.name in needed]
    looked = look_into(
        folder, package, tables, scanned, memory=memory, scan=judges.scan, progress=progress, meanwhile=get_ready
    )
    yield from looked.findings
    if not _has_unsafe(looked.findings):
        verdicts = judge(
            folder,
            package,
            readable,
            ask=judges.ask,
            proofs=looked.proofs,
            limit_errors=settings.limit_errors,
            progress=progress,
            known=known,
        )
        yield from verdicts if since is None else since.learn(package, verdicts, looked.findings)


def _look_back(folder: Path, package: DataPackage, readable: set[str], settings: Settings) -> Since | None:
    """What is known of the tables since a git revision, where that is asked for."""
    if settings.changed_since is None:
        return None
    from osds.commands.dataset.changed import look_back

    return look_back(folder, package, readable, settings)


def _audit(
    folder: Path,
    package: DataPackage,
    model: FiscalModel,
    tables: list[TableFacts],
    ledgers: Ledgers,
    since: Since | None,
    progress: Progress,
) -> tuple[Finding, ...]:
    """What is doubtful in the figures of tables without errors."""
    if not set(named_resources(model)) <= {table.resource for table in tables if table.judged}:
        return ()
    if since is not None and since.knows_figures(tables):
        return ()
    from osds.audit.audit import audit_ledger

    found = audit_ledger(ledgers.open(folder, package, model, tables), progress=progress)
    if since is not None and not found:
        since.learn_figures()
    return found


def _check_hashes(folder: Path, package: DataPackage, facts: dict[str, preflight.FileFacts]) -> list[Finding]:
    findings: list[Finding] = []
    for wanted in preflight.wanted_hashes(package, facts):
        if isinstance(wanted, Finding):
            findings.append(wanted)
        else:
            findings += preflight.check_hash(wanted, files.digest(folder, wanted.path, wanted.algorithm))
    return findings


def _repository(folder: Path, settings: Settings) -> str | None:
    """The URL of the dataset's own repository: as it was given, or git's, if the folder is the top of a work tree."""
    if settings.url is not None or not (folder / ".git").exists():
        return settings.url
    origin = git.origin(folder)
    return origin.url if origin else None


def _has_unsafe(findings: Sequence[Finding]) -> bool:
    return any(finding.unsafe for finding in findings)


def _has_error(findings: list[Finding]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in findings)


def _name(value: object) -> str:
    name = value.get("name") if isinstance(value, dict) else None
    return name if isinstance(name, str) else ""
