from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from osds.dataset.schema_errors import read_schema
from osds.report import Check, Excerpt, Finding, Place, Report, Severity, TableFacts
from osds.views import annotation, json_report, lines, summary, text
from osds.views.grouping import group, row_list
from tests.test_untrusted import NASTY, commands


def check(code: str, severity: Severity = Severity.ERROR) -> Check:
    return Check(code=code, severity=severity, title=f"Title of {code}", explanation="", advice=f"Mend {code}")


TYPE = check("type-error")
TABLE = TableFacts(resource="budget", files=("data/budget.csv",), rows=1608, fields=15, bytes=949_585, judged=True)
UNREAD = TableFacts(
    resource="x", files=("x.csv",), rows=None, fields=2, bytes=0, judged=False, reason="its file was not read"
)


def cell(row: int, field: str = "amount", value: str = "nfp") -> Finding:
    return TYPE.at(
        Place(file="data/budget.csv", row=row, field=field), f'Type error in the cell "{value}"', value=value
    )


REPORT = Report(
    dataset="town-budget",
    findings=(
        check("no-licence", Severity.WARNING).at(Place(file="datapackage.json", pointer=""), "there is no licence"),
        *(cell(row) for row in (7, 3, 4, 5)),
        cell(9, "year", "-"),
        check("model-form", Severity.NOTICE).at(
            Place(file="datapackage.json", pointer="/mapping"), "it is called `mapping`"
        ),
    ),
    tables=(TABLE, UNREAD),
)

# One check, three kinds; rows shown; a table that is known; something left out.
DECIMALS = "decimals in a column of whole numbers"
EXCERPT = Excerpt(labels=("code", "amount"), cells=("01", "nfp"), first=1, marked=(2,), columns=2)
WITH_ROWS = Report(
    dataset="town-budget",
    findings=(
        replace(cell(2), excerpt=EXCERPT, kind="a word"),
        replace(cell(3, value="1.5"), kind=DECIMALS),
        check("primary-key").at(Place(file="data/budget.csv", row=5), 'it is: the same as in the row at position "2"'),
        *(replace(cell(row, value=f"{row}.5"), kind=DECIMALS) for row in range(20, 60, 2)),
        replace(cell(70, value=""), kind="an empty cell"),
    ),
    tables=(replace(TABLE, known=True, reason="unchanged since v1"),),
    left_out=("the figures: there are errors",),
)
TEXT_WITH_ROWS = """\
town-budget is not valid: 24 errors of 4 kinds
  not read again: data/budget.csv, 1,608 rows, 15 columns (unchanged since v1)
  not checked: the figures: there are errors

✗ Title of type-error: a word [type-error]
    data/budget.csv, column “amount”: “nfp” in row 2
  → Mend type-error

✗ Title of type-error: decimals in a column of whole numbers [type-error, 21 times]
    data/budget.csv, column “amount”: “1.5”, “20.5”, “22.5” and 18 other values in rows 3, 20, 22, 24, 26, 28, 30, 32, \
34, 36, 38, 40 and 9 more
  → Mend type-error

✗ Title of type-error: an empty cell [type-error]
    data/budget.csv, column “amount”: row 70
  → Mend type-error

✗ Title of primary-key [primary-key]
    data/budget.csv: row 5 (the same as row "2")
  → Mend primary-key
"""

TEXT = """\
town-budget is not valid: 5 errors of 1 kind, 1 warning
  checked: data/budget.csv, 1,608 rows, 15 columns
  not checked: x.csv (its file was not read)

✗ Title of type-error [type-error, 5 times]
    data/budget.csv
      column “amount”: “nfp” in rows 3–5, 7
      column “year”: “-” in row 9
  → Mend type-error

! Title of no-licence [no-licence]
    datapackage.json: there is no licence
  → Mend no-licence

i Title of model-form [model-form]
    datapackage.json, /mapping: it is called `mapping`
  → Mend model-form
"""

