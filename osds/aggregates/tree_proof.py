"""The proof that trees and lists of members add up to apex.csv. The files are read again, with nothing but Python."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext
from pathlib import Path

from osds.aggregates.bundle import Json
from osds.aggregates.facts import FactPlan
from osds.aggregates.records import read_records
from osds.errors import BugError

EXACT = Context(prec=200, traps=[Inexact, InvalidOperation])  # more digits than a table can need

Sums = tuple[Decimal | None, Decimal | None, Decimal | None, int]  # amount, positive, negative, count
Apex = Sequence[Sequence[str]]  # the records of apex.csv


def prove_trees(path: Path, plan: FactPlan, apex: Apex) -> None:
    """Add up the trees in a file. Raises `BugError` if any node is not the sum of its children, or a root is wrong."""
    axes = [str(axis) for axis in plan.axes]
    with localcontext(EXACT):
        roots = json.loads(path.read_text(encoding="utf-8"))
        found = [(root["measure"], *(root[axis] for axis in axes), *_sums(root, path.name)) for root in roots]
        wanted = []
        for number, measure in enumerate(plan.measures):
            for record in apex:
                amount = record[len(axes) + number]
                if amount:
                    wanted.append((measure.name, *record[: len(axes)], Decimal(amount), int(record[-1])))
    if [(*root[:-3], root[-1]) for root in found] != wanted:
        raise _wrong(path.name, "its roots are not the cells of apex.csv")


def prove_members(path: Path, codes: int, apex: Apex) -> None:
    """Add up the facts in a list of members, whose first columns are `codes` codes. Raises `BugError` if some are lost."""
    facts = sum(int(record[-1]) for record in apex)
    found: dict[str, int] = {}
    for record in read_records((path,)):
        depth, count = record[codes + 3], record[codes + 4]
        found[depth] = found.get(depth, 0) + int(count)
    if found != {str(depth): facts for depth in range(1, codes + 1)}:
        raise _wrong(path.name, f"the members of each depth have {found} facts, apex.csv has {facts}")


def _sums(node: Mapping[str, Json], file: str) -> Sums:
    """What a node says it adds up to, if that is what its children add up to."""
    amount, positive, negative = (_decimal(node[part]) for part in ("amount", "positive", "negative"))
    said: Sums = (amount, positive, negative, node["count"])
    if amount != _add([positive, negative]):
        raise _wrong(file, f"{node.get('path', 'a root')}: {amount} is not {positive} and {negative}")
    if "children" in node:
        below = [_sums(child, file) for child in node["children"]]
        added = (
            _add([child[0] for child in below]),
            _add([child[1] for child in below]),
            _add([child[2] for child in below]),
            sum(child[3] for child in below),
        )
        if said != added:
            raise _wrong(file, f"{node.get('path', 'a root')} is not the sum of its children")
    return said


def _decimal(text: Json) -> Decimal | None:
    if text is not None and not isinstance(text, str):
        raise BugError(f"An amount in a tree is not a string: {text!r}")
    return None if text is None else Decimal(text)


def _add(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None


def _wrong(file: str, what: str) -> BugError:
    return BugError(
        f"The aggregates do not add up: {file}: {what}",
        next_step="Nothing was written. Please report this with the dataset",
    )
