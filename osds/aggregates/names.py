"""How files, columns and texts are called and written in a bundle. Values only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from osds.aggregates.lattice import Branch, Cuboid

MAX_SLUG = 36  # three dimensions with their levels still make a file name of at most 255 bytes
APEX = "apex"


def slug(text: str, fallback: str) -> str:
    """Lower-case ASCII letters and digits joined by `-`; `fallback` if nothing of `text` can be kept."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", folded)[:MAX_SLUG].strip("-") or fallback


def file_stems(cuboids: Iterable[Cuboid], branches: Sequence[Branch]) -> tuple[str, ...]:
    """The file name of each cuboid without its suffix: `apex`, `by-cofog-level1-then-department`."""
    return distinct("by-" + "-then-".join(_part_names(cuboid, branches)) if cuboid else APEX for cuboid in cuboids)


def _part_names(cuboid: Cuboid, branches: Sequence[Branch]) -> list[str]:
    names = []
    for part in cuboid:
        branch = branches[part.branch]
        name = slug(branch.dimension, f"dimension-{part.branch + 1}")
        if len(branch.levels) > 1:
            name += "-" + slug(branch.levels[part.depth - 1], f"level-{part.depth}")
        names.append(name)
    return names


def dimension_stems(kind: str, dimensions: Iterable[str]) -> tuple[str, ...]:
    """The names of files that are made once per dimension, without their suffixes: `tree-cofog`, `members-cofog`."""
    return distinct(f"{kind}-{slug(name, f'dimension-{number}')}" for number, name in enumerate(dimensions, start=1))


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """The names in order, each once: a repeated one gets the suffix `-2`, `-3`…; an empty one is called `unnamed`."""
    found: dict[str, None] = {}
    for name in names:
        wanted = name or "unnamed"
        candidate, number = wanted, 1
        while candidate in found:
            number += 1
            candidate = f"{wanted}-{number}"
        found[candidate] = None
    return tuple(found)


def csv_text(value: str) -> str:
    """One cell of a CSV file, quoted where RFC 4180 asks for it.

    Python's writer leaves a lone carriage return unquoted in some versions, and readers take it for a line end.
    """
    if any(c in value for c in ',"\r\n'):
        return '"' + value.replace('"', '""') + '"'
    return value


def csv_line(values: Iterable[str]) -> str:
    """The cells of one record without its line end."""
    return ",".join(csv_text(value) for value in values)