SUMMARY = """\
## ❌ `town-budget` is not valid

5 errors, 1 warning, 1 notice

| Table | Rows | Columns | |
|---|---:|---:|---|
| `data/budget.csv` | 1,608 | 15 |  |
| `x.csv` |  | 2 | not checked: its file was not read |

### ❌ Title of type-error (5 times)

- `data/budget.csv`, column `amount`: `nfp` in rows 3–5, 7
- `data/budget.csv`, column `year`: `-` in row 9

Mend type-error.
<sub>type-error</sub>
"""

ANNOTATIONS = [
    "::error file=sub/data/budget.csv,line=3,title=Title of type-error (5 times)::data/budget.csv, column “amount”: “nfp” "
    "in rows 3–5, 7; data/budget.csv, column “year”: “-” in row 9. Mend type-error",
    "::warning file=sub/datapackage.json,line=1,title=Title of no-licence::"
    "datapackage.json: there is no licence. Mend no-licence",
    "::notice file=sub/datapackage.json,line=1,title=Title of model-form::"
    "datapackage.json, /mapping: it is called `mapping`. Mend model-form",
]


def test_text__golden() -> None:
    assert text.render(REPORT) == TEXT


def test_text__kinds_values_and_what_was_not_checked() -> None:
    assert text.render(WITH_ROWS) == TEXT_WITH_ROWS


def test_summary__golden() -> None:
    assert summary.render(REPORT).startswith(SUMMARY)


def test_annotations__golden() -> None:
    assert list(annotation.render(REPORT, "sub")) == ANNOTATIONS


def test_text__a_valid_report_is_short() -> None:
    assert text.render(Report(dataset="x", tables=(TABLE,))) == (
        "x is valid\n  checked: data/budget.csv, 1,608 rows, 15 columns\n"
    )


@pytest.mark.parametrize(
    ("rows", "told"),
    [((3,), "row 3"), ((3, 4, 5, 9), "rows 3–5, 9"), (tuple(range(1, 101, 2)), "and 38 more")],
)
def test_row_list__as_a_person_writes_it(rows: tuple[int, ...], told: str) -> None:
    assert row_list(rows).endswith(told)


def test_group__nothing_is_lost() -> None:
    assert sum(each.count for each in group(REPORT)) == len(REPORT.findings)


def test_json__follows_its_schema() -> None:
    schema = read_schema("osds.views", "report-1.schema.json")
    Draft202012Validator.check_schema(schema)
    for report in (REPORT, WITH_ROWS):
        Draft202012Validator(schema).validate(json.loads(json_report.render(report)))
    assert json_report.to_json(REPORT)["counts"] == {"errors": 5, "warnings": 1, "notices": 1}


def test_annotations__name_the_first_columns_of_a_file_and_count_the_others() -> None:
    findings = tuple(cell(row, field=f"f{row}") for row in range(2, 10))
    (line,) = annotation.render(Report(dataset="x", findings=findings))
    assert "line=2,title=Title of type-error (8 times)" in line
    assert line.count("column") == annotation.MAX_PLACES
    assert "; and in 3 more places. Mend" in line


def test_annotations__within_the_limits_of_the_runner_and_none_silently_dropped() -> None:
    kinds = [check(f"kind-{i}") for i in range(6)]
    findings = [kind.at(Place(file=f"f{i}.csv"), "wrong") for kind in kinds for i in range(5)]
    said = list(annotation.render(Report(dataset="x", findings=tuple(findings))))
    assert len(said) == 10
    assert {line.split("title=")[1].split("::")[0] for line in said[:6]} == {f"Title of kind-{i}" for i in range(6)}
    assert said[-1] == (
        "::error title=osds::21 more errors are not shown here; the job summary and the JSON report have them"
    )


