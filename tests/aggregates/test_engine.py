# ruff: noqa: S608

from __future__ import annotations

from pathlib import Path

import pytest

from osds.aggregates.engine import Engine, open_engine
from osds.errors import BugError, OsdsError, OutsideError


def test_open_engine__reads_the_table_and_nothing_else(tmp_path: Path) -> None:
    table, other = tmp_path / "table.csv", tmp_path / "other.csv"
    table.write_text("a\n1\n")
    other.write_text("a\n2\n")
    with open_engine([table], memory=10**9) as engine:
        assert engine.rows(f"SELECT * FROM read_csv('{engine.sources[0]}', all_varchar = true)") == [("1",)]
        for forbidden in (
            f"SELECT * FROM read_csv('{other}')",
            f"COPY (SELECT 1) TO '{tmp_path}/written.csv'",
            f"ATTACH '{tmp_path}/database'",
            "SELECT * FROM glob('/etc/*')",
            "SET enable_external_access = true",
            "INSTALL httpfs",
            "LOAD httpfs",
        ):
            with pytest.raises(OsdsError):
                engine.rows(forbidden)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.csv", "table.csv"]


def test_open_engine__a_path_relative_to_where_we_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "table.csv").write_text("a\n1\n")
    monkeypatch.chdir(tmp_path)
    with open_engine([Path("table.csv")], memory=10**9) as engine:
        assert engine.row(f"SELECT count(*) FROM read_csv('{engine.sources[0]}', all_varchar = true)") == (1,)


def test_open_engine__leaves_no_folder_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with open_engine([], memory=10**9) as engine:
        assert list(tmp_path.iterdir()) == [engine.spare.parent]
    assert list(tmp_path.iterdir()) == []


def test_open_engine__too_little_memory_is_no_bug() -> None:
    with open_engine([], memory=10**7, threads=1) as engine, pytest.raises(OutsideError, match="memory"):
        engine.rows("SELECT list(i::VARCHAR || repeat('x', 100)) FROM range(10000000) t(i)")


def test_run__a_wrong_statement_is_a_bug() -> None:
    with open_engine([], memory=10**9) as engine, pytest.raises(BugError, match="DuckDB refused"):
        engine.run("SELECT nothing FROM nowhere")


def test_store__more_rows_than_a_batch() -> None:
    with open_engine([], memory=10**9) as engine:
        engine.run("CREATE TABLE stored (n UINTEGER, text VARCHAR)")
        engine.store("stored", ("UINTEGER", "VARCHAR"), [(n, f"'{n}\n") for n in range(25_000)])
        engine.store("stored", ("UINTEGER", "VARCHAR"), [])
        assert engine.row("SELECT count(*), sum(n), max(text) FROM stored") == (25_000, 312_487_500, "'9999\n")


def test_side_by_side__results_in_order_from_connections_that_share_the_tables() -> None:
    with open_engine([], memory=10**9) as engine:
        engine.run("CREATE TABLE shared AS SELECT 7 AS n")

        def work(other: Engine, item: int) -> tuple[int, str]:
            other.run(f"CREATE TABLE made_{item} AS SELECT n * {item} AS n FROM shared")
            return other.row(f"SELECT n FROM made_{item}")[0], other.write(f"SELECT {item}").read_text()

        assert list(engine.side_by_side(work, range(20))) == [(7 * n, f"{n}\n") for n in range(20)]
        assert engine.row("SELECT n FROM made_19") == (133,)


def test_side_by_side__the_first_failure_ends_it() -> None:
    def work(other: Engine, item: int) -> None:
        other.run("SELECT 1" if item else "SELECT nothing FROM nowhere")

    with open_engine([], memory=10**9) as engine:
        with pytest.raises(BugError, match="DuckDB refused"):
            list(engine.side_by_side(work, range(20)))
        assert engine.row("SELECT 1") == (1,)
