from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given

from osds.report import Place, Report, Severity
from osds.views import junit
from tests.test_untrusted import NASTY, commands
from tests.views.test_views import REPORT, TABLE, UNREAD, cell, check, hostile

GOLDEN = """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="osds">
  <testsuite name="town-budget" tests="3" failures="1" errors="0" skipped="1">
    <testcase classname="town-budget" name="datapackage.json" file="sub/datapackage.json">
      <system-out>datapackage.json is valid: 1 warning

! Title of no-licence [no-licence]
    datapackage.json: there is no licence
  → Mend no-licence

i Title of model-form [model-form]
    datapackage.json, /mapping: it is called `mapping`
  → Mend model-form
</system-out>
    </testcase>
    <testcase classname="town-budget" name="data/budget.csv" file="sub/data/budget.csv">
      <failure type="type-error" message="5 errors: Title of type-error">data/budget.csv is not valid: 5 errors of 1 kind
  checked: data/budget.csv, 1,608 rows, 15 columns

✗ Title of type-error [type-error, 5 times]
    data/budget.csv
      column “amount”: “nfp” in rows 3–5, 7
      column “year”: “-” in row 9
  → Mend type-error
</failure>
    </testcase>
    <testcase classname="town-budget" name="x.csv" file="sub/x.csv">
      <skipped message="its file was not read" />
    </testcase>
  </testsuite>
</testsuites>
"""


def parse(document: str) -> ET.Element:
    return ET.fromstring(document)  # noqa: S314 (our own document)


def test_junit__golden() -> None:
    assert junit.render(REPORT, "sub") == GOLDEN


def test_junit__a_valid_report_passes() -> None:
    root = parse(junit.render(Report(dataset="x", tables=(TABLE,))))
    assert [case.get("name") for case in root.iter("testcase")] == ["datapackage.json", "data/budget.csv"]
    assert [element.tag for element in root.iter() if element.tag in {"failure", "skipped", "system-out"}] == []


def test_junit__errors_and_doubts_of_one_table_stand_together() -> None:
    doubt = check("doubt", Severity.WARNING).at(Place(file="data/budget.csv"), "odd")
    root = parse(junit.render(Report(dataset="x", tables=(TABLE,), findings=(cell(3), doubt))))
    failure = root.find(".//failure")
    assert failure is not None
    assert "not valid: 1 error, 1 warning" in (failure.text or "")
    assert root.find(".//system-out") is None


def test_junit__a_table_that_nobody_read_is_no_success() -> None:
    doubt = check("doubt", Severity.WARNING).at(Place(file="x.csv"), "odd")
    (_, case) = parse(junit.render(Report(dataset="x", tables=(UNREAD,), findings=(doubt,)))).iter("testcase")
    assert [element.tag for element in case] == ["skipped", "system-out"]


def test_junit__an_error_in_a_table_that_nobody_read_is_a_failure() -> None:
    missing = check("file-missing").at(Place(file="x.csv"), "it is missing")
    (_, case) = parse(junit.render(Report(dataset="x", tables=(UNREAD,), findings=(missing,)))).iter("testcase")
    assert [element.tag for element in case] == ["failure"]


def test_junit__a_finding_without_file_is_told() -> None:
    finding = check("json-invalid").at(Place(), "not JSON")
    root = parse(junit.render(Report(dataset="", tables=(TABLE,), findings=(finding,))))
    (suite,) = root
    assert (suite.get("name"), suite.get("failures")) == ("dataset", "1")
    assert root.find("testsuite/testcase[@name='datapackage.json']/failure") is not None


def test_junit__a_file_elsewhere_is_no_file_of_the_repository() -> None:
    finding = check("path-remote").at(Place(file="https://example.org/x.csv"), "elsewhere")
    table = type(UNREAD)(resource="r", files=("https://example.org/x.csv",), rows=None, fields=1, bytes=0, judged=False)
    (_, case) = parse(junit.render(Report(dataset="x", tables=(table,), findings=(finding,)), "sub")).iter("testcase")
    assert "file" not in case.attrib


@pytest.mark.parametrize("words", ["\0", "\x1b[31m", "\ud800", "\ufffe\uffff", "]]>", "<!--", "&lt;", "\x85\u2028"])
def test_junit__is_xml_whatever_stands_in_it(words: str) -> None:
    parse(junit.render(hostile(words), words).encode("utf-8").decode("utf-8"))


@given(NASTY)
def test_junit__any_text_is_harmless(words: str) -> None:
    document = junit.render(hostile(words), words)
    expected = {"testsuites", "testsuite", "testcase", "failure", "skipped"}
    assert {element.tag for element in parse(document).iter()} <= expected
    for element in parse(document).iter():
        assert not commands(element.text or "")
        assert not [value for value in element.attrib.values() if commands(value)]
