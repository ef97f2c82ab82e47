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


def make_texts(engine: Engine, plan: FactPlan, parts: Iterable[Part]) -> tuple[bool, frozenset[Part]]:
    """Make `texts_x` for the axes and `texts_p0_1`… for each of `parts`: by `r`, its number, the CSV `text` of a member.

    Returns whether some axis value is empty, and the parts where some code is.
    """
    empty_axis = bool(plan.axes) and _make_axes(engine, len(plan.axes))
    return empty_axis, frozenset(part for part in parts if _make_part(engine, plan, part))


def _make_axes(engine: Engine, depth: int) -> bool:
    codes = [f"k{level}" for level in range(1, depth + 1)]
    return _make(engine, "texts_x", f"r{depth}", codes, codes, "paths_x")


def _make_part(engine: Engine, plan: FactPlan, part: Part) -> bool:
    labels = plan.hierarchies[part.branch].labels
    codes = [f"p.k{level}" for level in range(1, part.depth + 1)]
    cells: list[str] = []
    joins: list[str] = []
    for level in range(1, part.depth + 1):
        cells.append(codes[level - 1])
        if labels[level - 1] is not None:
            same = " AND ".join(f"l{level}.k{n} = p.k{n}" for n in range(1, level + 1))
            cells.append(f"coalesce(l{level}.label, '')")
            joins.append(f"LEFT JOIN labels_{part.branch}_{level} l{level} ON {same}")
    members = f"(SELECT DISTINCT {keys(part.depth)}, r{part.depth} FROM paths_{part.branch}) p {' '.join(joins)}"
    return _make(engine, f"texts_{column(part)}", f"p.r{part.depth}", cells, codes, members)


def _make(engine: Engine, table: str, number: str, cells: Sequence[str], codes: Sequence[str], members: str) -> bool:
    """Make one table of texts; return whether a code in it is empty."""
    text = " || ',' || ".join(_quoted(cell) for cell in cells)
    hollow = " OR ".join(f"{code} = ''" for code in codes)
    engine.run(f"CREATE TABLE {table} AS SELECT {number} AS r, {text} AS text, {hollow} AS hollow FROM {members}")
    return bool(engine.row(f"SELECT coalesce(bool_or(hollow), false) FROM {table}")[0])


def _quoted(text: str) -> str:
    """SQL for one cell of a CSV file, as `names.csv_text` writes it."""
    inside = f"replace({text}, '\"', '\"\"')"
    special = " OR ".join(f"contains({text}, {one})" for one in ("','", "'\"'", "chr(10)", "chr(13)"))
    return f"CASE WHEN {special} THEN '\"' || {inside} || '\"' ELSE {text} END"
