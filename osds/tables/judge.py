"""The verdict on tables, by frictionless itself: every error is frictionless' own, with its code, place and words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from osds.dataset.package import DataPackage, Resource
from osds.progress import Progress
from osds.report import Excerpt, Finding, Place, TableFacts, in_descriptor
from osds.tables import checks
from osds.tables.answers import Answer, Ask, Question, TableError
from osds.tables.excerpts import excerpt
from osds.tables.kinds import kind_of
from osds.tables.proof.verdict import Proof
from osds.tables.rewriting import FORMATS, format_of, rewrite


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the judge says of one table."""

    findings: tuple[Finding, ...]
    facts: TableFacts


def judge(
    folder: Path,
    package: DataPackage,
    readable: Collection[str],
    *,
    ask: Ask,
    proofs: Mapping[str, Proof],
    limit_errors: int,
    progress: Progress,
    known: Mapping[int, TableFacts] | None = None,
) -> Iterator[Verdict]:
    """A verdict on every table of the package. `readable` names the resources that may be opened below `folder`.

    `ask` is `osds.tables.asking.ask`, or the same in a process with limits; `proofs` say which rows need not be asked for.
    `known` are tables, by their place in the descriptor, that were judged without a finding before and are not read again.
    """
    for resource in package.resources:
        if resource.name not in readable:
            yield Verdict(findings=(), facts=_not_judged(resource, "its file was not read"))
        elif known and resource.index in known:
            yield Verdict(findings=(), facts=known[resource.index])
        elif resource.paths and format_of(resource) not in FORMATS:
            message = f"the table {resource.name!r} has the format {format_of(resource)!r}"
            finding = checks.FORMAT_NOT_READ.at(_place(resource), message, advice=_how_to_save(resource))
            yield Verdict(findings=(finding,), facts=_not_judged(resource, "its format is not read"))
        else:
            proof = proofs.get(resource.name, Proof(unproven="its rows stand in the descriptor"))
            descriptor, lost = rewrite(package, resource, readable)
            if proof.unproven or proof.doubted:
                question = Question(folder=str(folder.absolute()), descriptor=descriptor, limit_errors=limit_errors)
                expected = _lines(folder, resource) if proof.unproven else len(proof.doubted)
                with progress.task(f"Checking {_title(resource)}", expected) as task:
                    answer = ask(_narrow(question, proof), task.advance)
            else:
                answer = Answer(rows=proof.rows)
            yield _verdict(folder, resource, lost, answer, proof, limit_errors)


def _how_to_save(resource: Resource) -> str | None:
    """What to do with a format that many tools can turn into CSV; None for what the check advises."""
    if format_of(resource) != "parquet":
        return None
    return (
        "Save the table as CSV and name that file in `path`, for instance with DuckDB: "
        "COPY (FROM 'table.parquet') TO 'table.csv'. The Parquet file may stay beside it, outside of the descriptor"
    )


def _narrow(question: Question, proof: Proof) -> Question:
    return question if proof.unproven else replace(question, doubted=proof.doubted, rows=proof.rows)


def _route(proof: Proof) -> str:
    """How the rows were judged, in words."""
    if proof.unproven:
        return f"every row was read by frictionless: {proof.unproven}"
    if proof.doubted:
        return f"proven by the engine but for {len(proof.doubted):,} rows, which frictionless judged"
    return "proven by the engine"


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


def _verdict(
    folder: Path, resource: Resource, lost: Collection[str], answer: Answer, proof: Proof, limit_errors: int
) -> Verdict:
    findings = [_foreign_key_lost(resource, name) for name in lost]
    if answer.ended:
        message = f"the table {resource.name!r} was not judged: {answer.ended}"
        findings.append(checks.LIMIT_REACHED.at(_place(resource), message))
        return Verdict(findings=tuple(findings), facts=_not_judged(resource, "a limit was reached"))
    findings += [_finding(resource, error, answer) for error in (*answer.errors, *answer.added)]
    if answer.gave_up:
        return Verdict(findings=tuple(findings), facts=_not_judged(resource, "frictionless gave up"))
    reason = ""
    if answer.stopped:
        reason = f"stopped after {limit_errors:,} errors"
        findings.append(checks.ERROR_LIMIT.at(_place(resource), f"the table {resource.name!r} was {reason}"))
    facts = TableFacts(
        resource=resource.name,
        files=resource.paths,
        rows=answer.rows,
        fields=len(resource.fields) if answer.fields is None else answer.fields,
        bytes=sum((folder / path).stat().st_size for path in resource.paths) or answer.bytes or 0,
        judged=True,
        reason=reason,
        route=_route(proof),
        labels=proof.plain,
    )
    return Verdict(findings=tuple(findings), facts=facts)


def _finding(resource: Resource, error: TableError, answer: Answer) -> Finding:
    check = checks.check_of(error.code, error.title)
    if answer.gave_up:
        return check.at(_place(resource), f"the table {resource.name!r} could not be judged: {error.message}")
    place = Place(file=_place(resource).file, row=error.row, field=error.field)
    kind = kind_of(error.code, resource.field(error.field or ""), error.cell, error.message)
    found = check.at(place, error.message, value=error.cell, advice=None if kind is None else kind.advice)
    return replace(found, kind="" if kind is None else kind.words, excerpt=_excerpt(resource, error, answer))


def _excerpt(resource: Resource, error: TableError, answer: Answer) -> Excerpt | None:
    """The row below the labels of the file; the header row below the names in the schema."""
    if error.part is None:
        return None
    names = [field.name for field in resource.fields]
    return excerpt(error.part, answer.labels if error.row is not None and answer.labels else names)


def _foreign_key_lost(resource: Resource, target: str) -> Finding:
    message = f"the foreign key of {resource.name!r} to {target!r} was not checked: that table could not be read"
    return checks.FOREIGN_KEY_NOT_CHECKED.at(_place(resource), message)


def _place(resource: Resource) -> Place:
    if resource.paths:
        return Place(file=resource.paths[0])
    return in_descriptor(f"{resource.pointer}/data")


def _title(resource: Resource) -> str:
    return resource.paths[0] if resource.paths else resource.name


def _lines(folder: Path, resource: Resource) -> int:
    """About how many rows there are, so that progress has an end: line ends are counted at the speed of the disk."""
    count = 0
    for path in resource.paths:
        with (folder / path).open("rb") as file:
            while chunk := file.read(1 << 20):
                count += chunk.count(b"\n")
    return count
