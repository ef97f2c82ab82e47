"""Scanning a table with DuckDB: what it weighs, and which rows are not certainly good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from osds.dataset.package import Json
from osds.tables.proof.answers import MAX_SUSPECT_BYTES, MAX_SUSPECTS, Cells, Scan, ScanQuestion, Sums
from osds.tables.proof.engine import connect, names
from osds.tables.proof.keyed import Key, refers, repeated
from osds.tables.proof.plan import read_plan
from osds.tables.proof.predicates import certainly_good, refuse, weight
from osds.tables.proof.sql import all_of, one_of
from osds.tables.proof.table import Table
from osds.tables.proof.unproven import UnprovenError
from osds.tables.rewriting import VERSION_2


def scan(question: ScanQuestion) -> Scan:
    """Look for rows that are not certainly good. Raises `MemoryError` if there was too little."""
    try:
        return _scan(question)
    except UnprovenError as error:
        return Scan(unproven=str(error))
    except duckdb.OutOfMemoryException as error:
        raise MemoryError from error
    except duckdb.Error as error:  # the structure is not the one that is proven here; frictionless says what it is
        return Scan(unproven=f"the engine does not read it: {str(error).splitlines()[0][:200]}")


@dataclass(frozen=True, kw_only=True)
class _Weighed:
    """What one pass over a table tells; `suspects` are the rows that are not good, where they were collected."""

    sums: Sums
    doubtful: bool
    repeated: bool
    suspects: list[Cells]


def _scan(question: ScanQuestion) -> Scan:
    table, targets = _open(question)
    plan = table.plan
    keys = [Key(columns=key, nulls=False) for key in (*((place,) for place in plan.unique), *plan.unique_keys)]
    keys += [Key(columns=plan.primary_key, nulls=True)] if plan.primary_key else []
    refused = refuse(table)
    good = certainly_good(plan.columns, refused, _conditions(table, targets))
    weighed = _weigh(table, good, keys)
    suspects = weighed.suspects
    # A key is certain only in a row that is good, and a ragged row may have the key of another one.
    if keys and (weighed.repeated or weighed.doubtful or refused or table.further):
        suspects = _collect(table, [f"NOT coalesce({good}, FALSE)", *repeated(table, keys)])
    return Scan(
        sums=weighed.sums,
        references={name: _weigh(target, "TRUE", []).sums for name, target in targets.items()},
        keyed=bool(keys),
        suspects=_bounded(suspects),
    )


def _open(question: ScanQuestion) -> tuple[Table, dict[str, Table]]:
    """The table that is asked about, and those it refers to, by name."""
    version = 2 if question.descriptor.get("$schema") == VERSION_2 else 1
    engine = connect(memory=question.memory, files=question.paths.values())

    def open_table(resource: Mapping[str, Json]) -> Table:
        path = question.paths.get(resource["name"])
        if path is None:
            raise UnprovenError("a table that it refers to is no plain file")
        plan = read_plan(resource, Path(path), version=version)
        return Table(engine=engine, plan=plan, schema=resource["schema"], version=version)

    first, *others = question.descriptor["resources"]
    return open_table(first).with_rows(question.further), {
        resource["name"]: open_table(resource) for resource in others
    }


def _conditions(table: Table, targets: Mapping[str, Table]) -> list[str]:
    """What a row must fulfil beside its cells: it has a key, and what it refers to is there."""
    plan = table.plan
    conditions = [
        refers(table, reference, targets[reference.target] if reference.target else table, number)
        for number, reference in enumerate(plan.references)
    ]
    if plan.primary_key:
        missing = (one_of(f"c{place}", plan.columns[place].missing) for place in plan.primary_key)
        conditions.append(f"NOT ({all_of(missing)})")
    return conditions


def _weigh(table: Table, good: str, keys: Sequence[Key]) -> _Weighed:
    """One pass over the table. With keys the suspects are only counted, because counting distinct keys carries along all."""
    columns = len(table.plan.columns)
    cells = f"CASE WHEN NOT good THEN [{', '.join(names(columns))}] END"
    collected = f"list_slice(list({cells}) FILTER (NOT good), 1, {MAX_SUSPECTS + 1})"
    measured = ["count(*)", f"sum({weight(columns)})", "count(*) FILTER (NOT good)", "NULL" if keys else collected]
    measured += [count for key in keys for count in key.measures(table)]
    rows, size, doubtful, suspects, *counts = table.one(*measured, good=good)
    opening = table.plan.opening
    sums = Sums(
        delimiter=opening.delimiter,
        bom=opening.bom,
        labels=opening.labels,
        rows=rows,
        cell_bytes=int(size or 0),
        header_bytes=opening.header_bytes,
        header_quotes=opening.header_quotes,
    )
    return _Weighed(sums=sums, doubtful=bool(doubtful), repeated=counts[::2] != counts[1::2], suspects=suspects or [])


def _collect(table: Table, doubts: Sequence[str]) -> list[Cells]:
    """The rows for which one of the doubts is true."""
    query = f"SELECT * FROM {table.source} WHERE {' OR '.join(doubts)} LIMIT {MAX_SUSPECTS + 1}"
    return table.engine.execute(query).fetchall()


def _bounded(suspects: Sequence[Sequence[str | None]]) -> tuple[Cells, ...]:
    """The suspects, if they are few enough to travel. Raises `UnprovenError` if not."""
    cells = tuple(tuple(cell or "" for cell in row) for row in suspects)
    if len(cells) > MAX_SUSPECTS or sum(len(cell) for row in cells for cell in row) > MAX_SUSPECT_BYTES:
        raise UnprovenError("more rows are doubtful than are worth telling")
    return cells
