"""DuckDB as it is used here: a CSV file as a table of texts, read strictly, and nothing else opened."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import duckdb

from osds.tables.bytescan import MAX_RECORD
from osds.tables.proof.sql import text

_NO_NULL = "\x01no value\x01"  # a text that no file holds, so that every cell stays a text


def connect(*, memory: int, files: Collection[str]) -> duckdb.DuckDBPyConnection:
    """An engine of its own that opens nothing but these files, may use `memory` bytes, and then spills into the folder."""
    engine = duckdb.connect(":memory:")
    engine.execute(f"SET memory_limit = '{memory}B'")
    engine.execute("SET temp_directory = 'spilled'")
    engine.execute("SET preserve_insertion_order = false")  # nothing here depends on the order of rows
    engine.execute("SET enable_progress_bar = false")
    engine.execute("SET autoinstall_known_extensions = false")
    engine.execute("SET autoload_known_extensions = false")
    engine.execute(f"SET allowed_paths = [{', '.join(map(text, files))}]")
    engine.execute("SET enable_external_access = false")
    engine.execute("SET lock_configuration = true")
    return engine


def names(count: int) -> list[str]:
    """What the columns are called in SQL; names from a dataset never get there."""
    return [f"c{place}" for place in range(count)]


def rows_of(path: Path, columns: int, delimiter: str) -> str:
    """The table function that reads the records behind the header as texts `c0`, `c1`, …

    Records of another width are left out; whoever counts the bytes of the file knows whether there are any.
    """
    types = ", ".join(f"'{name}': 'VARCHAR'" for name in names(columns))
    return (
        f"read_csv({text(str(path))}, columns = {{{types}}}, auto_detect = false, header = true, "
        f"delim = {text(delimiter)}, quote = '\"', escape = '\"', comment = '', nullstr = {text(_NO_NULL)}, "
        f"strict_mode = true, null_padding = false, ignore_errors = true, max_line_size = {MAX_RECORD})"
    )
