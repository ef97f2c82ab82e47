"""A report as SARIF 2.1.0, for code scanning on GitHub and for editors that read it.

The format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. What GitHub makes of it, and its limits:
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support. GitHub refuses a run of more
than 25,000 results and drops all but 5,000 without a word, so that a result here is one spot, with its rows in the message.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from posixpath import join
from typing import Any
from urllib.parse import quote

from osds import __version__
from osds.report import DESCRIPTOR_FILE, Finding, Report, Severity
from osds.untrusted import json_text, one_line
from osds.views.grouping import Group, Spot, group
from osds.views.text import describe, table_line

LIMIT = 5_000  # results of a run that GitHub shows
CUT = "more-findings"
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}


def render(report: Report, folder: str = "") -> str:
    """The report as SARIF text; `folder` is the dataset's path in the repository. Characters beyond ASCII are escaped."""
    return json_text(to_sarif(report, folder))


def to_sarif(report: Report, folder: str = "") -> dict[str, Any]:
    """The report as a SARIF log of one run."""
    groups = group(report)
    spots = [spot for each in groups for spot in each.spots]
    shown = spots if len(spots) <= LIMIT else spots[: LIMIT - 1]
    rules = _rules(groups)
    results = list(_results(shown, folder))
    if len(shown) < len(spots):
        rules.append(_cut_rule())
        results.append(_cut_result(len(spots) - len(shown), folder))
    index = {rule["id"]: i for i, rule in enumerate(rules)}
    run = {
        "tool": {"driver": {"name": "osds", "semanticVersion": __version__, "rules": rules}},
        "automationDetails": {
            "id": f"osds/{one_line(folder) or '.'}/"
        },  # results of another folder do not replace these
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": list(_unchecked(report))}],
        "results": [{**result, "ruleIndex": index[result["ruleId"]]} for result in results],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rules(groups: tuple[Group, ...]) -> list[dict[str, Any]]:
    """One rule per code, in the order of its first finding."""
    firsts: dict[str, Finding] = {}
    for each in groups:
        firsts.setdefault(each.first.code, each.first)
    return [_rule(first) for first in firsts.values()]


def _rule(first: Finding) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": first.code,
        "shortDescription": {"text": _words(first.title)},
        "fullDescription": {"text": _words(first.title)},
        "help": {"text": _words(first.advice)},
        "defaultConfiguration": {"level": _LEVELS[first.severity]},
    }
    return {**rule, "properties": {"tags": ["security"]}} if first.unsafe else rule


def _cut_rule() -> dict[str, Any]:
    text = f"GitHub shows at most {LIMIT:,} results of a run"
    return {
        "id": CUT,
        "shortDescription": {"text": "More was found than is shown here"},
        "fullDescription": {"text": text},
        "help": {"text": f"{text}; the JSON report of osds lists every finding."},
        "defaultConfiguration": {"level": "note"},
    }


def _cut_result(left: int, folder: str) -> dict[str, Any]:
    return {
        "ruleId": CUT,
        "level": "note",
        "message": {"text": f"{left:,} more places are not shown here; the JSON report of osds lists them all."},
        "locations": [_location(join(folder, DESCRIPTOR_FILE), 1)],
        "partialFingerprints": {"primaryLocationLineHash": _hash(CUT, folder)},
    }


def _results(spots: list[Spot], folder: str) -> Iterator[dict[str, Any]]:
    seen: Counter[str] = Counter()
    for spot in spots:
        first = spot.first
        path = _path(first, folder)
        place = _hash(first.code, first.kind, path, first.place.field, first.place.pointer)
        seen[place] += 1
        yield {
            "ruleId": first.code,
            "level": _LEVELS[first.severity],
            "message": {"text": _message(spot)},
            "locations": [_location(path, spot.line)],
            # The only fingerprint that GitHub reads. No row is in it: a row put in above shall not close and open alerts.
            "partialFingerprints": {"primaryLocationLineHash": f"{place}:{seen[place]}"},
            "occurrenceCount": len(spot.findings),
        }


def _path(finding: Finding, folder: str) -> str:
    """The file in the repository. What is not a file below the dataset's folder is told at the descriptor that names it."""
    file = finding.place.file
    outside = not file or "://" in file or file.startswith("/") or ".." in file.split("/")
    return join(folder, DESCRIPTOR_FILE if outside or file is None else file)


def _location(path: str, line: int) -> dict[str, Any]:
    """A place in the repository. The columns are there because GitHub calls them required."""
    region = {"startLine": max(line, 1), "startColumn": 1, "endLine": max(line, 1), "endColumn": 2}
    return {"physicalLocation": {"artifactLocation": {"uri": quote(path, errors="replace")}, "region": region}}


def _message(spot: Spot) -> str:
    first = spot.first
    times = f" ({len(spot.findings):,} times)" if len(spot.findings) > 1 else ""
    return _words(f"{first.headline}{times}. {describe(spot)}. {first.advice}.")


def _words(text: str) -> str:
    """Text that is no link: SARIF's messages know `[words](target)`. GitHub cuts descriptions at 1,024 characters."""
    return one_line(text, 1000).replace("](", "] (")


def _hash(*parts: str | None) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _unchecked(report: Report) -> Iterator[dict[str, Any]]:
    """What says that a table was not read, or not to its end; silence would look like a good verdict."""
    for table in report.tables:
        if not table.judged or table.reason:
            yield {"level": "warning", "message": {"text": _words(table_line(table))}}
