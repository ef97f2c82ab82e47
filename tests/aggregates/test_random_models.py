"""Random models over random tables: every cell of every cuboid, and every label, against the naive cube.

Two thousand tables in all, many in one dataset, kept apart by their currency: starting the engine takes longer than all
else. What a table holds is chosen to be nasty: codes that are used again below other parents, codes that only differ in
zeros, empty ones, the same row twice, negative amounts, amounts of many digits.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from osds.fiscal.model import Axis, Dimension, Measure
from tests.aggregates.lab import Lab, Outcome, dimension, measure
from tests.aggregates.naive import Cell, Codes, Fact, cells, label, shapes

TABLES = 34  # in each of 60 datasets: 2,040
CODES = st.sampled_from(["", "1", "01", "a", "b,c", 'd"', "é\n", "NULL"])
LABELS = st.sampled_from(["", "Health", "health", "Über, alles", "x"])
AMOUNTS = st.sampled_from(["", "0", "-0.01", "12.5", "-7", "1e3", "-.5", "7.", "12345678901234567890", " 1 ", "+0.001"])
YEARS = st.sampled_from(["2014-01-01", "2014-09-09", "2015-01-01", ""])
FACTORS = st.sampled_from(["1", "1000", "0.01", "-2.5"])


@dataclass(frozen=True, kw_only=True)
class Setup:
    """A model: for each dimension, and for each of its levels, whether it has labels; and what else there is."""

    levels: tuple[tuple[bool, ...], ...]
    factors: tuple[str, ...]  # one per measure
    dated: bool
    spread: bool  # the first measure stands in two columns, one per phase

    @property
    def columns(self) -> list[str]:
        """The columns of the table, in order."""
        names = ["currency", *(["day"] if self.dated else [])]
        for number, levels in enumerate(self.levels):
            for level, named in enumerate(levels):
                names += [f"c{number}{level}", *([f"n{number}{level}"] if named else [])]
        return [*names, *(f"m{number}" for number in range(len(self.factors))), *(["paid"] if self.spread else [])]

    def measures(self) -> list[Measure]:
        """The measures of the model."""
        plain = [measure(f"m{number}", factor=factor) for number, factor in enumerate(self.factors)]
        if self.spread:
            pairs = [("m0", {"phase": "approved"}), ("paid", {"phase": "paid"})]
            plain[0] = measure("m0", *pairs, factor=self.factors[0])
        return plain

    def dimensions(self) -> Iterator[Dimension]:
        """The dimensions of the model, the axes among them."""
        yield dimension("currency", "currency", axis=Axis.CURRENCY)
        for number, levels in enumerate(self.levels):
            written = (
                f"c{number}{level}:n{number}{level}" if named else f"c{number}{level}"
                for level, named in enumerate(levels)
            )
            yield dimension(f"d{number}", *written)
        if self.dated:
            yield dimension("date", "day", axis=Axis.YEAR)
        if self.spread:
            yield dimension("phase", "phase", axis=Axis.PHASE)

    def facts(self, row: dict[str, str]) -> Iterator[Fact]:
        """What one row says, read without osds."""
        sets = [("approved", "m0"), ("paid", "paid")] if self.spread else [("", "m0")]
        for place, (phase, first) in enumerate(sets):
            # The other measures have no phase: they stand beside those columns that state none.
            names = [first, *(f"m{n}" if not self.spread else "" for n in range(1, len(self.factors)))]
            yield self._fact(row, phase if self.spread else None, names)
            if self.spread and place == len(sets) - 1 and len(self.factors) > 1:
                yield self._fact(row, "", ["", *(f"m{n}" for n in range(1, len(self.factors)))])

    def _fact(self, row: dict[str, str], phase: str | None, names: list[str]) -> Fact:
        axes = [row["day"][:4]] if self.dated else []
        axes += [row["currency"], *([] if phase is None else [phase])]
        amounts = [row[name] if name else "" for name in names]
        return Fact(
            axes=tuple(axes),
            codes=tuple(tuple(row[f"c{n}{level}"] for level in range(len(of))) for n, of in enumerate(self.levels)),
            labels=tuple(
                tuple(row.get(f"n{n}{level}", "") for level in range(len(of))) for n, of in enumerate(self.levels)
            ),
            amounts=tuple(
                Decimal(text.strip()) * Decimal(factor) if text else None
                for text, factor in zip(amounts, self.factors, strict=True)
            ),
        )


SETUPS = st.builds(
    Setup,
    levels=st.lists(st.lists(st.booleans(), min_size=1, max_size=3).map(tuple), min_size=1, max_size=3).map(tuple),
    factors=st.lists(FACTORS, min_size=1, max_size=3).map(tuple),
    dated=st.booleans(),
    spread=st.booleans(),
)


@st.composite
def datasets(draw: st.DrawFn) -> tuple[Setup, list[dict[str, str]]]:
    """A model, and the rows of `TABLES` tables."""
    setup = draw(SETUPS)
    of = {"c": CODES, "n": LABELS, "m": AMOUNTS, "p": AMOUNTS, "d": YEARS}
    row = st.tuples(*(of[name[0]] for name in setup.columns[1:]))
    tables = draw(st.lists(st.lists(row, max_size=4), min_size=TABLES, max_size=TABLES))
    repeated = draw(st.integers(1, 2))
    rows = [(f"X{number:02}", *cells) for number, table in enumerate(tables) for cells in table * repeated]
    return setup, [dict(zip(setup.columns, cells, strict=True)) for cells in rows]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(dataset=datasets())
def test_aggregate__a_random_model_equals_a_naive_cube(dataset: tuple[Setup, list[dict[str, str]]]) -> None:
    setup, rows = dataset
    facts = [fact for row in rows for fact in setup.facts(row)]
    depths = [len(levels) for levels in setup.levels]
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(root=Path(folder))
        types = {"day": {"type": "date"}}
        done = lab.run(_csv(setup, rows), setup.measures(), *setup.dimensions(), rows=len(rows), types=types)
        found = {}
        for resource in done.osds_resources():
            shape = tuple((int(name[1:]), len(levels)) for name, levels in resource["osds"]["dimensions"])
            found[shape] = resource["path"]
            assert _read(done, resource["path"], setup, shape) == cells(facts, shape), resource["path"]
            _check_labels(done, resource["path"], setup, shape, facts)
        assert set(found) == set(shapes(facts, depths, len(rows)))


def _csv(setup: Setup, rows: list[dict[str, str]]) -> str:
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row.values()) for row in rows]
    return "\n".join([",".join(setup.columns), *lines]) + "\n"


def _records(done: Outcome, name: str) -> list[dict[str, str]]:
    with (done.folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def _read(done: Outcome, name: str, setup: Setup, shape: tuple[tuple[int, int], ...]) -> list[Cell]:
    keys = [*(["year"] if setup.dated else []), "currency", *(["phase"] if setup.spread else [])]
    keys += [f"d{number}.c{number}{level}" for number, depth in shape for level in range(depth)]
    names = [f"m{number}" for number in range(len(setup.factors))]
    return [
        (
            tuple(record[key] for key in keys),
            tuple(Decimal(record[name]) if record[name] else None for name in names),
            int(record["_count"]),
        )
        for record in _records(done, name)
    ]


def _check_labels(
    done: Outcome, name: str, setup: Setup, shape: tuple[tuple[int, int], ...], facts: list[Fact]
) -> None:
    """Every path carries one label in every file; checked where a dimension stands alone."""
    if len(shape) != 1:
        return
    ((number, depth),) = shape
    known: dict[Codes, str] = {}
    for record in _records(done, name):
        for level in range(depth):
            if setup.levels[number][level]:
                path = tuple(record[f"d{number}.c{number}{above}"] for above in range(level + 1))
                if path not in known:
                    known[path] = label(facts, number, path, 0 if setup.dated else None)
                assert record[f"d{number}.c{number}{level}.label"] == known[path]
