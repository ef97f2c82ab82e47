from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from osds.aggregates.lattice import Cuboid, Part, Skipped
from osds.aggregates.walk import MAX_LISTED, choose_cuboids
from tests.aggregates.test_lattice import branch, limits


@dataclass(kw_only=True)
class _Asked:
    estimated: list[Cuboid] = field(default_factory=list)
    counted: list[Cuboid] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)


@dataclass
class Told(_Asked):
    """Cuboids of known numbers of cells; it keeps what it was asked."""

    cells: Mapping[Cuboid, int]
    otherwise: int

    def estimate(self, cuboids: Sequence[Cuboid]) -> list[int]:
        self.estimated += cuboids
        self.sizes.append(len(cuboids))
        return [self.cells.get(cuboid, self.otherwise) for cuboid in cuboids]

    def count(self, cuboid: Cuboid) -> int:
        self.counted.append(cuboid)
        return self.cells.get(cuboid, self.otherwise)


class _Never:
    def estimate(self, _: Sequence[Cuboid]) -> list[int]:
        raise AssertionError("the members show already that these cuboids are small")

    def count(self, _: Cuboid) -> int:
        raise AssertionError("the members show already that this cuboid is small")


NEVER = _Never()


def test_choose_cuboids__order_of_the_lattice() -> None:
    found = choose_cuboids([branch("a", 2, 4), branch("b", 3)], 1, limits(), NEVER)
    a1, a2, b1 = Part(0, 1), Part(0, 2), Part(1, 1)
    assert found.cuboids == ((), (a1,), (a2,), (b1,), (a1, b1), (a2, b1))
    assert found.skipped == ()


def test_choose_cuboids__at_most_three_dimensions() -> None:
    found = choose_cuboids([branch(name, 2) for name in "abcd"], 1, limits(), NEVER)
    assert [len(cuboid) for cuboid in found.cuboids] == [0, *[1] * 4, *[2] * 6, *[3] * 4]


def test_choose_cuboids__too_many_cells() -> None:
    counting = Told({(Part(0, 1), Part(1, 1)): 101}, otherwise=100)
    found = choose_cuboids([branch("a", 20, 30), branch("b", 20), branch("c", 2)], 1, limits(cells=100), counting)
    assert [one.reason for one in found.skipped] == [
        "101 cells, more than max-cells (100)",
        *["more cells than max-cells (100), as a coarser one has"] * 3,
    ]
    assert (Part(0, 2), Part(1, 1)) not in counting.counted, "a finer cuboid has no fewer cells"
    assert (Part(0, 1),) not in counting.estimated, "20 members cannot make more than 100 cells"
    assert (Part(1, 1), Part(2, 1)) not in counting.estimated, "nor can 20 times 2"
    assert (Part(0, 1), Part(1, 1), Part(2, 1)) not in counting.estimated, "a coarser one has too many"


def test_choose_cuboids__an_estimate_far_off_decides() -> None:
    large, small, near = ((Part(n, 1), Part(3, 1)) for n in range(3))
    counting = Told({large: 201, small: 49, near: 200}, otherwise=0)
    found = choose_cuboids([branch(name, 20) for name in "abcd"], 1, limits(cells=100), counting)
    assert counting.counted == [near]
    assert {small, near} & set(found.cuboids) == {small}
    assert [one.reason for one in found.skipped[:2]] == [
        "about 200 cells, more than max-cells (100)",
        "200 cells, more than max-cells (100)",
    ]


@pytest.mark.parametrize(("count", "told"), [(1234, "1200"), (1250, "1300"), (999, "1000"), (92_012_345, "92000000")])
def test_choose_cuboids__two_digits_of_an_estimate(count: int, told: str) -> None:
    found = choose_cuboids([branch("a", 2000), branch("b", 2)], 1, limits(10_000, 9000, 100), Told({}, otherwise=count))
    assert found.skipped[0].reason == f"about {told} cells, more than max-cells (100)"


def test_choose_cuboids__many_candidates_are_estimated_at_once() -> None:
    counting = Told({}, otherwise=0)
    found = choose_cuboids([branch(str(n), 50) for n in range(10)], 1, limits(cells=100), counting)
    assert len(found.cuboids) == 1 + 10 + 45 + 120
    assert counting.sizes == [32, 13, 32, 32, 32, 24]


def test_choose_cuboids__as_many_cells_as_are_allowed() -> None:
    found = choose_cuboids([branch("a", 20), branch("b", 20)], 1, limits(cells=100), Told({}, otherwise=100))
    assert found.skipped == ()


def test_choose_cuboids__the_axes_multiply_the_cells() -> None:
    found = choose_cuboids([branch("a", 20)], 6, limits(cells=100), Told({}, otherwise=101))
    assert found.cuboids == ((),)


def test_choose_cuboids__the_coarsest_files_first() -> None:
    found = choose_cuboids([branch(name, 2) for name in "abc"], 1, limits(files=3), NEVER)
    assert found.cuboids == ((), (Part(0, 1),), (Part(1, 1),))
    assert [one.reason for one in found.skipped] == ["beyond max-files (3)"] * 5


def test_choose_cuboids__a_wide_table_is_not_listed_to_the_end() -> None:
    found = choose_cuboids([branch(str(n), 2, 4, 8, 16) for n in range(100)], 1, limits(files=10), NEVER)
    assert len(found.cuboids) == 10
    assert len(found.skipped) == MAX_LISTED + 1
    every = 400 + 4950 * 16 + 161_700 * 64  # one, two and three of a hundred dimensions with four depths each
    assert found.skipped[-1] == Skipped(
        dimensions=(), reason=f"{every - 9 - 1000} more cuboids, not tried: 1000 others are left out above"
    )
