"""How many rows of a table came and went between two states of it, whatever their order."""

# ruff: noqa: S608 (all names in the SQL are our own, all texts are literals: see `reading.literal`)

from __future__ import annotations

from osds.aggregates.engine import Engine, open_engine
from osds.aggregates.reading import literal
from osds.tables.text import TableText


def count_row_changes(before: TableText, after: TableText, *, memory: int) -> tuple[int, int] | None:
    """Rows added and removed; a row that changed counts as both. None where that cannot be told. `memory` is in bytes.

    Rows are compared by a hash of 64 bits of their cells, so that tables larger than the memory can be compared. Tables
    whose columns differ, and text that the engine reads differently from the judge, are not compared.
    """
    if before.fields != after.fields:
        return None
    with open_engine((*before.paths, *after.paths), memory=memory) as engine:
        split = len(before.paths)
        sides = ((before, engine.sources[:split], -1), (after, engine.sources[split:], 1))
        for number, (table, sources, sign) in enumerate(sides):
            names = ", ".join(literal(str(source)) for source in sources)
            if not _load(engine, f"side{number}", table, names, sign):
                return None
        added, removed = engine.row(
            "SELECT coalesce(sum(greatest(n, 0)), 0)::BIGINT, coalesce(sum(greatest(-n, 0)), 0)::BIGINT FROM (SELECT "
            "sum(sign) AS n FROM (SELECT * FROM side0 UNION ALL SELECT * FROM side1) GROUP BY line)"
        )
    return int(added), int(removed)


def _load(engine: Engine, name: str, table: TableText, files: str, sign: int) -> bool:
    """True if the engine sees as many rows as the judge did."""
    columns = ", ".join(f"'t{n}': 'VARCHAR'" for n in range(len(table.fields)))
    cells = ", ".join(f"coalesce(t{n}, '')" for n in range(len(table.fields)))
    read = (
        f"CREATE TABLE {name} AS SELECT hash({cells}) AS line, {sign} AS sign FROM read_csv([{files}], "
        f"columns = {{{columns}}}, auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', "
        "strict_mode = true)"
    )
    return engine.reads(read) and engine.row(f"SELECT count(*) FROM {name}")[0] == table.rows
