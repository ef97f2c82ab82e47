"""The dimensions of the books, each summed down to its leaves once, for the checks on members and codes.

A `Breakdown` is a table in the engine: axis values `a0…`, codes `k1…` from the root to the leaf, labels `l1…` (empty for
none), sums `s0…` (never NULL) and the number of `facts`.
"""

# ruff: noqa: S608 (all names in the SQL are our own, all texts are literals: see `reading.literal`)

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from osds.aggregates.facts import Hierarchy
from osds.aggregates.lattice import FEW_MEMBERS
from osds.audit.books import Books, leaves_of
from osds.audit.words import quoted
from osds.report import Place

COUNTED = 100_000  # facts up to which members are counted; beyond, whether they are nearly unique is estimated


@dataclass(frozen=True, kw_only=True)
class Breakdown:
    """One dimension, open for questions about its members."""

    books: Books
    hierarchy: Hierarchy
    table: str

    @property
    def depth(self) -> int:
        """How many levels there are."""
        return len(self.hierarchy.codes)

    def name(self, depth: int) -> str:
        """The dimension, and the level if there are several."""
        name, level = self.hierarchy.dimension.name, self.hierarchy.dimension.levels[depth - 1].key.name
        return quoted(name) if self.depth == 1 else f"{quoted(name)} (level {quoted(level)})"

    def place(self, depth: int) -> Place:
        """The column of a level's code."""
        return self.books.at(self.hierarchy.codes[depth - 1])

    def has_labels(self, depth: int) -> bool:
        """True if the level names its codes."""
        return self.hierarchy.labels[depth - 1] is not None


def telling(books: Books) -> tuple[Hierarchy, ...]:
    """The dimensions that group facts: not those that describe single ones, nor those nearly unique."""
    groups = [h for h in books.plan.hierarchies if h.dimension.kind != "fact"]
    if not groups:
        return ()
    facts = sum(cell.facts for cell in books.cells)
    count = "count(DISTINCT hash({}))" if facts <= COUNTED else "approx_count_distinct(hash({}))"
    members = books.engine.row(f"SELECT {', '.join(count.format(leaves_of(h)) for h in groups)} FROM facts_text")
    return tuple(h for h, n in zip(groups, members, strict=True) if n <= FEW_MEMBERS or 2 * n <= facts)


def open_breakdowns(books: Books) -> Iterator[Breakdown]:
    """One after the other; each is forgotten when the next is opened."""
    for hierarchy in telling(books):
        codes = [f"a{position} AS k{level}" for level, position in enumerate(hierarchy.codes, start=1)]
        labels = [
            f"{'NULL' if position is None else f'a{position}'}::VARCHAR AS l{level}"
            for level, position in enumerate(hierarchy.labels, start=1)
        ]
        sums = [f"coalesce(sum(m{n}), 0) AS s{n}" for n in range(len(books.plan.measures))]
        columns = ", ".join([*books.axis_names(), *codes, *labels, *sums])
        books.engine.run(
            f"CREATE OR REPLACE TABLE breakdown AS SELECT {columns}, count(*) AS facts FROM facts_text GROUP BY ALL"
        )
        yield Breakdown(books=books, hierarchy=hierarchy, table="breakdown")
    books.engine.run("DROP TABLE IF EXISTS breakdown")
