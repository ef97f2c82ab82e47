"""What the bundle holds beside the cuboids, written and proved: Parquet, lists of members, trees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from osds.aggregates.amounts import MeasureFacts
from osds.aggregates.bundle import Extra
from osds.aggregates.drill import make_drills
from osds.aggregates.engine import Engine
from osds.aggregates.facts import FactPlan
from osds.aggregates.header import make_header
from osds.aggregates.lattice import Cuboid, Skipped
from osds.aggregates.member_files import write_members
from osds.aggregates.names import dimension_stems
from osds.aggregates.tree_proof import prove_members, prove_trees
from osds.aggregates.trees import judge_tree, write_trees
from osds.progress import Progress


@dataclass(frozen=True, kw_only=True)
class Drilled:
    """The lists of members, then the trees; and the trees that are left out."""

    extras: tuple[Extra, ...]
    skipped: tuple[Skipped, ...]


def write_drills(
    engine: Engine,
    plan: FactPlan,
    measures: Sequence[MeasureFacts],
    cuboids: Sequence[Cuboid],
    apex: Sequence[Sequence[str]],
    folder: Path,
    *,
    title: str,
    limit: int,
    progress: Progress,
) -> Drilled:
    """Write members and trees of each dimension that has a cuboid of its own. `limit` is the most nodes of a file.

    Raises `BugError` if one does not add up to `apex`, the records of apex.csv.
    """
    header = make_header(plan)
    drills = make_drills(engine, plan, measures, cuboids)
    names = [drill.dimension for drill in drills]
    members: list[Extra] = []
    trees: list[Extra] = []
    skipped: list[Skipped] = []
    with progress.task("Writing members and trees", len(drills)) as task:
        stems = zip(dimension_stems("members", names), dimension_stems("tree", names), strict=True)
        for drill, (members_stem, tree_stem) in zip(drills, stems, strict=True):
            path = folder / f"{members_stem}.csv"
            members.append(write_members(engine, plan, header, drill, path))
            prove_members(path, drill.depth, apex)
            depth, left_out = judge_tree(engine, plan, drill, limit)
            skipped += left_out
            if depth:
                path = folder / f"{tree_stem}.json"
                trees.append(write_trees(engine, plan, drill, depth, title, path))
                prove_trees(path, plan, apex)
            task.advance()
    return Drilled(extras=(*members, *trees), skipped=tuple(skipped))
