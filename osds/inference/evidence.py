"""What the rows say about two columns: does one name the other, does one lie below the other. Pure, over a sample."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

Rows = Sequence[Sequence[str]]
ENOUGH = 0.9


def determines(rows: Rows, left: int, right: int) -> float:
    """How far the column `left` determines `right`: the share of rows, 0 to 1, with the commonest value for theirs."""
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row[left]:
            seen[row[left]][row[right]] += 1
    total = sum(counts.total() for counts in seen.values())
    return sum(max(counts.values()) for counts in seen.values()) / total if total else 0.0


def names(rows: Rows, code: int, label: int) -> bool:
    """True if `label` is the name of `code`: nearly always one label per code, and not the same one for all."""
    labels = {row[label] for row in rows if row[code]}
    codes = {row[code] for row in rows if row[code]}
    return determines(rows, code, label) >= ENOUGH and bool(labels - {""}) and (len(labels) > 1 or len(codes) == 1)


def extends(rows: Rows, parent: int, child: int) -> bool:
    """True if each code in `child` begins with the code in `parent` and is longer: `01` and `011`."""
    pairs = {(row[parent], row[child]) for row in rows if row[parent] and row[child]}
    return len({p for p, _ in pairs}) > 1 and all(c.startswith(p) and len(c) > len(p) for p, c in pairs)


def nests(rows: Rows, parent: int, child: int) -> bool:
    """True if `child` lies below `parent`: it has one parent nearly always, or most combinations never occur."""
    pairs = {(row[parent], row[child]) for row in rows if row[parent] and row[child]}
    parents, children = {p for p, _ in pairs}, {c for _, c in pairs}
    if len(parents) < 2 or len(pairs) <= len(parents):
        return False
    return determines(rows, child, parent) >= ENOUGH or len(pairs) * 2 < len(parents) * len(children)
