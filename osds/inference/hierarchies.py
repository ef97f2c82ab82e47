"""Putting levels below each other: where headers number them (`admin1`, `admin2`; `function`, `subfunction`) or codes
begin with the codes above them (`01`, `011`), and the rows agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from osds.inference.dimensions import Level, Stem
from osds.inference.evidence import Rows, extends, nests
from osds.inference.words import LEVEL

_LONGEST_CODE = 16


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Levels from the root to the leaf, and why they lie below each other; a single level has no reason."""

    levels: tuple[Level, ...]
    reason: str = ""


def find_chains(levels: Sequence[Level], rows: Rows) -> tuple[Chain, ...]:
    """All levels, each in exactly one chain, in the order given."""
    above: dict[int, tuple[int, str]] = {}  # index of the child: index of its parent, and why
    for child in sorted(range(len(levels)), key=lambda index: -_depth(levels[index], rows)):
        found = None if levels[child].code.is_time else _parent(levels, child, rows, above)
        if found is not None:
            above[child] = found
    below = {parent: child for child, (parent, _) in above.items()}
    return tuple(_chain(levels, root, above, below) for root in range(len(levels)) if root not in above)


def _chain(levels: Sequence[Level], root: int, above: Mapping[int, tuple[int, str]], below: Mapping[int, int]) -> Chain:
    indexes = [root]
    while indexes[-1] in below:
        indexes.append(below[indexes[-1]])
    reason = above[indexes[-1]][1] if len(indexes) > 1 else ""
    return Chain(levels=tuple(levels[index] for index in indexes), reason=reason)


def _depth(level: Level, rows: Rows) -> int:
    """How long the codes of a level are: the longest ones look for their parents first."""
    return max((len(row[level.code.column.position]) for row in rows), default=0)


def _parent(
    levels: Sequence[Level], child: int, rows: Rows, above: Mapping[int, tuple[int, str]]
) -> tuple[int, str] | None:
    """The nearest level above `child` that has no child yet and does not lie below it."""
    taken = {parent for parent, _ in above.values()}
    free = [i for i in range(len(levels)) if i not in taken and child not in _ancestors(i, above)]
    position = levels[child].code.column.position
    for index in free:
        if _numbered(levels[index], levels[child]) and nests(rows, levels[index].code.column.position, position):
            return index, "their headers name the levels"
    prefixes = [
        index
        for index in free
        if _has_codes(levels[index])
        and _has_codes(levels[child])
        and extends(rows, levels[index].code.column.position, position)
    ]
    if not prefixes:
        return None
    nearest = max(prefixes, key=lambda index: _depth(levels[index], rows))
    return nearest, "each code begins with the code above it"


def _ancestors(index: int, above: Mapping[int, tuple[int, str]]) -> set[int]:
    """`index` itself and all levels above it."""
    found = {index}
    while index in above:
        index = above[index][0]
        found.add(index)
    return found


def _has_codes(level: Level) -> bool:
    """True for short texts without blanks; a date or a phrase is no code."""
    values = level.code.column.values
    return not level.code.is_time and all(len(v) <= _LONGEST_CODE and " " not in v for v in values)


def _numbered(parent: Level, child: Level) -> bool:
    """True if the headers say that `child` is one level below `parent`."""
    (about, upper), (about_child, lower) = _level(parent.stem), _level(child.stem)
    return not parent.code.is_time and about == about_child and lower == upper + 1


def _level(stem: Stem) -> tuple[Stem, int]:
    """What a header is about without its level, and the level: 1 where it has none, 2 for `subfunction`."""
    numbers = [int(word) for word in stem if word.isdecimal() and len(word) == 1]
    rest = tuple(word for word in stem if not word.isdecimal() and word not in LEVEL)
    for index, word in enumerate(rest):
        base = word.removeprefix("sub")
        if base != word and not numbers:
            return tuple(part for part in (*rest[:index], base, *rest[index + 1 :]) if part), 2
    return rest, numbers[-1] if numbers else 1
