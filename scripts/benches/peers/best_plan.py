"""DuckDB alone: load, then every cuboid of up to three dimensions from its smallest parent, on enumerated columns.

The best of the plans that were tried. No exact proof, no labels, no files. Arguments: the table, its dimensions.
"""

import itertools
import sys

import duckdb

table, *dimensions = sys.argv[1:]
engine = duckdb.connect(config={"preserve_insertion_order": False})
columns = ", ".join(dimensions)
types = {"amount": "DECIMAL(18, 2)"} | dict.fromkeys(dimensions, "VARCHAR")
engine.execute(f"CREATE TABLE loaded AS SELECT {columns}, amount FROM read_csv(?, types = {types!r})", [table])
for name in dimensions:
    engine.execute(f"CREATE TYPE of_{name} AS ENUM (SELECT DISTINCT {name} FROM loaded)")
engine.execute(
    f"CREATE TABLE facts AS SELECT {', '.join(f'{n}::of_{n} AS {n}' for n in dimensions)}, amount FROM loaded"
)
engine.execute("DROP TABLE loaded")
cells: dict[tuple[str, ...], int] = {}
for size in (3, 2, 1):
    for chosen in itertools.combinations(dimensions, size):
        parents = [(count, parent) for parent, count in cells.items() if set(chosen) < set(parent)]
        by = ", ".join(chosen)
        source, sums = "facts", "sum(amount) AS amount, count(*) AS facts"
        if parents:
            source = "__".join(min(parents)[1])
            sums = "sum(amount) AS amount, sum(facts)::BIGINT AS facts"
        name = "__".join(chosen)
        engine.execute(f"CREATE TABLE {name} AS SELECT {by}, {sums} FROM {source} GROUP BY {by}")
        ((cells[chosen],),) = engine.execute(f"SELECT count(*) FROM {name}").fetchall()
print(f"{len(cells)} cuboids, {sum(cells.values())} cells")
