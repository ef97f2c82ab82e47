from __future__ import annotations

import pytest

from osds.aggregates.lattice import MAX_LISTED, Branch, Cuboid, Limits, Part, Skipped, choose_cuboids, judge_parts


def branch(name: str, *members: int, kind: str = "other") -> Branch:
    return Branch(dimension=name, kind=kind, levels=tuple(f"l{n}" for n in range(1, len(members) + 1)), members=members)


def limits(rows: int = 1000, members: int = 1000, cells: int = 100_000, files: int = 500) -> Limits:
    return Limits(rows=rows, members=members, cells=cells, files=files)


def never(_: Cuboid) -> int:
    raise AssertionError("the members show already that this cuboid is small")


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


def test_choose_cuboids__order_of_the_lattice() -> None:
    found = choose_cuboids([branch("a", 2, 4), branch("b", 3)], 1, limits(), never)
    a1, a2, b1 = Part(0, 1), Part(0, 2), Part(1, 1)
    assert found.cuboids == ((), (a1,), (a2,), (b1,), (a1, b1), (a2, b1))
    assert found.skipped == ()


def test_choose_cuboids__at_most_three_dimensions() -> None:
    found = choose_cuboids([branch(name, 2) for name in "abcd"], 1, limits(), never)
    assert [len(cuboid) for cuboid in found.cuboids] == [0, *[1] * 4, *[2] * 6, *[3] * 4]


def test_choose_cuboids__too_many_cells() -> None:
    counted: list[Cuboid] = []

    def count(cuboid: Cuboid) -> int:
        counted.append(cuboid)
        return 101 if cuboid == (Part(0, 1), Part(1, 1)) else 100

    found = choose_cuboids([branch("a", 20, 30), branch("b", 20), branch("c", 2)], 1, limits(cells=100), count)
    assert [one.reason for one in found.skipped] == [
        "101 cells, more than max-cells (100)",
        *["more cells than max-cells (100), as a coarser one has"] * 3,
    ]
    assert (Part(0, 2), Part(1, 1)) not in counted, "a finer cuboid has no fewer cells"
    assert (Part(0, 1),) not in counted, "20 members cannot make more than 100 cells"
    assert (Part(1, 1), Part(2, 1)) not in counted, "nor can 20 times 2"


def test_choose_cuboids__as_many_cells_as_are_allowed() -> None:
    found = choose_cuboids([branch("a", 20), branch("b", 20)], 1, limits(cells=100), lambda _: 100)
    assert found.skipped == ()


def test_choose_cuboids__the_axes_multiply_the_cells() -> None:
    found = choose_cuboids([branch("a", 20)], 6, limits(cells=100), lambda _: 101)
    assert found.cuboids == ((),)


def test_choose_cuboids__the_coarsest_files_first() -> None:
    found = choose_cuboids([branch(name, 2) for name in "abc"], 1, limits(files=3), never)
    assert found.cuboids == ((), (Part(0, 1),), (Part(1, 1),))
    assert [one.reason for one in found.skipped] == ["beyond max-files (3)"] * 5


def test_choose_cuboids__a_wide_table_is_not_listed_to_the_end() -> None:
    found = choose_cuboids([branch(str(n), 2, 4, 8, 16) for n in range(100)], 1, limits(files=10), never)
    assert len(found.cuboids) == 10
    assert len(found.skipped) == MAX_LISTED + 1
    every = 400 + 4950 * 16 + 161_700 * 64  # one, two and three of a hundred dimensions with four depths each
    assert found.skipped[-1] == Skipped(
        dimensions=(), reason=f"{every - 9 - 1000} more cuboids, not tried: 1000 others are left out above"
    )
