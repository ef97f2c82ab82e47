"""The faces of a report that a person can ask for by name."""

from __future__ import annotations

from collections.abc import Callable

from osds.report import Report
from osds.views import json_report, junit, lines, page, sarif, text

# From a report, and the dataset's path in the repository ("" for its root), to the whole of a document.
FORMATS: dict[str, Callable[[Report, str], str]] = {
    "text": lambda report, _folder: text.render(report),
    "json": lambda report, _folder: json_report.render(report),
    "lines": lines.render,
    "sarif": sarif.render,
    "junit": junit.render,
    "html": lambda report, _folder: page.render(report),
}
