from __future__ import annotations

import pytest

from osds.aggregates.lattice import Branch, Limits, Part, Skipped, judge_parts


def branch(name: str, *members: int, kind: str = "other") -> Branch:
    return Branch(dimension=name, kind=kind, levels=tuple(f"l{n}" for n in range(1, len(members) + 1)), members=members)


def limits(rows: int = 1000, members: int = 1000, cells: int = 100_000, files: int = 500) -> Limits:
    return Limits(rows=rows, members=members, cells=cells, files=files)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (branch("a", 40, kind="fact"), "it describes single facts (dimensionType fact)"),
        (branch("a", 1), "it has a single member"),
        (branch("a", 0), "it has a single member"),
        (branch("a", 501), "it is nearly unique: 501 members in 1000 rows"),
        (branch("a", 500), ""),
        (branch("a", 401), "401 members, more than max-members (400)"),
        (branch("a", 400), ""),
    ],
)
def test_judge_parts__reason(one: Branch, reason: str) -> None:
    members = 400 if one.members[0] in {400, 401} else 1000
    usable, skipped = judge_parts([one], limits(members=members))
    assert skipped == ([Skipped(dimensions=(("a", ("l1",)),), reason=reason)] if reason else [])
    assert usable == ((() if reason else (Part(0, 1),)),)


def test_judge_parts__fifty_members_are_never_nearly_unique() -> None:
    assert judge_parts([branch("a", 50)], limits(rows=50))[1] == []
    assert len(judge_parts([branch("a", 51)], limits(rows=51))[1]) == 1


def test_judge_parts__each_depth_alone() -> None:
    usable, skipped = judge_parts([branch("a", 1, 30, 2000)], limits(rows=100_000))
    assert usable == ((Part(0, 2),),)
    assert [one.dimensions for one in skipped] == [(("a", ("l1",)),), (("a", ("l1", "l2", "l3")),)]


@pytest.mark.parametrize(
    ("rows", "cells", "most", "words"),
    [
        (100, 100_000, 10_000, "10000, the limit for up to 40000 rows"),
        (100, 9_999, 9_999, "max-cells (9999)"),
        (1_000_000, 100_000, 100_000, "max-cells (100000)"),
        (1_000_000, 1_000_000, 250_000, "a quarter of the 1000000 rows"),
        (40_001, 100_000, 10_000, "10000, the limit for up to 40000 rows"),
        (40_004, 100_000, 10_001, "a quarter of the 40004 rows"),
    ],
)
def test_limits__most_cells(rows: int, cells: int, most: int, words: str) -> None:
    asked = limits(rows=rows, cells=cells)
    assert (asked.most_cells, asked.cap) == (most, words)
