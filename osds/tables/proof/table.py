"""A table in the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from osds.dataset.package import Json
from osds.tables.proof.engine import names, rows_of
from osds.tables.proof.plan import Plan


@dataclass(frozen=True, kw_only=True)
class Table:
    """A plan and the engine that carries it out; `schema` is the Table Schema as written,
    by the rules of a version (1 or 2) of Data Package."""

    engine: duckdb.DuckDBPyConnection
    plan: Plan
    schema: Mapping[str, Json]
    version: int
    further: str = ""  # the name of the table of rows of another width, if there are any

    @property
    def source(self) -> str:
        """The table function that reads the rows."""
        return rows_of(self.plan.path, len(self.plan.columns), self.plan.opening.delimiter)

    @property
    def everything(self) -> str:
        """A relation of all rows, also those of another width."""
        if not self.further:
            return self.source
        columns = ", ".join(f"k{place} AS {name}" for place, name in enumerate(names(len(self.plan.columns))))
        return f"(SELECT * FROM {self.source} UNION ALL SELECT {columns} FROM {self.further})"

    def with_rows(self, rows: Sequence[Sequence[str]]) -> Table:
        """The table with these rows of another width. As in frictionless, what they lack has no value."""
        if not rows:
            return self
        width = len(self.plan.columns)
        columns = [[row[place] if place < len(row) else None for row in rows] for place in range(width)]
        return replace(self, further=self.keep("further", ["VARCHAR"] * width, *columns))

    def one(self, *expressions: str, good: str) -> tuple[Any, ...]:
        """The only row of an aggregation over the whole table, in which `good` stands for this predicate, never NULL."""
        rows = f"(SELECT *, coalesce({good}, FALSE) AS good FROM {self.source})"
        found = self.engine.execute(f"SELECT {', '.join(expressions)} FROM {rows}").fetchone()
        return () if found is None else found

    def texts(self, column: str, condition: str = "TRUE") -> list[str]:
        """The distinct texts of a column in the rows for which a condition holds."""
        query = f"SELECT DISTINCT {column} FROM {self.everything} WHERE {condition}"
        return [text for (text,) in self.engine.execute(query).fetchall() if text is not None]

    def keep(self, name: str, types: Sequence[str], *columns: list[Any]) -> str:
        """Make a temporary table of these columns, `k0`, `k1` and so on, of these SQL types; its name is returned."""
        self.engine.execute(f"CREATE TEMP TABLE {name} ({', '.join(f'k{n} {t}' for n, t in enumerate(types))})")
        unnested = ", ".join(f"unnest(?::{t}[])" for t in types)
        self.engine.execute(f"INSERT INTO {name} SELECT {unnested}", list(columns))
        return name
