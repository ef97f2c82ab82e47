"""Scanning a table with DuckDB: what it weighs, and which rows are not certainly good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from osds.dataset.package import Json
from osds.tables.proof.answers import MAX_SUSPECTS, Cells, Scan, ScanQuestion, Sums
from osds.tables.proof.engine import connect, names
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
    table, targets = _open(question)
    plan = table.plan
    keys = [Key(columns=(place,), nulls=False) for place in plan.unique]
    keys += [Key(columns=plan.primary_key, nulls=True)] if plan.primary_key else []
    good = certainly_good(plan.columns, refuse(table), _conditions(table, targets))
    sums, suspects, again = _weigh(table, good, keys)
    if doubts := repeated(table, again):
        suspects = _collect(table, " OR ".join([f"NOT coalesce({good}, FALSE)", *doubts]))
    return Scan(
        sums=sums,
        references={name: _weigh(target, "TRUE", [])[0] for name, target in targets.items()},
        keyed=bool(keys) or any(not reference.target for reference in plan.references),
        suspects=_bounded(suspects),
    )


def _open(question: ScanQuestion) -> tuple[Table, dict[str, Table]]:
    """The table that is asked about, and those it refers to, by name."""
    version = 2 if question.descriptor.get("$schema") == VERSION_2 else 1
    engine = connect(memory=question.memory)

    def open_table(resource: Mapping[str, Json]) -> Table:
        path = question.paths.get(resource["name"])
        if path is None:
            raise UnprovenError("a table that it refers to is no plain file")
        plan = read_plan(resource, Path(path), version=version)
        return Table(engine=engine, plan=plan, schema=resource["schema"], version=version)

    first, *others = question.descriptor["resources"]
    return open_table(first), {resource["name"]: open_table(resource) for resource in others}


def _conditions(table: Table, targets: Mapping[str, Table]) -> list[str]:
    """What a row must fulfil beside its cells: it has a key, and what it refers to is there."""
    plan = table.plan
    conditions = [
        refers(table, reference, targets[reference.target] if reference.target else table, number)
        for number, reference in enumerate(plan.references)
    ]
    if plan.primary_key:
        conditions.append(f"NOT ({' AND '.join(f'{v} IS NULL' for v in values_of(table, plan.primary_key))})")
    return conditions


def _weigh(table: Table, good: str, keys: Sequence[Key]) -> tuple[Sums, list[Cells], list[Key]]:
    """One pass over the table: its sums, the rows that are not good, and the keys that are not certainly unique."""
    columns = len(table.plan.columns)
    suspects = f"list([{', '.join(names(columns))}]) FILTER (NOT coalesce({good}, FALSE))"
    measured = ["count(*)", f"sum({weight(columns)})", f"list_slice({suspects}, 1, {MAX_SUSPECTS + 1})"]
    for key in keys:
        measured += key.measures(table)
    rows, size, doubted, *counts = table.one(*measured)
    triples = [counts[place : place + 3] for place in range(0, len(counts), 3)]
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
    return sums, doubted or [], [key for key, triple in zip(keys, triples, strict=True) if not key.unique(*triple)]


def _collect(table: Table, doubted: str) -> list[Cells]:
    query = f"SELECT * FROM {table.source} WHERE {doubted} LIMIT {MAX_SUSPECTS + 1}"
    return table.engine.execute(query).fetchall()


def _bounded(suspects: Sequence[Sequence[str | None]]) -> tuple[Cells, ...]:
    """The suspects, if they are few enough to travel. Raises `UnprovenError` if not."""
    cells = tuple(tuple(cell or "" for cell in row) for row in suspects)
    if len(cells) > MAX_SUSPECTS or sum(len(cell) for row in cells for cell in row) > MAX_SUSPECT_BYTES:
        raise UnprovenError("more rows are doubtful than are worth telling")
    return cells
