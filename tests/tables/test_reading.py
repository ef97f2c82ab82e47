from __future__ import annotations

import csv
import gc
import gzip
from pathlib import Path
from typing import Any

import pytest

from osds.dataset.package import read_package
from osds.progress import Silent
from osds.tables.asking import ask
from osds.tables.judge import judge
from osds.tables.reading import plain_text
from osds.tables.text import TableText

FIELDS = [{"name": "id", "type": "integer"}, {"name": "text", "type": "string"}]

# frictionless leaves the packed file open until it is collected; collect it here, where the warning is expected.
LEAKS_GZIP = pytest.mark.filterwarnings("ignore:Exception ignored in.*FileIO:pytest.PytestUnraisableExceptionWarning")


def read(root: Path, content: bytes | None, name: str = "a.csv", **resource: Any) -> TableText:
    if content is not None:
        (root / name).write_bytes(content)
        resource = {"path": name, **resource}
    package = read_package({"name": "x", "resources": [{"name": "a", "schema": {"fields": FIELDS}, **resource}]})
    (verdict,) = judge(root, package, {"a"}, ask=ask, proofs={}, limit_errors=9, progress=Silent())
    assert verdict.findings == ()
    scratch = root / "scratch"
    scratch.mkdir()
    return plain_text(root, package, verdict.facts, scratch=scratch, progress=Silent())


@pytest.mark.parametrize(
    ("content", "resource"),
    [
        (b"id,text\n1,a\n", {}),
        (b"id,text\r\n1,a\r\n", {}),
        (b'id,text\n1,"a, ""b"""\n', {}),
        (b"id,text\n1,a\n", {"dialect": {"delimiter": ",", "lineTerminator": "\n", "csvddfVersion": 1}}),
    ],
)
def test_plain_text__the_file_itself_where_it_is_plain(
    tmp_path: Path, content: bytes, resource: dict[str, Any]
) -> None:
    assert read(tmp_path, content, **resource).paths == (tmp_path.resolve() / "a.csv",)


@pytest.mark.parametrize(
    ("content", "path", "resource"),
    [
        (b"\xef\xbb\xbfid,text\n1,\xc3\xa9\n", "a.csv", {}),
        (b"id;text\n1;\xc3\xa9\n", "a.csv", {"dialect": {"delimiter": ";"}}),
        (b"id;text\n1;\xc3\xa9\n", "a.csv", {}),
        (b"id,text\n1,\xe9\n", "a.csv", {"encoding": "iso-8859-1"}),
        (gzip.compress(b"id,text\n1,\xc3\xa9\n", mtime=0), "a.csv.gz", {}),
        (b"id\ttext\n1\t\xc3\xa9\n", "a.tsv", {}),
        (b"# note\nid,text\n1,\xc3\xa9\n", "a.csv", {"dialect": {"commentChar": "#"}}),
        (b"1,\xc3\xa9\n", "a.csv", {"dialect": {"header": False}}),
        (None, "", {"data": [{"id": 1, "text": "é"}]}),
    ],
)
@LEAKS_GZIP
def test_plain_text__a_copy_of_everything_else(
    tmp_path: Path, content: bytes | None, path: str, resource: dict[str, Any]
) -> None:
    table = read(tmp_path, content, path, **resource)
    gc.collect()
    assert table.paths[0].read_text("utf-8") == "id,text\n1,é\n"
    assert (table.fields, table.rows) == (("id", "text"), 1)


def test_plain_text__several_files_are_one(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,text\n1,x\n")
    (tmp_path / "b.csv").write_bytes(b"id,text\n2,y\n")
    table = read(tmp_path, None, path=["a.csv", "b.csv"])
    assert table.paths[0].read_text() == "id,text\n1,x\n2,y\n"
    assert table.rows == 2


def test_plain_text__a_copy_quotes_a_lone_return(tmp_path: Path) -> None:
    table = read(tmp_path, b'id;text\n1;"a\rb"\n', dialect={"delimiter": ";"})
    with table.paths[0].open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file, strict=True)) == [["id", "text"], ["1", "a\rb"]]
