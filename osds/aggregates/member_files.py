"""The members of each dimension as CSV: every path at every depth, with its names, its facts and its years.

A path comes before the paths below it. `label` is the one that all files of the bundle carry; `alternatives` are the others
that the table has for the path, those of most facts first, at most `MAX_ALTERNATIVES` of them; `labels` counts them all.
"""

# ruff: noqa: S608 (all names in the SQL are our own, all texts are literals: see `reading.literal`)

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from osds.aggregates.bundle import Extra, Json
from osds.aggregates.drill import Drill, paths_sql
from osds.aggregates.engine import Engine
from osds.aggregates.facts import FactPlan
from osds.aggregates.header import COUNT, Header
from osds.aggregates.names import csv_line
from osds.aggregates.writing import write_text
from osds.fiscal.model import Axis

Place = tuple[int, ...]  # the numbers of a path: a parent's place is the beginning of its children's


def write_members(engine: Engine, plan: FactPlan, header: Header, drill: Drill, path: Path) -> Extra:
    """Write the members of one dimension into the new file `path`."""
    codes = [level.code for level in header.levels[drill.branch][: drill.depth]]
    years = ["first_year", "last_year"] if Axis.YEAR in plan.axes else []
    names = [*codes, "label", "alternatives", "labels", "depth", COUNT, *years]
    rows = [row for depth in range(1, drill.depth + 1) for row in _members(engine, plan, drill, depth)]
    lines = [names, *(cells for _, cells in sorted(rows))]
    file = write_text(path, ["".join(f"{csv_line(line)}\n" for line in lines)])
    fields: list[Json] = [
        {"name": name, "type": "integer" if name in ("labels", "depth", COUNT) else "string"} for name in names
    ]
    details: dict[str, Json] = {
        "schema": {"fields": fields, "missingValues": [""]},
        "osds": {"members": drill.dimension, "levels": drill.levels(drill.depth)},
    }
    return Extra(file=file, format="csv", mediatype="text/csv", details=details)


def _members(engine: Engine, plan: FactPlan, drill: Drill, depth: int) -> Iterator[tuple[Place, Sequence[str]]]:
    """The paths of one depth: where they stand in the file, and their cells."""
    labelled = drill.hierarchy.labels[depth - 1] is not None
    same = " AND ".join(f"l.k{level} = p.k{level}" for level in range(1, depth + 1))
    names = "l.label, l.alternatives, l.candidates" if labelled else "NULL, NULL, NULL"
    labels = f"LEFT JOIN labels_{drill.branch}_{depth} l ON {same}" if labelled else ""
    places, codes = (", ".join(f"p.{one}{level}" for level in range(1, depth + 1)) for one in "rk")
    query = (
        f"SELECT {places}, {codes}, {names}, c.facts, c.first, c.last FROM ({paths_sql(drill, depth)}) p "
        f"JOIN ({_counts_sql(plan, drill, depth)}) c ON c.r = p.r{depth} {labels}"
    )
    blank = [""] * (drill.depth - depth)
    has_years = Axis.YEAR in plan.axes
    for row in engine.rows(query):
        cells, rest = row[depth : 2 * depth], row[2 * depth :]
        label, alternatives, candidates, facts, first, last = rest
        years = [first or "", last or ""] if has_years else []
        counts = [str(candidates or 0), str(depth), str(facts)]
        yield row[:depth], [*cells, *blank, label or "", alternatives or "", *counts, *years]


def _counts_sql(plan: FactPlan, drill: Drill, depth: int) -> str:
    """A query for the number of facts below each path of one depth, and their first and last year."""
    if Axis.YEAR not in plan.axes:
        return f"SELECT r{depth} AS r, sum(facts) AS facts, NULL AS first, NULL AS last FROM {drill.table} GROUP BY 1"
    year = f"nullif(x.k{plan.axes.index(Axis.YEAR) + 1}, '')"
    return (
        f"SELECT c.r{depth} AS r, sum(facts) AS facts, min({year}) AS first, max({year}) AS last "
        f"FROM {drill.table} c JOIN paths_x x ON x.r{len(plan.axes)} = c.x GROUP BY 1"
    )
