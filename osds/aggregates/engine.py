"""DuckDB, locked in: it may read the files of one table and nothing else, and loads no extension.

The only place that opens connections and translates DuckDB's failures into ours. DuckDB is imported where it is used,
so that the values of this room can be had without it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, TypeVar

from osds.aggregates.reading import literal
from osds.errors import BugError, OutsideError

if TYPE_CHECKING:
    import duckdb

BATCH = 10_000
HANDS = 2  # connections that work side by side: while one sorts or writes with one core, the other has the second
Row = tuple[Any, ...]
Item = TypeVar("Item")
Result = TypeVar("Result")


class Engine:
    """One connection. `sources` are the names under which it may read the table's files; `spare` is one for a copy.

    There are `spares` for others beside it.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, sources: tuple[Path, ...], spare: Path, spares: Sequence[Path] = ()
    ) -> None:
        self._connection = connection
        self._spares = spares
        self.sources = sources
        self.spare = spare

    def side_by_side(self, work: Callable[[Engine, Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        """The `work` of each item, in the order of `items`. Whoever works has a connection of its own to the same tables.

        No item may need what another one makes.
        """
        free: SimpleQueue[Engine] = SimpleQueue()
        for spare in self._spares:
            free.put(Engine(self._connection.cursor(), self.sources, spare))

        def take(item: Item) -> Result:
            engine = free.get()
            try:
                return work(engine, item)
            finally:
                free.put(engine)

        pool = ThreadPoolExecutor(len(self._spares))
        try:
            yield from pool.map(take, items)
        finally:
            pool.shutdown(cancel_futures=True)

    def run(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Execute a statement for its effect."""
        with _translated():
            self._connection.execute(sql, list(parameters))

    def reads(self, sql: str) -> bool:
        """Execute a statement that reads CSV text; False if DuckDB does not understand the text."""
        import duckdb

        with _translated():
            try:
                self._connection.execute(sql)
            except duckdb.InvalidInputException:
                return False
            return True

    def rows(self, sql: str) -> list[Row]:
        """All rows of a query."""
        return [row for batch in self.batches(sql) for row in batch]

    def write(self, sql: str) -> Path:
        """The rows of a query as lines of text in the file `spare`: values with commas between, just as they are."""
        target = literal(str(self.spare))
        form = "FORMAT csv, HEADER false, DELIMITER ',', QUOTE '', ESCAPE '', NULLSTR '', USE_TMP_FILE false"
        self.run(f"COPY ({sql}) TO {target} ({form})")
        return self.spare

    def row(self, sql: str) -> Row:
        """The one row of a query that always has one."""
        return self.rows(sql)[0]

    def batches(self, sql: str) -> Iterator[list[Row]]:
        """The rows of a query, some at a time."""
        with _translated():
            self._connection.execute(sql)
            while batch := self._connection.fetchmany(BATCH):
                yield batch

    def store(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Append rows that Python made to a table; `columns` are their SQL types."""
        values = ", ".join(f"unnest(${n}::{kind}[])" for n, kind in enumerate(columns, start=1))
        for start in range(0, len(rows), BATCH):
            lists = [list(column) for column in zip(*rows[start : start + BATCH], strict=True)]
            self.run(f"INSERT INTO {table} SELECT {values}", lists)


@contextmanager
def open_engine(paths: Sequence[Path], *, memory: int, threads: int | None = None) -> Iterator[Engine]:
    """An engine that may read `paths`, and spills to a temporary folder that is removed at the end.

    `memory` is in bytes. Raises `OutsideError` if the disk fails or memory is short, `BugError` for anything else that
    DuckDB refuses.
    """
    folder = Path(mkdtemp(prefix="osds-aggregate-"))
    try:
        sources = _linked(paths, folder)
        spare, *spares = (folder / f"copy-{number}.csv" for number in range(1 + HANDS))
        connection = _connect(folder, (*sources, spare, *spares), memory, threads)
        try:
            yield Engine(connection, sources, spare, spares)
        finally:
            connection.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _linked(paths: Sequence[Path], folder: Path) -> tuple[Path, ...]:
    """The files under names of our own: DuckDB would expand `*`, `?` and `[` in a name."""
    links = tuple(folder / f"part-{number}.csv" for number in range(len(paths)))
    for link, path in zip(links, paths, strict=True):
        link.symlink_to(path.resolve())
    return links


def _connect(folder: Path, readable: Sequence[Path], memory: int, threads: int | None) -> duckdb.DuckDBPyConnection:
    import duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_persistent_secrets": "false",
        "memory_limit": f"{memory}B",
        "temp_directory": str(folder / "spill"),
        "preserve_insertion_order": "false",  # nothing here depends on the order of rows, and it costs memory
        **({"threads": str(threads)} if threads else {}),
    }
    connection = duckdb.connect(":memory:", config=settings)
    allowed = ", ".join(literal(str(source)) for source in readable)
    connection.execute(f"SET allowed_paths = [{allowed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


@contextmanager
def _translated() -> Iterator[None]:
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise OutsideError(
            f"The aggregation ran out of memory or disk: {_first_line(error)}",
            next_step="Raise `memory`, or free space in the temporary folder",
        ) from error
    except duckdb.IOException as error:
        raise OutsideError(f"A file could not be read or written: {_first_line(error)}") from error
    except duckdb.Error as error:
        raise BugError(f"DuckDB refused a step of the aggregation: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
