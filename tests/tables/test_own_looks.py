"""What osds adds to frictionless' errors: told with its place, by the engine's route and by frictionless' own alike."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from osds.commands.dataset.looking import look_into
from osds.dataset.package import DataPackage, read_package
from osds.progress import Silent
from osds.report import Finding
from osds.tables.asking import ask
from osds.tables.judge import judge
from osds.tables.proof.scan import scan
from osds.tables.unique_keys import unique_keys

ID, WORD = {"name": "id", "type": "integer"}, {"name": "word", "type": "string"}


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    yield
    gc.collect()  # frictionless leaves files open


def package_of(folder: Path, content: str, schema: dict[str, Any], **resource: Any) -> DataPackage:
    (folder / "a.csv").write_text(content, "utf-8", newline="")
    table = {"name": "a", "path": "a.csv", "encoding": "utf-8", "schema": {"fields": [ID, WORD], **schema}, **resource}
    return read_package({"name": "x", "resources": [table]})


def found(folder: Path, package: DataPackage, *, proven: bool) -> list[Finding]:
    tables = package.resources
    looked = look_into(folder, package, tables, {"a"}, memory=1 << 30, scan=scan, progress=Silent())
    proofs = looked.proofs if proven else {}
    (verdict,) = judge(folder, package, {"a"}, ask=ask, proofs=proofs, limit_errors=99, progress=Silent())
    assert verdict.facts.route.startswith("proven") == proven
    return [*looked.findings, *verdict.findings]


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("proven", [True, False])
@pytest.mark.parametrize(
    ("field", "cells", "told"),
    [
        ({**WORD, "categories": ["a", "b"]}, ["a", "b", "c", ""], [(4, "word", "c")]),
        ({**WORD, "categories": [{"value": "a", "label": "A"}]}, ["a", "A"], [(3, "word", "A")]),
        ({**WORD, "categories": [{"value": "a"}], "missingValues": ["", "b"]}, ["a", "b"], []),
        ({**WORD, "type": "integer", "categories": [1, 2]}, ["1", "02", "3"], [(4, "word", "3")]),
        ({**WORD, "type": "integer", "categories": ["1", "2"]}, ["1", "7"], []),  # no list of whole numbers
        ({**WORD, "type": "number", "categories": [1]}, ["7"], []),  # no type that has categories
        ({**WORD, "categories": ["a"], "constraints": {"maxLength": 1}}, ["a", "bb"], []),  # frictionless tells it
        ({**WORD, "format": "email", "categories": ["a@b.org"]}, ["a@b.org", "c@b.org"], [(3, "word", "c@b.org")]),
    ],
)
def test_categories(
    tmp_path: Path, field: dict[str, Any], cells: list[str], told: list[tuple[Any, ...]], *, proven: bool
) -> None:
    rows = "".join(f"{number},{cell}\n" for number, cell in enumerate(cells))
    package = package_of(tmp_path, "id,word\n" + rows, {"fields": [ID, field]})
    findings = [f for f in found(tmp_path, package, proven=proven) if f.code == "category-unknown"]
    assert [(f.place.row, f.place.field, f.value) for f in findings] == told


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("proven", [True, False])
@pytest.mark.parametrize(
    ("schema", "rows", "told"),
    [
        ({"uniqueKeys": [["word"]]}, ["1,a", "2,b", "3,a"], [(4, "word", "a")]),
        ({"uniqueKeys": [["id", "word"]]}, ["1,a", "1,b", "01,a"], [(4, "id + word", "1 + a")]),
        ({"uniqueKeys": [["id", "word"], ["id"]]}, ["1,a", "1,b"], [(3, "id", "1")]),
        ({"uniqueKeys": [["id", "word"]]}, ["1,", "1,", ",a", ",a"], []),  # a value is lacking
        ({"uniqueKeys": [["id"]], "primaryKey": ["id"]}, ["1,a", "1,b"], []),  # frictionless tells it
        ({"uniqueKeys": [["nope"], "id", [], [1]]}, ["1,a", "1,b"], []),  # no keys
        ({"uniqueKeys": [["word"]]}, ["1,a", "2,b", "3,a,more", "4"], [(4, "word", "a")]),
    ],
)
def test_unique_keys(
    tmp_path: Path, schema: dict[str, Any], rows: list[str], told: list[tuple[Any, ...]], *, proven: bool
) -> None:
    package = package_of(tmp_path, "id,word\n" + "".join(f"{row}\n" for row in rows), schema)
    findings = [f for f in found(tmp_path, package, proven=proven) if f.code == "unique-key"]
    assert [(f.place.row, f.place.field, f.value) for f in findings] == told


@pytest.mark.parametrize(
    ("schema", "keys"),
    [
        ({}, []),
        ({"uniqueKeys": 1}, []),
        ({"uniqueKeys": [["a"], ["a"], ["b", "a"]]}, [("a",), ("b", "a")]),
        ({"uniqueKeys": [["a"]], "primaryKey": "a"}, []),
        ({"uniqueKeys": [["z"]]}, []),
    ],
)
def test_unique_keys__are_read(schema: dict[str, Any], keys: list[tuple[str, ...]]) -> None:
    assert unique_keys({"fields": [{"name": "a"}, {"name": "b"}, 7, {"name": []}], **schema}) == keys


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize(
    ("content", "resource", "codes"),
    [
        ("id,word\n1,a\n", {}, []),
        ("id;word\n1;a\n", {}, ["delimiter-guessed"]),
        ("id\tword\n1\ta\n", {}, ["delimiter-guessed"]),
        ("id;word\n1;a\n", {"dialect": {"delimiter": ";"}}, []),
        ("id;word\n1;a\n", {"dialect": {"csv": {"delimiter": ";"}}}, []),
    ],
)
def test_delimiter__is_told_where_it_was_guessed(
    tmp_path: Path, content: str, resource: dict[str, Any], codes: list[str]
) -> None:
    package = package_of(tmp_path, content, {}, **resource)
    assert [finding.code for finding in found(tmp_path, package, proven=True)] == codes


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize(
    ("dialect", "codes"),
    [
        ({}, ["blanks-skipped"]),
        ({"delimiter": ","}, ["blanks-skipped"]),
        ({"delimiter": ",", "skipInitialSpace": True}, []),
        ({"csv": {"skipInitialSpace": False}}, []),
    ],
)
def test_blanks__are_told_where_they_are_skipped_unasked(
    tmp_path: Path, dialect: dict[str, Any], codes: list[str]
) -> None:
    package = package_of(tmp_path, "id, word\n" + "1, a\n" * 20, {}, dialect=dialect)
    (verdict,) = judge(tmp_path, package, {"a"}, ask=ask, proofs={}, limit_errors=9, progress=Silent())
    assert [f.code for f in verdict.findings if f.code == "blanks-skipped"] == codes