def test_annotations__within_what_the_step_and_the_job_have_left() -> None:
    findings = [
        check(f"kind-{i}", severity).at(Place(file="f.csv"), "wrong") for severity in Severity for i in range(12)
    ]
    report = Report(dataset="x", findings=tuple(findings))

    def shown(in_job: int, **in_step: int) -> list[str]:
        told = annotation.Told(in_step=in_step, in_job=in_job)
        return [line.split()[0].strip(":") for line in annotation.render(report, told=told)]

    assert shown(0) == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 10
    assert shown(0, error=10, warning=9) == ["warning"] + ["notice"] * 10
    assert shown(38) == ["error"] * 10 + ["warning"] * 2
    assert shown(49) == ["error"]
    assert shown(50) == []
    *_, last = annotation.render(report, told=annotation.Told(in_job=38))
    assert last.startswith("::warning title=osds::11 more warnings are not shown here")


LINES = """\
sub/data/budget.csv:3: error: Title of type-error: data/budget.csv, column “amount”: “nfp” in rows 3–5, 7. Mend type-error \
[type-error]
sub/data/budget.csv:9: error: Title of type-error: data/budget.csv, column “year”: “-” in row 9. Mend type-error [type-error]
sub/datapackage.json:1: warning: Title of no-licence: datapackage.json: there is no licence. Mend no-licence [no-licence]
sub/datapackage.json:1: notice: Title of model-form: datapackage.json, /mapping: it is called `mapping`. Mend model-form \
[model-form]
town-budget is not valid: 5 errors of 1 kind, 1 warning
"""


def test_lines__golden() -> None:
    assert lines.render(REPORT, "sub") == LINES


def test_lines__are_what_our_problem_matcher_reads() -> None:
    ours = json.loads((Path(__file__).parents[2] / "setup" / "problem-matcher.json").read_text("utf-8"))
    ((pattern,),) = (matcher["pattern"] for matcher in ours["problemMatcher"])
    *places, verdict = lines.render(REPORT, "sub").splitlines()
    found = [re.search(pattern["regexp"], place) for place in places]
    parts = ("file", "line", "severity", "code")
    assert [tuple(match[pattern[part]] for part in parts) for match in found if match] == [
        ("sub/data/budget.csv", "3", "error", "type-error"),
        ("sub/data/budget.csv", "9", "error", "type-error"),
        ("sub/datapackage.json", "1", "warning", "no-licence"),
        ("sub/datapackage.json", "1", "notice", "model-form"),
    ]
    assert re.search(pattern["regexp"], verdict) is None


def test_summary__stays_below_its_limit_and_says_what_is_missing() -> None:
    findings = [check(f"kind-{i}").at(Place(file="f.csv"), "long " * 90) for i in range(400)]
    rendered = summary.render(Report(dataset="x", findings=tuple(findings)))
    assert len(rendered.encode()) < 61_000
    told = rendered.count("### ")
    assert f"\n{400 - told} more findings are in the JSON report." in rendered


def hostile(words: str) -> Report:
    place = Place(file=words or "f", row=2, field=words, pointer=words)
    shown = Excerpt(labels=(words, "x"), cells=(words, words), first=1, marked=(1,), columns=2)
    findings = tuple(replace(TYPE.at(place, words, value=words), kind=words, excerpt=shown) for _ in range(3))
    table = TableFacts(resource=words, files=(words,), rows=1, fields=1, bytes=1, judged=False, reason="reason")
    return Report(dataset=words, findings=findings, tables=(table,))


@given(NASTY)
def test_views__no_text_of_a_dataset_becomes_a_command(words: str) -> None:
    report = hostile(words)
    assert not commands(text.render(report))
    assert not commands(summary.render(report))
    assert not commands(lines.render(report, words))
    for line in annotation.render(report):
        assert "\n" not in line
        assert "\r" not in line
        assert len(commands(line)) == 1
        assert line.startswith(("::error ", "::warning ", "::notice "))


@given(st.text(max_size=50))
def test_json__any_text_survives(words: str) -> None:
    found: Any = json.loads(json_report.render(hostile(words)))
    assert found["findings"][0]["message"] == words
