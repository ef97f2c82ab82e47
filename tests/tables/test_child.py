"""The judge in a process of its own says what the judge in this process says."""

from __future__ import annotations

import gc
import gzip
import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from osds.commands.dataset.confined import confined
from osds.dataset.package import read_package
from osds.progress import Silent
from osds.settings import Settings
from osds.tables import asking, child
from osds.tables.answers import Answer, Ask, Question, TableError, read_answer
from osds.tables.judge import Verdict, judge

FIELDS = [{"name": "id", "type": "integer"}, {"name": "text", "type": "string"}]
KEY = {"fields": "id", "reference": {"resource": "", "fields": "text"}}
SCHEMAS: list[dict[str, Any]] = [
    {"fields": FIELDS},
    {"fields": [{"name": "id", "type": "no-such-type"}, {"name": "text"}]},
    {"fields": [{"name": "id", "type": "integer", "constraints": {"minimum": "abc"}}, {"name": "text"}]},
    {"fields": [{"name": "id", "constraints": {"pattern": "(["}}, {"name": "text"}]},
    {"fields": [{"name": "id", "type": "array", "constraints": {"unique": True}}, {"name": "text"}]},
    {"fields": FIELDS, "primaryKey": ["nope"]},
    {"fields": FIELDS, "primaryKey": ["id"], "foreignKeys": [KEY]},
    {"fields": FIELDS, "foreignKeys": [{"fields": "id", "reference": "nonsense"}]},
    {"fields": [*FIELDS, {"name": "more", "type": "date"}]},
]
CONTENTS = [
    b"id,text\n1,a\n2,b\n",
    b"id,text\n1,a\nnfp,b\n",
    b"id,text\n1\n",
    b"id,text\n1,a,b\n",
    b"id,text\n,\n",
    b"id,words\n1,a\n",
    b"",
    b"id,text\n" + b"x,a\n" * 50,
    b"id,text\n" + b"9x" * 1000 + b",a\n",
    b"id,id\n1,1\n1,1\n",
    b"id;text\r\n1;a\r\n",
    b"\xff\xfe\x00",
    "id,text\n1,é\n".encode("latin-1"),
]


@pytest.fixture(scope="module")
def in_child() -> Iterator[Ask]:
    with confined(Settings(max_seconds=60)) as judges:
        yield judges.ask


def verdict(folder: Path, ask: Ask, path: str, **resource: Any) -> Verdict:
    package = read_package({"name": "x", "resources": [{"name": "a", "path": path, **resource}]})
    (found,) = judge(folder, package, {"a"}, ask=ask, proofs={}, limit_errors=7, progress=Silent())
    return found


@pytest.mark.parametrize("schema", SCHEMAS, ids=range(len(SCHEMAS)))
def test_child__says_the_same(tmp_path: Path, in_child: Ask, schema: dict[str, Any]) -> None:
    for content in CONTENTS:
        (tmp_path / "a.csv").write_bytes(content)
        assert verdict(tmp_path, in_child, "a.csv", schema=schema) == verdict(
            tmp_path, asking.ask, "a.csv", schema=schema
        )


# frictionless leaves the packed file open until it is collected; collect it here, where the warning is expected.
@pytest.mark.filterwarnings("ignore:Exception ignored in.*FileIO:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:Implicitly cleaning up:ResourceWarning")
@pytest.mark.parametrize("name", ["a.csv.gz", "a.csv.zip"])
def test_child__says_the_same_of_packed_tables(tmp_path: Path, in_child: Ask, name: str) -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", CONTENTS[1])
    (tmp_path / name).write_bytes(packed.getvalue() if name.endswith("zip") else gzip.compress(CONTENTS[1]))
    found = verdict(tmp_path, in_child, name, schema={"fields": FIELDS})
    assert found == verdict(tmp_path, asking.ask, name, schema={"fields": FIELDS})
    assert [f.code for f in found.findings] == ["type-error"]
    gc.collect()


def test_child__tells_how_far_it_is(tmp_path: Path, in_child: Ask) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,text\n" + b"1,a\n" * 2500)
    told: list[int] = []
    resource = {"name": "a", "path": "a.csv", "schema": {"fields": FIELDS}}
    question = Question(folder=str(tmp_path), descriptor={"name": "x", "resources": [resource]}, limit_errors=9)
    assert in_child(question, told.append).rows == 2500
    assert told == [1000, 1000]


def test_child__a_pattern_that_takes_forever_ends_and_the_next_table_is_judged(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,text\n" + b"a" * 40 + b"!,x\n")
    slow = {"fields": [{"name": "id", "constraints": {"pattern": "(a+)+$"}}, {"name": "text"}]}
    resources = [
        {"name": "slow", "path": "a.csv", "schema": slow},
        {"name": "good", "path": "a.csv", "schema": {"fields": [{"name": "id"}, {"name": "text"}]}},
    ]
    package = read_package({"name": "x", "resources": resources})
    with confined(Settings(max_seconds=3)) as judges:
        first, second = judge(
            tmp_path, package, {"slow", "good"}, ask=judges.ask, proofs={}, limit_errors=7, progress=Silent()
        )
    assert [(f.code, f.unsafe) for f in first.findings] == [("limit-reached", True)]
    assert "more than 3 seconds (`max-seconds`)" in first.findings[0].message
    assert not first.facts.judged
    assert (second.findings, second.facts.rows) == ((), 1)


def test_child__memory_is_limited(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,text\n" + b"," * 2_000_000 + b"\n")
    with confined(Settings(max_seconds=60, max_memory="256MB")) as judges:
        (finding,) = verdict(tmp_path, judges.ask, "a.csv", schema={"fields": FIELDS}).findings
    assert finding.code == "limit-reached"
    assert "256MB of memory (`max-memory`)" in finding.message


def test_child__more_errors_than_can_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,text\n" + b"x,a\n" * 100)
    monkeypatch.setattr(child, "MAX_ANSWER", 1000)
    resource = {"name": "a", "path": "a.csv", "schema": {"fields": FIELDS}}
    question = Question(folder=str(tmp_path), descriptor={"name": "x", "resources": [resource]}, limit_errors=1000)
    assert child._answer({"question": asdict(question)}, BytesIO()) == {"ended": "answer"}


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"errors": 1},
        {"errors": [1]},
        {"errors": [{}]},
        {**Answer().to_json(), "rows": "1"},
        {"errors": []},
    ],
)
def test_read_answer__believes_nothing(value: object) -> None:
    with pytest.raises(ValueError, match="not"):
        read_answer(value)


def test_read_answer__what_was_written() -> None:
    error = TableError(code="a", title="b", message="c", row=1, field="d", cell="e")
    answer = Answer(errors=(error,), stopped=True, rows=3, fields=None, bytes=5)
    assert read_answer(json.loads(json.dumps(answer.to_json()))) == answer
