"""Scanning a table with DuckDB: what it weighs, and which rows are not certainly good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from osds.dataset.package import Json
from osds.tables.proof.answers import MAX_SUSPECTS, Cells, Scan, ScanQuestion, Sums
from osds.tables.proof.engine import connect
from osds.tables.proof.keyed import Key, refers, repeated, values_of
from osds.tables.proof.plan import read_plan
from osds.tables.proof.predicates import certainly_good, refuse, weight
from osds.tables.proof.table import Table
from osds.tables.proof.unproven import UnprovenError
from osds.tables.rewriting import VERSION_2

MAX_SUSPECT_BYTES = 6 << 20  # they travel to another process and back


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


def _scan(question: ScanQuestion) -> Scan:
    resources = question.descriptor["resources"]
    version = 2 if question.descriptor.get("$schema") == VERSION_2 else 1
    engine = connect(memory=question.memory)

    def open_table(resource: Mapping[str, Json]) -> Table:
        path = question.paths.get(resource["name"])
        if path is None:
            raise UnprovenError("a table that it refers to is no plain file")
        plan = read_plan(resource, Path(path), version=version)
        return Table(engine=engine, plan=plan, schema=resource["schema"], version=version)

    table = open_table(resources[0])
    targets = {resource["name"]: open_table(resource) for resource in resources[1:]}
    plan = table.plan
    keys = [Key(columns=(place,), nulls=False) for place in plan.unique]
    keys += [Key(columns=plan.primary_key, nulls=True)] if plan.primary_key else []
    conditions = [
        refers(table, reference, targets[reference.target] if reference.target else table, number)
        for number, reference in enumerate(plan.references)
    ]
    if plan.primary_key:
        conditions.append(f"NOT ({' AND '.join(f'{v} IS NULL' for v in values_of(table, plan.primary_key))})")
    good = certainly_good(plan.columns, refuse(table), conditions)
    sums, doubtful, again = _weigh(table, good, keys)
    doubts = [f"NOT coalesce({good}, FALSE)", *repeated(table, again)]
    return Scan(
        sums=sums,
        references={name: _weigh(target, "TRUE", [])[0] for name, target in targets.items()},
        keyed=bool(keys) or any(not reference.target for reference in plan.references),
        suspects=_suspects(table, " OR ".join(doubts)) if doubtful or len(doubts) > 1 else (),
    )


def _weigh(table: Table, good: str, keys: Sequence[Key]) -> tuple[Sums, int, list[Key]]:
    """One pass over the table: its sums, how many rows are doubtful, and the keys that are not certainly unique."""
    measured = [
        "count(*)",
        f"sum({weight(len(table.plan.columns))})",
        f"count(*) FILTER (NOT coalesce({good}, FALSE))",
    ]
    for key in keys:
        measured += key.measures(table)
    rows, size, doubtful, *counts = table.one(*measured)
    again = [
        key
        for key, place in zip(keys, range(0, len(counts), 3), strict=True)
        if not key.unique(*counts[place : place + 3])
    ]
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
    return sums, doubtful, again


def _suspects(table: Table, doubted: str) -> tuple[Cells, ...]:
    found = table.engine.execute(f"SELECT * FROM {table.source} WHERE {doubted} LIMIT {MAX_SUSPECTS + 1}")
    suspects: list[Cells] = []
    size = 0
    while batch := found.fetchmany(1000):
        suspects += batch
        size += sum(len(cell or "") for cells in batch for cell in cells)
        if len(suspects) > MAX_SUSPECTS or size > MAX_SUSPECT_BYTES:
            raise UnprovenError(f"more than {len(suspects) - 1:,} rows are doubtful")
    return tuple(suspects)
