"""The text of every member in the engine: its codes and labels as they stand in the files.

A code may have several labels: names change between years and are misspelt. Grouping by label would split the money of
one code, so a path of codes carries one label: that of most facts, then of the latest year, then the smallest text.
"""

# ruff: noqa: S608 (all names in the SQL are our own, all texts are literals: see `reading.literal`)

from __future__ import annotations

from collections.abc import Iterable, Sequence

from osds.aggregates.cube import column, keys
from osds.aggregates.engine import Engine
from osds.aggregates.facts import FactPlan
from osds.aggregates.lattice import Part
from osds.aggregates.names import csv_line
from osds.fiscal.model import Axis

MAX_ALTERNATIVES = 20  # labels of one path that are listed beside the chosen one


def choose_labels(engine: Engine, plan: FactPlan, usable: Sequence[tuple[Part, ...]]) -> tuple[int, ...]:
    """Make `labels_0_1…` for each branch and level that has labels; return the paths with several labels per branch."""
    year = f"a{plan.axes.index(Axis.YEAR)}" if Axis.YEAR in plan.axes else "''"
    conflicts = []
    for branch, parts in enumerate(usable):
        hierarchy = plan.hierarchies[branch]
        depth = max((part.depth for part in parts), default=0)
        found = 0
        for level, label in enumerate(hierarchy.labels[:depth], start=1):
            if label is not None:
                found += _choose(engine, f"{branch}_{level}", hierarchy.codes[:level], label, year)
        conflicts.append(found)
    return tuple(conflicts)


def _choose(engine: Engine, name: str, codes: Sequence[int], label: int, year: str) -> int:
    """Make one table of labels `k1, k2…, label, candidates, alternatives`; return how many paths have several."""
    path = ", ".join(f"a{attribute} AS k{level}" for level, attribute in enumerate(codes, start=1))
    by_path = keys(len(codes))
    others = f"place BETWEEN 2 AND {MAX_ALTERNATIVES + 1}"
    engine.run(
        f"CREATE TABLE labels_{name} AS SELECT {by_path}, max(label) FILTER (WHERE place = 1) AS label, "
        f"count(*) AS candidates, string_agg(label, ' | ' ORDER BY place) FILTER (WHERE {others}) AS alternatives FROM ("
        f"SELECT *, row_number() OVER (PARTITION BY {by_path} ORDER BY facts DESC, latest DESC, label) AS place FROM ("
        f"SELECT {path}, a{label} AS label, count(*) AS facts, max({year}) AS latest "
        f"FROM facts_text WHERE a{label} <> '' GROUP BY ALL)) GROUP BY {by_path}"
    )
    return int(engine.row(f"SELECT count(*) FROM labels_{name} WHERE candidates > 1")[0])


def write_texts(engine: Engine, plan: FactPlan, parts: Iterable[Part]) -> tuple[bool, frozenset[Part]]:
    """Make `texts`: for the axes (`x`) and each of `parts` (`p0_1`…) the CSV text of each member by its number.

    Returns whether some axis value is empty, and the parts where some code is.
    """
    texts: list[tuple[str, int, str]] = []
    empty_axis = bool(plan.axes) and _add_axes(texts, engine, len(plan.axes))
    empty_parts = frozenset(part for part in parts if _add_part(texts, engine, plan, part))
    engine.run("CREATE TABLE texts (part VARCHAR, r UINTEGER, text VARCHAR)")
    engine.store("texts", ("VARCHAR", "UINTEGER", "VARCHAR"), texts)
    return empty_axis, empty_parts


def _add_axes(texts: list[tuple[str, int, str]], engine: Engine, depth: int) -> bool:
    rows = engine.rows(f"SELECT r{depth}, {keys(depth)} FROM paths_x")
    texts += [("x", number, csv_line(codes)) for number, *codes in rows]
    return any("" in codes for _, *codes in rows)


def _add_part(texts: list[tuple[str, int, str]], engine: Engine, plan: FactPlan, part: Part) -> bool:
    labels = plan.hierarchies[part.branch].labels
    columns: list[str] = []
    joins: list[str] = []
    codes: list[int] = []
    for level in range(1, part.depth + 1):
        codes.append(len(columns))
        columns.append(f"p.k{level}")
        if labels[level - 1] is not None:
            alias = f"l{level}"
            same = " AND ".join(f"{alias}.k{n} = p.k{n}" for n in range(1, level + 1))
            columns.append(f"coalesce({alias}.label, '')")
            joins.append(f"LEFT JOIN labels_{part.branch}_{level} {alias} ON {same}")
    rows = engine.rows(
        f"SELECT p.r{part.depth}, {', '.join(columns)} FROM "
        f"(SELECT DISTINCT {keys(part.depth)}, r{part.depth} FROM paths_{part.branch}) p {' '.join(joins)}"
    )
    texts += [(column(part), number, csv_line(cells)) for number, *cells in rows]
    return any(cells[position] == "" for _, *cells in rows for position in codes)
