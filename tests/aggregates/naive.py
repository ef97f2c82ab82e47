"""A cube in plain Python that knows nothing of the engine: facts as values, added up by looking at every one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, product

Codes = tuple[str, ...]
Cell = tuple[Codes, tuple[Decimal | None, ...], int]  # axes and codes, one sum per measure, facts


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One fact: axis values, codes and labels per dimension and level, amounts with their factor (None for none)."""

    axes: Codes
    codes: tuple[Codes, ...]
    labels: tuple[Codes, ...]
    amounts: tuple[Decimal | None, ...]


Shape = tuple[tuple[int, int], ...]  # dimension and depth of each part of a cuboid


def shapes(facts: Sequence[Fact], depths: Sequence[int], rows: int) -> Iterator[Shape]:
    """The cuboids that are worth it, where none has too many cells."""
    usable = [
        [(number, depth) for depth in range(1, most + 1) if _is_usable(facts, number, depth, rows)]
        for number, most in enumerate(depths)
    ]
    for size in range(4):
        for chosen in combinations(usable, size):
            yield from product(*chosen)


def _is_usable(facts: Sequence[Fact], number: int, depth: int, rows: int) -> bool:
    members = len({fact.codes[number][:depth] for fact in facts})
    return members > 1 and not (members > 50 and 2 * members > rows)


def cells(facts: Sequence[Fact], shape: Shape) -> list[Cell]:
    """The cells of a cuboid in the order of the output: by code, byte by byte, the empty one last."""
    groups: dict[Codes, list[Fact]] = {}
    for fact in facts:
        codes = tuple(code for number, depth in shape for code in fact.codes[number][:depth])
        groups.setdefault(fact.axes + codes, []).append(fact)
    ordered = sorted(groups, key=lambda key: [(code == "", code.encode()) for code in key])
    return [(key, _sums(groups[key]), len(groups[key])) for key in ordered]


def _sums(facts: Sequence[Fact]) -> tuple[Decimal | None, ...]:
    columns = zip(*(fact.amounts for fact in facts), strict=True)
    known = ([amount for amount in column if amount is not None] for column in columns)
    return tuple(sum(amounts, Decimal(0)) if amounts else None for amounts in known)


def label(facts: Sequence[Fact], number: int, path: Codes, year: int | None) -> str:
    """The label of most facts of a path, then of the latest year, then the smallest; `year` is the place of that axis."""
    level = len(path) - 1
    found: dict[str, list[str]] = {}
    for fact in facts:
        if fact.codes[number][: len(path)] == path and fact.labels[number][level]:
            found.setdefault(fact.labels[number][level], []).append("" if year is None else fact.axes[year])
    by_weight = sorted(found, key=lambda text: text.encode())
    by_weight.sort(key=lambda text: (len(found[text]), max(found[text])), reverse=True)
    return by_weight[0] if by_weight else ""
