"""The patterns by which services name files: `*`, `**`, `?`, as in `data/**/*.csv`."""

from __future__ import annotations

import re
from collections.abc import Iterable


def matching(patterns: Iterable[str], paths: Iterable[str]) -> tuple[str, ...]:
    """The paths that a pattern names, sorted; what has no `*` in it names itself, whether it is there or not."""
    plain, compiled = [], []
    for pattern in patterns:
        if re.search(r"[*?]", pattern):
            compiled.append(_compile(pattern))
        else:
            plain.append(pattern)
    found = {path for path in paths if any(each.fullmatch(path) for each in compiled)}
    return tuple(sorted({*plain, *found}))


def _compile(pattern: str) -> re.Pattern[str]:
    """`**/` is any number of folders, `*` anything in a name. Runs of stars count once, so that no pattern is slow."""
    parts = re.split(r"((?:\*\*/)+|\*+|\?)", pattern)
    said = "".join(_part(part) for part in parts)
    return re.compile(said)


def _part(part: str) -> str:
    if part.startswith("**/"):
        return "(?:[^/]+/)*"
    if part.startswith("*"):
        return ".*" if len(part) > 1 else "[^/]*"
    return "[^/]" if part == "?" else re.escape(part)
