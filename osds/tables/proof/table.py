"""A table in the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from osds.dataset.package import Json
from osds.tables.proof.engine import rows_of
from osds.tables.proof.plan import Plan


@dataclass(frozen=True, kw_only=True)
class Table:
    """A plan and the engine that carries it out; `schema` is the Table Schema as written,
    by the rules of a version (1 or 2) of Data Package."""

    engine: duckdb.DuckDBPyConnection
    plan: Plan
    schema: Mapping[str, Json]
    version: int

    @property
    def source(self) -> str:
        """The table function that reads the rows."""
        return rows_of(self.plan.path, len(self.plan.columns), self.plan.opening.delimiter)

    def one(self, *expressions: str, good: str) -> tuple[Any, ...]:
        """The only row of an aggregation over the whole table, in which `good` stands for this predicate, never NULL."""
        rows = f"(SELECT *, coalesce({good}, FALSE) AS good FROM {self.source})"
        found = self.engine.execute(f"SELECT {', '.join(expressions)} FROM {rows}").fetchone()
        return () if found is None else found

    def texts(self, column: str, condition: str = "TRUE") -> list[str]:
        """The distinct texts of a column in the rows for which a condition holds."""
        query = f"SELECT DISTINCT {column} FROM {self.source} WHERE {condition}"
        return [text for (text,) in self.engine.execute(query).fetchall() if text is not None]

    def keep(self, name: str, types: Sequence[str], *columns: list[Any]) -> str:
        """Make a temporary table of these columns, `k0`, `k1` and so on, of these SQL types; its name is returned."""
        self.engine.execute(f"CREATE TEMP TABLE {name} ({', '.join(f'k{n} {t}' for n, t in enumerate(types))})")
        unnested = ", ".join(f"unnest(?::{t}[])" for t in types)
        self.engine.execute(f"INSERT INTO {name} SELECT {unnested}", list(columns))
        return name
