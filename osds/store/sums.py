"""Adding up a published version again, from nothing but its files: what a reader can do who trusts nobody.

It shares no step with the code that made the files. Amounts are exact decimals throughout.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext

from osds.dataset.package import Json

# What reading a file may raise that is not what its descriptor says.
UNREADABLE = (
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    csv.Error,
)
_UNREADABLE = "it cannot be added up: it is not what its descriptor says"
EXACT = Context(prec=200, traps=[Inexact, InvalidOperation])

Key = tuple[str, ...]  # the axis values of a cell
Sums = Mapping[Key, tuple[tuple[Decimal, ...], int]]  # one sum per measure, and the number of facts


def wrong_sums(package: Mapping[str, Json], read: Callable[[str], bytes]) -> Iterator[tuple[str, str]]:
    """Each file of a bundle that does not add up to the totals that the bundle states, and why.

    `package` is the bundle's descriptor, `read` gives the content of a file by name. A cuboid, a tree and a list of
    members are read; of Parquet files only the hash can be compared.
    """
    block = package["osds"]
    axes, measures = list(block["axes"]), list(block["measures"])
    with localcontext(EXACT):
        try:
            apex = _add_up(read("apex.csv"), len(axes), len(measures))
            same = _same_totals(apex, block["measures"], axes)
        except UNREADABLE:
            yield "apex.csv", _UNREADABLE
            return
        if not same:
            yield "apex.csv", "it does not have the totals that the bundle states"
        for resource in package["resources"]:
            name = resource["path"]
            try:
                found = _judge(read(name), resource.get("osds", {}), apex, axes, measures)
            except UNREADABLE:
                found = _UNREADABLE
            if found is not None:
                yield name, found


def _judge(
    content: bytes, about: Mapping[str, Json], apex: Sums, axes: Sequence[str], measures: Sequence[str]
) -> str | None:
    """Why one file does not add up to the apex; None if it does, or nothing can be added up in it."""
    if "cells" in about and content[:4] != b"PAR1":
        return None if _add_up(content, len(axes), len(measures)) == apex else "it does not add up to apex.csv"
    if "members" in about:
        facts = sum(facts for _, facts in apex.values())
        codes = len(about["levels"])
        wanted = {str(depth): facts for depth in range(1, codes + 1) if facts}
        return None if _count_facts(content, codes) == wanted else "its members do not have all facts"
    if "tree" in about:
        return _judge_trees(json.loads(content), apex, axes, measures)
    return None


def _add_up(content: bytes, axes: int, measures: int) -> Sums:
    """The sums of a cuboid: its axes come first, its measures and the number of facts last."""
    sums: dict[Key, tuple[list[Decimal], int]] = {}
    for cells in _rows(content):
        key = tuple(cells[:axes])
        amounts, facts = sums.get(key, ([Decimal(0)] * measures, 0))
        added = [was + Decimal(text or "0") for was, text in zip(amounts, cells[-1 - measures : -1], strict=True)]
        sums[key] = (added, facts + int(cells[-1]))
    return {key: (tuple(amounts), facts) for key, (amounts, facts) in sums.items()}


def _count_facts(content: bytes, codes: int) -> Mapping[str, int]:
    """The number of facts of a list of members, per depth."""
    found: dict[str, int] = {}
    for cells in _rows(content):
        depth, count = cells[codes + 3], cells[codes + 4]
        found[depth] = found.get(depth, 0) + int(count)
    return found


def _judge_trees(roots: Json, apex: Sums, axes: Sequence[str], measures: Sequence[str]) -> str | None:
    for root in roots:
        amounts, facts = apex[tuple(root[axis] or "" for axis in axes)]
        amount = amounts[measures.index(root["measure"])]
        if Decimal(root["amount"]) != amount or root["count"] > facts:
            return f"the tree of {root['measure']} does not have the amount of apex.csv"
        if not all(_adds_up(node) for node in _nodes(root)):
            return f"a node of the tree of {root['measure']} is not the sum of its children"
    return None


def _nodes(root: Json) -> Iterator[Json]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += node.get("children", ())


def _adds_up(node: Json) -> bool:
    children = node.get("children")
    if not children:
        return True
    amount = sum((Decimal(child["amount"] or "0") for child in children), Decimal(0))
    return amount == Decimal(node["amount"] or "0") and node["count"] == sum(child["count"] for child in children)


def _same_totals(apex: Sums, measures: Mapping[str, Json], axes: Sequence[str]) -> bool:
    for number, measure in enumerate(measures.values()):
        stated = {tuple(total[axis] or "" for axis in axes): Decimal(total["value"]) for total in measure["totals"]}
        if {key: sums[number] for key, (sums, _) in apex.items() if sums[number] or key in stated} != stated:
            return False
    return True


def _rows(content: bytes) -> Iterator[list[str]]:
    rows = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
    next(rows, None)
    return rows
