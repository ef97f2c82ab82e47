from __future__ import annotations

import gc
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from osds.dataset.package import read_package
from osds.progress import Silent
from osds.tables.asking import ask
from osds.tables.judge import Verdict, judge

FIELDS = [{"name": "id", "type": "integer"}, {"name": "text", "type": "string"}]
Judge = Callable[..., Verdict]


@pytest.fixture
def judged(tmp_path: Path) -> Judge:
    def run(content: bytes, *, path: str = "a.csv", limit: int = 100, **resource: Any) -> Verdict:
        (tmp_path / path).write_bytes(content)
        package = read_package(
            {"name": "x", "resources": [{"name": "a", "path": path, "schema": {"fields": FIELDS}, **resource}]}
        )
        (verdict,) = judge(tmp_path, package, {"a"}, ask=ask, proofs={}, limit_errors=limit, progress=Silent())
        return verdict

    return run


def test_judge__a_good_table(judged: Judge) -> None:
    verdict = judged(b"id,text\n1,a\n2,b\n")
    assert verdict.findings == ()
    assert (verdict.facts.rows, verdict.facts.fields, verdict.facts.bytes, verdict.facts.judged) == (2, 2, 16, True)


@pytest.mark.parametrize(
    ("content", "code", "row", "field", "value"),
    [
        (b"id,text\n1,a\nnfp,b\n", "type-error", 3, "id", "nfp"),
        (b"id,text\n1\n", "missing-cell", 2, "text", ""),
        (b"id,text\n1,a,b\n", "extra-cell", 2, None, "b"),
        (b"id,text\n,\n", "blank-row", 2, None, None),
        (b"id,words\n1,a\n", "incorrect-label", None, "text", None),
        (b"", "source-error", None, None, None),
    ],
)
def test_judge__the_error_and_its_place(
    judged: Judge, content: bytes, code: str, row: int | None, field: str | None, value: str | None
) -> None:
    finding = judged(content).findings[0]
    assert (finding.code, finding.place.file, finding.place.row) == (code, "a.csv", row)
    assert finding.advice
    if code != "incorrect-label":
        assert (finding.place.field, finding.value) == (field, value)


def test_judge__stops_at_the_limit_and_says_so(judged: Judge) -> None:
    verdict = judged(b"id,text\n" + b"x,a\n" * 50, limit=7)
    assert [f.code for f in verdict.findings] == ["type-error"] * 7 + ["error-limit"]
    assert verdict.facts.reason == "stopped after 7 errors"


@pytest.mark.parametrize(
    "schema",
    [
        {"fields": [{"name": "id", "type": "no-such-type"}, {"name": "text"}]},
        {"fields": [{"name": "id", "type": "integer", "constraints": {"minimum": "abc"}}, {"name": "text"}]},
        {"fields": [{"name": "id", "constraints": {"pattern": "(["}}, {"name": "text"}]},
        {"fields": [{"name": "id", "type": "array", "constraints": {"unique": True}}, {"name": "text"}]},
        {"fields": FIELDS, "primaryKey": ["nope"]},
        {"fields": FIELDS, "foreignKeys": [{"fields": "id", "reference": "nonsense"}]},
    ],
)
def test_judge__where_frictionless_raises_there_is_a_finding(judged: Judge, schema: dict[str, Any]) -> None:
    verdict = judged(b"id,text\n[1],a\n", schema=schema)
    assert verdict.findings
    assert not verdict.facts.judged or verdict.findings[0].code == "type-error"


def test_judge__a_foreign_key_into_nowhere_is_said(judged: Judge) -> None:
    key = {"fields": "id", "reference": {"resource": "missing", "fields": "code"}}
    verdict = judged(b"id,text\n1,a\n", schema={"fields": FIELDS, "foreignKeys": [key]})
    assert [f.code for f in verdict.findings] == ["foreign-key-not-checked"]
    assert verdict.facts.judged


def test_judge__foreign_keys_between_tables(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text\n1,x\n2,y\n")
    (tmp_path / "codes.csv").write_text("code\nx\n")
    key = {"fields": ["text"], "reference": {"resource": "codes", "fields": ["code"]}}
    package = read_package(
        {
            "name": "x",
            "resources": [
                {"name": "a", "path": "a.csv", "schema": {"fields": FIELDS, "foreignKeys": [key]}},
                {"name": "codes", "path": "codes.csv", "schema": {"fields": [{"name": "code"}]}},
            ],
        }
    )
    first, second = judge(tmp_path, package, {"a", "codes"}, ask=ask, proofs={}, limit_errors=9, progress=Silent())
    assert [(f.code, f.place.row) for f in first.findings] == [("foreign-key", 3)]
    assert second.findings == ()


@pytest.mark.parametrize("extra", [{"format": "sql"}, {"format": "xlsx"}, {"path": "a.parquet"}, {"format": "html"}])
def test_judge__other_formats_are_not_opened(judged: Judge, extra: dict[str, Any]) -> None:
    assert [f.code for f in judged(b"id,text\n1,a\n", **extra).findings] == ["format-not-read"]


def test_judge__how_parquet_becomes_csv(judged: Judge) -> None:
    (finding,) = judged(b"PAR1", path="a.parquet").findings
    assert "COPY (FROM 'table.parquet') TO 'table.csv'" in finding.advice


# frictionless leaves the packed file open until it is collected; collect it here, where the warning is expected.
@pytest.mark.filterwarnings("ignore:Exception ignored in.*FileIO:pytest.PytestUnraisableExceptionWarning")
def test_judge__packed(judged: Judge) -> None:
    assert judged(gzip.compress(b"id,text\n1,a\n"), path="a.csv.gz").findings == ()
    gc.collect()


def test_judge__other_dialects(judged: Judge) -> None:
    assert judged(b"id;text\n1;a\n", dialect={"delimiter": ";"}).findings == ()
    assert judged("id,text\n1,é\n".encode("latin-1"), encoding="iso-8859-1").findings == ()


def test_judge__never_reaches_for_what_a_descriptor_names(judged: Judge) -> None:
    lures = {"profile": "https://example.org/p.json", "dialect": {"sql": {"table": "t"}}, "sources": ["http://x"]}
    assert judged(b"id,text\n1,a\n", **lures).findings == ()


def test_judge__long_cells_are_cut(judged: Judge) -> None:
    (finding,) = judged(b"id,text\n" + b"9x" * 100_000 + b",a\n").findings
    assert finding.value is not None
    assert len(finding.value) < 300
    assert len(finding.message) < 600
