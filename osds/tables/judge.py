"""The verdict on tables, by frictionless itself: every error is frictionless' own, with its code, place and words."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osds.dataset.package import DataPackage, Resource
from osds.progress import Progress
from osds.report import Finding, Place, TableFacts, in_descriptor
from osds.tables import checks
from osds.tables.rewriting import FORMATS, format_of, rewrite

if TYPE_CHECKING:
    from frictionless import Report as TheirReport

MAX_VALUE = 200  # characters of a cell that are quoted
MAX_MESSAGE = 500
_TICK = 1000  # rows between two signs of life


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the judge says of one table."""

    findings: tuple[Finding, ...]
    facts: TableFacts


def judge(
    folder: Path, package: DataPackage, readable: Collection[str], *, limit_errors: int, progress: Progress
) -> Iterator[Verdict]:
    """A verdict on every table of the package. `readable` names the resources that may be opened below `folder`."""
    for resource in package.resources:
        if resource.name not in readable:
            yield Verdict(findings=(), facts=_not_judged(resource, "its file was not read"))
        elif resource.paths and format_of(resource) not in FORMATS:
            message = f"the table {resource.name!r} has the format {format_of(resource)!r}"
            finding = checks.FORMAT_NOT_READ.at(_place(resource), message)
            yield Verdict(findings=(finding,), facts=_not_judged(resource, "its format is not read"))
        else:
            yield _judge_one(folder, package, resource, readable, limit_errors, progress)


def _not_judged(resource: Resource, reason: str) -> TableFacts:
    return TableFacts(
        resource=resource.name,
        files=resource.paths,
        rows=None,
        fields=len(resource.fields),
        bytes=0,
        judged=False,
        reason=reason,
    )


def _judge_one(
    folder: Path,
    package: DataPackage,
    resource: Resource,
    readable: Collection[str],
    limit_errors: int,
    progress: Progress,
) -> Verdict:
    descriptor, lost = rewrite(package, resource, readable)
    findings = [_foreign_key_lost(resource, name) for name in lost]
    try:
        report = _ask_frictionless(
            folder, descriptor, _title(resource), _lines(folder, resource), limit_errors, progress
        )
    except _GaveUpError as error:
        findings.append(error.finding(resource))
        return Verdict(findings=tuple(findings), facts=_not_judged(resource, "frictionless gave up"))
    task = report.tasks[0]
    findings += [_finding(resource, error) for error in task.errors]
    reason = ""
    if task.warnings:
        reason = f"stopped after {limit_errors:,} errors"
        findings.append(checks.ERROR_LIMIT.at(_place(resource), f"the table {resource.name!r} was {reason}"))
    facts = TableFacts(
        resource=resource.name,
        files=resource.paths,
        rows=task.stats.get("rows"),
        fields=task.stats.get("fields", len(resource.fields)),
        bytes=task.stats.get("bytes", 0),
        judged=True,
        reason=reason,
    )
    return Verdict(findings=tuple(findings), facts=facts)


class _GaveUpError(Exception):
    """Raised if frictionless raised instead of reporting; it does so on schemas that it cannot apply."""

    def __init__(self, code: str, title: str, message: str) -> None:
        super().__init__(message)
        self.code, self.title, self.message = code, title, message

    def finding(self, resource: Resource) -> Finding:
        message = f"the table {resource.name!r} could not be judged: {_short(self.message, MAX_MESSAGE)}"
        return checks.check_of(self.code, self.title).at(_place(resource), message)


def _ask_frictionless(
    folder: Path, descriptor: dict[str, Any], title: str, lines: int, limit_errors: int, progress: Progress
) -> TheirReport:
    from frictionless import FrictionlessException, Package

    with progress.task(f"Checking {title}", lines) as task:
        seen = 0

        def on_row(row: Any) -> None:  # noqa: ANN401, ARG001 (frictionless calls it with its untyped Row, by name)
            nonlocal seen
            seen += 1
            if seen % _TICK == 0:
                task.advance(_TICK)

        try:
            package = Package.from_descriptor(descriptor, basepath=str(folder))
            return package.resources[0].validate(limit_errors=limit_errors, on_row=on_row)
        except FrictionlessException as error:
            raise _GaveUpError(error.error.type, error.error.title, error.error.message) from error
        # frictionless raises TypeError, AttributeError, re.error and others on schemas that it cannot apply to the data:
        # for a dataset they are one and the same finding, and no input may end in a traceback.
        except Exception as error:
            message = f"{type(error).__name__}: {error}"
            raise _GaveUpError(checks.JUDGE_FAILED.code, checks.JUDGE_FAILED.title, message) from error


def _finding(resource: Resource, error: Any) -> Finding:  # noqa: ANN401 (frictionless' error classes share no typed base)
    cell = getattr(error, "cell", None)
    place = Place(
        file=_place(resource).file,
        row=getattr(error, "row_number", None),
        field=getattr(error, "field_name", None) or getattr(error, "label", None) or None,
    )
    check = checks.check_of(error.type, error.title)
    return check.at(
        place, _short(error.message, MAX_MESSAGE), value=None if cell is None else _short(str(cell), MAX_VALUE)
    )


def _foreign_key_lost(resource: Resource, target: str) -> Finding:
    message = f"the foreign key of {resource.name!r} to {target!r} was not checked: that table could not be read"
    return checks.FOREIGN_KEY_NOT_CHECKED.at(_place(resource), message)


def _place(resource: Resource) -> Place:
    if resource.paths:
        return Place(file=resource.paths[0])
    return in_descriptor(f"{resource.pointer}/data")


def _title(resource: Resource) -> str:
    return resource.paths[0] if resource.paths else resource.name


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"


def _lines(folder: Path, resource: Resource) -> int:
    """About how many rows there are, so that progress has an end: line ends are counted at the speed of the disk."""
    count = 0
    for path in resource.paths:
        with (folder / path).open("rb") as file:
            while chunk := file.read(1 << 20):
                count += chunk.count(b"\n")
    return count
