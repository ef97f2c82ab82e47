"""A report as versioned JSON, for machines. `report-1.schema.json` beside this file is its JSON Schema.

The version is `MAJOR.MINOR`: a minor step adds keys, a major step changes or removes them. 1.1 added `left_out`, `known`,
`kind` and `excerpt`.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from osds import __version__
from osds.report import Finding, Report, Severity, TableFacts
from osds.untrusted import json_text

FORMAT = "1.1"


def to_json(report: Report) -> dict[str, Any]:
    """The report as a JSON object."""
    return {
        "format": FORMAT,
        "generator": f"osds {__version__}",
        "dataset": report.dataset,
        "valid": report.valid,
        "counts": {f"{severity.value}s": report.count(severity) for severity in Severity},
        "tables": [_table(table) for table in report.tables],
        "left_out": list(report.left_out),
        "findings": [_finding(finding) for finding in report.findings],
    }


def render(report: Report) -> str:
    """The report as JSON text, ending with a line break; characters beyond ASCII are escaped, so no text can hide in it."""
    return json_text(to_json(report))


def _table(table: TableFacts) -> dict[str, Any]:
    return {
        "resource": table.resource,
        "files": list(table.files),
        "rows": table.rows,
        "fields": table.fields,
        "bytes": table.bytes,
        "checked": table.judged,
        "reason": table.reason,
        "route": table.route,
        "known": table.known,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    place = {
        "file": finding.place.file,
        "row": finding.place.row,
        "field": finding.place.field,
        "pointer": finding.place.pointer,
    }
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "title": finding.title,
        "kind": finding.kind,
        "message": finding.message,
        "advice": finding.advice,
        "unsafe": finding.unsafe,
        "value": finding.value,
        "place": {key: value for key, value in place.items() if value is not None},
        "excerpt": None if finding.excerpt is None else asdict(finding.excerpt),
    }
