"""Each dimension as trees for treemaps and bubble trees: a JSON list with one root per measure and combination of axes.

A node is what lies below one path of codes. Amounts are strings of plain decimals, because JSON's readers turn numbers
into floats; null where no fact has an amount. `amount` = `positive` + `negative`, the sums of the facts above and below
zero, so that a chart can show what a difference hides. Every amount and count is the sum of the children's.
"""

# ruff: noqa: S608 (all names in the SQL are our own, all texts are literals: see `reading.literal`)

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from osds.aggregates.bundle import Extra, Json
from osds.aggregates.cube import keys
from osds.aggregates.drill import Drill, paths_sql
from osds.aggregates.engine import Engine
from osds.aggregates.facts import FactPlan
from osds.aggregates.lattice import Skipped
from osds.aggregates.writing import write_text

MAX_DEPTH = 50  # of a tree: readers of JSON have limits of their own

Node = dict[str, Json]
Names = dict[int, Node]  # what nodes of one depth say of themselves, by the number of their path


def judge_tree(engine: Engine, plan: FactPlan, drill: Drill, limit: int) -> tuple[int, tuple[Skipped, ...]]:
    """The deepest level with at most `limit` nodes, 0 for no tree at all; and what is left out for that reason."""
    nodes = 0
    for depth in range(1, min(drill.depth, MAX_DEPTH) + 1):
        numbers = ", ".join(f"r{level}" for level in range(1, depth + 1))
        (cells,) = engine.row(f"SELECT count(*) FROM (SELECT DISTINCT x, {numbers} FROM {drill.table})")
        nodes += cells * len(plan.measures)
        if nodes > limit:
            reason = f"its tree would have {nodes} nodes, more than max-cells ({limit})"
            named = (drill.dimension, tuple(drill.levels(depth)))
            return depth - 1, (Skipped(dimensions=(named,), reason=reason),)
    return min(drill.depth, MAX_DEPTH), ()


def write_trees(engine: Engine, plan: FactPlan, drill: Drill, depth: int, title: str, path: Path) -> Extra:
    """Write the trees of one dimension down to `depth` into the new file `path`. `title` is that of the dataset."""
    names = [_names(engine, drill, level) for level in range(1, depth + 1)]
    roots = (root for number in range(len(plan.measures)) for root in _roots(engine, plan, drill, names, number, title))
    details: dict[str, Json] = {
        "osds": {"tree": drill.dimension, "levels": drill.levels(depth)},
    }
    return Extra(file=write_text(path, _lines(roots)), format="json", mediatype="application/json", details=details)


def _lines(roots: Iterator[Node]) -> Iterator[str]:
    """One root per line."""
    before = "[\n"
    for root in roots:
        yield before + json.dumps(root, ensure_ascii=False, separators=(",", ":"))
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _roots(
    engine: Engine, plan: FactPlan, drill: Drill, names: Sequence[Names], number: int, title: str
) -> Iterator[Node]:
    """The trees of one measure, in the order of apex.csv, without those that have no amount at all."""
    measure = plan.measures[number]
    about = {"currency": measure.currency, "direction": measure.direction, "phase": measure.phase}
    axes = {x: values for x, *values in engine.rows(_axes_sql(plan))}
    roots: dict[int, Node] = {}
    for x, amounts in _sums(engine, drill, number, 0):
        values = dict(zip(map(str, plan.axes), axes[x], strict=True))
        if amounts["amount"] is not None:
            roots[x] = {"name": title, "measure": measure.name, **about, **values, **amounts, "children": []}
    parents = {(x,): root for x, root in roots.items()}
    for depth, named in enumerate(names, start=1):
        nodes = {}
        for x, *place, amounts in _sums(engine, drill, number, depth):
            if x in roots:
                node = {**named[place[-1]], **amounts, **({"children": []} if depth < len(names) else {})}
                parents[x, *place[:-1]]["children"].append(node)
                nodes[x, *place] = node
        parents = nodes
    yield from (roots[x] for x in sorted(roots))


def _axes_sql(plan: FactPlan) -> str:
    return f"SELECT r{len(plan.axes)}, {keys(len(plan.axes))} FROM paths_x" if plan.axes else "SELECT 0"


def _sums(engine: Engine, drill: Drill, number: int, depth: int) -> list[tuple[Json, ...]]:
    """The nodes of one depth as `x, r1, r2…` and their amounts, the largest of each parent first."""
    place = ["x", *(f"r{level}" for level in range(1, depth + 1))]
    query = (
        f"SELECT {', '.join(place)}, CAST(s AS VARCHAR), CAST(s - n AS VARCHAR), CAST(n AS VARCHAR), facts FROM ("
        f"SELECT {', '.join(place)}, sum(s{number}) AS s, sum(n{number}) AS n, CAST(sum(facts) AS BIGINT) AS facts "
        f"FROM {drill.table} GROUP BY {', '.join(place)}) ORDER BY x, s DESC NULLS LAST, {', '.join(place)}"
    )
    return [
        (*found, {"amount": amount, "positive": positive, "negative": negative, "count": facts})
        for *found, amount, positive, negative, facts in engine.rows(query)
    ]


def _names(engine: Engine, drill: Drill, depth: int) -> Names:
    """The id, path and label of every path of one depth."""
    codes = ", ".join(f"p.k{level}" for level in range(1, depth + 1))
    label, labels = "NULL", ""
    if drill.hierarchy.labels[depth - 1] is not None:
        same = " AND ".join(f"l.k{level} = p.k{level}" for level in range(1, depth + 1))
        label, labels = "l.label", f"LEFT JOIN labels_{drill.branch}_{depth} l ON {same}"
    rows = engine.rows(f"SELECT p.r{depth}, {label}, {codes} FROM ({paths_sql(drill, depth)}) p {labels}")
    return {number: {"id": node_id(path), "path": path, "label": label} for number, label, *path in rows}


def node_id(path: Sequence[str]) -> str:
    """The codes joined by `/`: in a code `~0` stands for `~` and `~1` for `/` (RFC 6901), `~` alone for an empty one."""
    return "/".join(code.replace("~", "~0").replace("/", "~1") or "~" for code in path)
