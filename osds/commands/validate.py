"""`osds validate`: read a dataset from the disk, judge it, and return the report. Writes nothing, asks no network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from osds.dataset import descriptor, lfs, preflight, strict_json
from osds.dataset.package import DataPackage, read_package
from osds.edges import files
from osds.fiscal.compile import compile_model
from osds.fiscal.lint import lint
from osds.fiscal.model import FiscalModel
from osds.progress import Progress
from osds.report import Finding, Report, Severity
from osds.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Validation:
    """The report on a dataset and, as far as they could be read, its descriptor and its fiscal model."""

    folder: Path
    report: Report
    package: DataPackage | None = None
    model: FiscalModel | None = None


def validate(path: str | Path, settings: Settings, progress: Progress) -> Validation:
    """Judge the dataset at `path`. Raises `UsageError` if there is no dataset there."""
    folder = files.dataset_folder(path)
    content = files.read_descriptor(folder, strict_json.MAX_BYTES)
    value, found = strict_json.load(content)
    findings = list(found)
    if value is not None:
        findings += descriptor.check_structure(value)
    if value is None or _has_error(findings):
        return Validation(folder=folder, report=Report(dataset=_name(value), findings=tuple(findings)))
    return _validate_package(folder, read_package(value), findings, settings, progress)


def _validate_package(
    folder: Path, package: DataPackage, findings: list[Finding], settings: Settings, progress: Progress
) -> Validation:
    findings += descriptor.check_package(package)
    facts = {path: files.look(folder, path) for path in preflight.wanted_files(package)}
    findings += preflight.check_files(package, facts)
    findings += _check_hashes(folder, package, facts)
    findings += lfs.check_config((files.read_file(folder, lfs.CONFIG_FILE, 65536) or b"").decode("utf-8", "replace"))
    model, found = compile_model(package)
    findings += found
    if model is not None:
        findings += lint(package, model)
    tables = []
    if not any(finding.unsafe for finding in findings):
        from osds.tables.judge import judge

        readable = {r.name for r in package.resources if preflight.readable(r, facts) and r.fields}
        for verdict in judge(folder, package, readable, limit_errors=settings.limit_errors, progress=progress):
            findings += verdict.findings
            tables.append(verdict.facts)
    report = Report(dataset=package.name, findings=tuple(findings), tables=tuple(tables))
    return Validation(folder=folder, report=report, package=package, model=model)


def _check_hashes(folder: Path, package: DataPackage, facts: dict[str, preflight.FileFacts]) -> list[Finding]:
    findings: list[Finding] = []
    for wanted in preflight.wanted_hashes(package, facts):
        if isinstance(wanted, Finding):
            findings.append(wanted)
        else:
            findings += preflight.check_hash(wanted, files.digest(folder, wanted.path, wanted.algorithm))
    return findings


def _has_error(findings: list[Finding]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in findings)


def _name(value: object) -> str:
    name = value.get("name") if isinstance(value, dict) else None
    return name if isinstance(name, str) else ""
