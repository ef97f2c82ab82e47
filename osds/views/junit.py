"""A report as JUnit XML, which every CI system can show: a test suite for the dataset, a test case for each of its tables.

One more case, `datapackage.json`, holds what was found in the descriptor and in the fiscal model. Errors make a case fail;
doubts stand in its output. JUnit XML has no standard: this keeps to what its readers have in common, and as many of them
show only the first failure of a case, there is only one, with everything in its text.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from posixpath import join

from osds.report import DESCRIPTOR_FILE, Finding, Report, Severity, TableFacts
from osds.untrusted import one_line
from osds.views import text

# What is no character of XML 1.0 (https://www.w3.org/TR/xml/#charsets): readers refuse a document that holds one.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report, folder: str = "") -> str:
    """The report as an XML document; `folder` is the dataset's path in the repository."""
    name = _clean(report.dataset) or "dataset"
    cases = [_descriptor_case(report, name, folder), *(_table_case(report, t, name, folder) for t in report.tables)]
    counts = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "errors": 0,  # in JUnit's words an error is a test that could not run
        "skipped": sum(case.find("skipped") is not None for case in cases),
    }
    root = ET.Element("testsuites", name="osds")
    suite = ET.SubElement(root, "testsuite", {"name": name, **{key: str(count) for key, count in counts.items()}})
    suite.extend(cases)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _descriptor_case(report: Report, suite: str, folder: str) -> ET.Element:
    """What was found in no table."""
    of_tables = {file for table in report.tables for file in table.files}
    findings = tuple(finding for finding in report.findings if finding.place.file not in of_tables)
    return _case(Report(dataset=DESCRIPTOR_FILE, findings=findings), suite, DESCRIPTOR_FILE, folder)


def _table_case(report: Report, table: TableFacts, suite: str, folder: str) -> ET.Element:
    """What was found in one table; skipped if nobody read it and nobody complained."""
    name = ", ".join(table.files) or table.resource
    findings = tuple(finding for finding in report.findings if finding.place.file in table.files)
    case = _case(Report(dataset=name, findings=findings, tables=(table,)), suite, "".join(table.files[:1]), folder)
    if case.find("failure") is None and not table.judged:
        case.insert(0, ET.Element("skipped", message=_clean(table.reason)))
    return case


def _case(part: Report, suite: str, file: str, folder: str) -> ET.Element:
    case = ET.Element("testcase", classname=suite, name=_clean(part.dataset))
    if file and "://" not in file:
        case.set("file", _clean(join(folder, file)))  # GitLab and CircleCI link to it
    if not part.valid:
        failure = ET.SubElement(case, "failure", type=_errors(part)[0].code, message=_in_short(part))
        failure.text = _printable(text.render(part))
    elif part.findings:
        ET.SubElement(case, "system-out").text = _printable(text.render(part))
    return case


def _errors(part: Report) -> list[Finding]:
    return [finding for finding in part.findings if finding.severity is Severity.ERROR]


def _in_short(part: Report) -> str:
    """How many errors, and of which kinds."""
    errors = _errors(part)
    titles = "; ".join(dict.fromkeys(error.title for error in errors))
    return _clean(f"{len(errors):,} error{'s' * (len(errors) != 1)}: {titles}")


def _clean(words: str) -> str:
    return _printable(one_line(words))


def _printable(words: str) -> str:
    return _NOT_XML.sub("\ufffd", words)
