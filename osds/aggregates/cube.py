"""Members in the engine, from the view `facts_text`, and the facts by their numbers.

Every path of codes gets the number of its place in the order of the output, so that cells are grouped and sorted by
whole numbers; the text that stands for a number in a file is made once per member, see `members`.
"""

# ruff: noqa: S608 (all names in the SQL are our own, all texts are literals: see `reading.literal`)

from __future__ import annotations

from collections.abc import Iterable, Sequence

from osds.aggregates.engine import Engine
from osds.aggregates.facts import FactPlan
from osds.aggregates.lattice import Branch, Part


def count_totals(engine: Engine, plan: FactPlan) -> int:
    """Make `totals`, the distinct combinations of axis values, and count them: they are the cells of the apex."""
    if not plan.axes:
        return 1
    _make_distinct(engine, "totals", range(len(plan.axes)))
    return _count(engine, "totals")


def count_members(engine: Engine, plan: FactPlan) -> tuple[Branch, ...]:
    """Make `codes_0, codes_1…`, the distinct paths of each dimension, and count them at each depth."""
    branches = []
    for number, hierarchy in enumerate(plan.hierarchies):
        codes = f"codes_{number}"
        _make_distinct(engine, codes, hierarchy.codes)
        depths = range(1, len(hierarchy.codes) + 1)
        counts = [f"(SELECT count(*) FROM (SELECT DISTINCT {keys(depth)} FROM {codes}))" for depth in depths]
        branches.append(
            Branch(
                dimension=hierarchy.dimension.name,
                kind=hierarchy.dimension.kind,
                levels=tuple(level.key.name for level in hierarchy.dimension.levels),
                members=engine.row(f"SELECT {', '.join(counts)}"),
            )
        )
    return tuple(branches)


def number_facts(
    engine: Engine, plan: FactPlan, usable: Sequence[tuple[Part, ...]], branches: Sequence[Branch]
) -> None:
    """Make `facts`: the number of the axis values `x`, of each usable part `p0_1, p0_2, p1_1…`, and the amounts.

    The numbers themselves are in `paths_x` and `paths_0, paths_1…` as `r1, r2…` beside the codes `k1, k2…`. Facts of one
    member lie together for the two parts with the most members: most cells are then near each other when added to.
    """
    columns = ["CAST(0 AS UTINYINT) AS x"]
    joins = []
    if plan.axes:
        depth = len(plan.axes)
        _make_paths(engine, "x", "totals", depth)
        columns = [f"x.r{depth} AS x"]
        joins.append(_join_sql("x", range(depth)))
    for branch, parts in enumerate(usable):
        if parts:
            depth = max(part.depth for part in parts)
            _make_paths(engine, str(branch), f"codes_{branch}", depth)
            columns += [f"x{branch}.r{part.depth} AS {column(part)}" for part in parts]
            joins.append(_join_sql(str(branch), plan.hierarchies[branch].codes[:depth]))
        else:
            engine.run(f"DROP TABLE codes_{branch}")
    columns += [f"m{number}" for number in range(len(plan.measures))]
    deepest = [parts[-1] for parts in usable if parts]
    together = sorted(deepest, key=lambda part: -branches[part.branch].members[part.depth - 1])[:2]
    order = f" ORDER BY {', '.join(map(column, together))}" if together else ""
    engine.run(f"CREATE TABLE facts AS SELECT {', '.join(columns)} FROM facts_text f {' '.join(joins)}{order}")


def forget_text(engine: Engine, plan: FactPlan) -> None:
    """Give back the memory of what is needed no more once facts are numbered."""
    engine.run("DROP VIEW facts_text")
    for extract in plan.extracts:
        engine.run(f"DROP TABLE {extract.name}")


def column(part: Part) -> str:
    """The column of `facts` that holds the number of a part's member."""
    return f"p{part.branch}_{part.depth}"


def keys(depth: int) -> str:
    """The codes of a path down to `depth`."""
    return ", ".join(f"k{level}" for level in range(1, depth + 1))


def _count(engine: Engine, table: str) -> int:
    return int(engine.row(f"SELECT count(*) FROM {table}")[0])


def _make_distinct(engine: Engine, table: str, attributes: Iterable[int]) -> None:
    columns = ", ".join(f"a{attribute} AS k{level}" for level, attribute in enumerate(attributes, start=1))
    engine.run(f"CREATE TABLE {table} AS SELECT DISTINCT {columns} FROM facts_text")


def _make_paths(engine: Engine, name: str, codes: str, depth: int) -> None:
    """Number the paths at each depth in the order of the output: by code, byte by byte, the empty code last."""
    order = [f"k{level} = '', k{level}" for level in range(1, depth + 1)]
    kind = _smallest_type(_count(engine, codes))
    ranks = ", ".join(
        f"CAST(dense_rank() OVER (ORDER BY {', '.join(order[:level])}) - 1 AS {kind}) AS r{level}"
        for level in range(1, depth + 1)
    )
    engine.run(
        f"CREATE TABLE paths_{name} AS SELECT {keys(depth)}, {ranks} FROM (SELECT DISTINCT {keys(depth)} FROM {codes})"
    )
    engine.run(f"DROP TABLE {codes}")


def _smallest_type(count: int) -> str:
    """The smallest SQL type for so many numbers: every fact has one per dimension."""
    if count <= 1 << 8:
        return "UTINYINT"
    return "USMALLINT" if count <= 1 << 16 else "UINTEGER"


def _join_sql(name: str, attributes: Iterable[int]) -> str:
    alias = name if name == "x" else f"x{name}"
    same = " AND ".join(f"{alias}.k{level} = f.a{attribute}" for level, attribute in enumerate(attributes, start=1))
    return f"JOIN paths_{name} {alias} ON {same}"
