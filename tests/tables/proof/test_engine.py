"""The engine opens the files it is asked about, spills into its folder, and cannot be talked into more."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from osds.tables.proof.engine import connect, rows_of

MEMORY = 256 << 20  # bytes


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('OTHER')",
        "SELECT * FROM read_text('OTHER')",
        "SELECT * FROM read_blob('/proc/self/environ')",
        "SELECT * FROM glob('FOLDER/*')",
        "SELECT * FROM read_csv('http://127.0.0.1:9/a.csv')",
        "COPY (SELECT 1) TO 'FOLDER/new.csv'",
        "COPY (SELECT 1) TO 'FOLDER/asked.csv.new'",
        "ATTACH 'FOLDER/new.db'",
        "INSTALL httpfs",
        "LOAD 'FOLDER/other.csv'",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "SET allowed_paths = ['OTHER']",
    ],
)
def test_engine__opens_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    monkeypatch.chdir(tmp_path)
    asked, other = tmp_path / "asked.csv", tmp_path / "other.csv"
    for path in (asked, other):
        path.write_text("a\n1\n")
    engine = connect(memory=MEMORY, files=[str(asked)])
    assert engine.execute(f"SELECT * FROM {rows_of(asked, 1, ',')}").fetchall() == [("1",)]
    with pytest.raises(duckdb.Error):
        engine.execute(query.replace("OTHER", str(other)).replace("FOLDER", str(tmp_path))).fetchall()
    assert {path.name for path in tmp_path.iterdir()} == {"asked.csv", "other.csv"}


def test_engine__spills_into_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    asked = tmp_path / "asked.csv"
    asked.write_text("a\n" + "".join(f"{number:>064}\n" for number in range(400_000)))
    engine = connect(memory=64 << 20, files=[str(asked)])
    query = f"SELECT count(*) FROM (SELECT c0, count(*) FROM {rows_of(asked, 1, ',')} GROUP BY c0 HAVING count(*) = 1)"
    assert engine.execute(query).fetchone() == (400_000,)
