"""Every cuboid of small random tables against a cube in plain Python that knows nothing of the engine."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations, product
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from osds.fiscal.model import Axis, Dimension
from tests.aggregates.lab import Lab, dimension, measure

CODES = st.sampled_from(["", "1", "01", "a", "b,c", 'd"', "é\n", "NULL"])
AMOUNTS = st.one_of(
    st.just(""),
    st.decimals(min_value=-1000, max_value=1000, places=2, allow_nan=False).map(str),
    st.sampled_from(["1e3", "-.5", "7.", "12345678901234567890", " 1 ", "+0.001"]),
)
ROWS = st.lists(st.tuples(st.sampled_from(["2014", "2015", ""]), CODES, CODES, CODES, AMOUNTS, AMOUNTS), max_size=9)
FACTORS = st.sampled_from(["1", "1000", "0.01", "-2.5"])

Cell = tuple[str, ...]
Named = tuple[str, tuple[int, ...]]  # part of a file name, columns of its codes


@settings(max_examples=40, deadline=None)
@given(tables=st.lists(ROWS, min_size=5, max_size=5), factor=FACTORS)
def test_aggregate__equals_a_naive_cube(tables: list[list[Cell]], factor: str) -> None:
    """Five tables at a time, kept apart by their currency: starting the engine takes longer than all else."""
    rows = [(row[0], f"X{number}", *row[1:]) for number, table in enumerate(tables) for row in table]
    with tempfile.TemporaryDirectory() as folder:
        done = Lab(root=Path(folder)).run(
            _csv(rows),
            [measure("m", factor=factor), measure("n", ("n", {}))],
            dimension("date", "y", axis=Axis.YEAR),
            dimension("h", "a", "b"),
            dimension("currency", "t", axis=Axis.CURRENCY),
            dimension("d", "c"),
            rows=len(rows),
        )
        for name, columns in _cuboids(rows):
            assert _read(done.folder / name) == _naive(rows, columns, Decimal(factor)), name
        assert len(done.cuboids()) == len(list(_cuboids(rows)))


YEARS = st.sampled_from(["2014", "2015", ""])
KEYS = st.sampled_from(["", "1", "01", "+2", "2.0", "3"])  # numbers, and there is no 3 to be found
PARTS = st.sampled_from(["", "x", "X", "missing"])
FOUND = st.dictionaries(st.tuples(st.sampled_from(["", "1", "02"]), st.sampled_from(["", "x", "X"])), CODES)
PLANNED = st.lists(st.tuples(YEARS, KEYS, PARTS, CODES, CODES, AMOUNTS), max_size=6)
SPENT = st.lists(st.tuples(AMOUNTS, CODES, PARTS, KEYS, YEARS), max_size=6)
BOTH = st.tuples(PLANNED, SPENT)


@settings(max_examples=25, deadline=None)
@given(tables=st.lists(BOTH, min_size=4, max_size=4), found=FOUND, factor=FACTORS)
def test_aggregate__several_tables_equal_a_naive_cube(
    tables: list[tuple[list[Cell], list[Cell]]], found: dict[Cell, str], factor: str
) -> None:
    """Two tables with money, which look up `a` by two columns; both have `b`, but only the first has `c`."""
    planned = [(f"X{number}", *row) for number, (rows, _) in enumerate(tables) for row in rows]
    spent = [(f"X{number}", *row) for number, (_, rows) in enumerate(tables) for row in rows]
    looked_up = {_key(*key): value for key, value in found.items()}
    rows: list[Cell] = [(y, t, _found(looked_up, k, p), b, c, m, "") for t, y, k, p, b, c, m in planned]
    rows += [(y, t, _found(looked_up, k, p), b, "", "", n) for t, n, b, p, k, y in spent]
    texts = {
        "plan": _csv(planned, "t,y,k,p,b,c,m"),
        "real": _csv(spent, "t,n,b,p,k,y"),
        "codes": _csv([(value, *key) for key, value in found.items()], "a,i,j"),
    }
    number = {"type": "number"}
    with tempfile.TemporaryDirectory() as folder:
        done = Lab(root=Path(folder)).run_tables(
            texts,
            [measure("m", factor=factor, resource="plan"), measure("n", resource="real")],
            dimension("date", "y", axis=Axis.YEAR, resource="plan"),
            _hierarchy(),
            dimension("currency", "t", axis=Axis.CURRENCY, resource="real"),
            dimension("d", "c", resource="plan"),
            keys={name: [("k+p", "codes", "i+j")] for name in ("plan", "real")},
            types={"plan": {"k": number}, "real": {"k": {"type": "integer"}}, "codes": {"i": number}},
        )
        for name, columns in _cuboids(rows):
            assert _read(done.folder / name) == _naive(rows, columns, Decimal(factor)), name
        assert len(done.cuboids()) == len(list(_cuboids(rows)))


def _hierarchy() -> Dimension:
    """The levels `a`, which is looked up, and `b`, which stands with the money."""
    root, leaf = dimension("h", "a", resource="codes"), dimension("h", "b", resource="plan")
    return replace(root, levels=(*root.levels, *leaf.levels))


Key = tuple[Decimal | None, str | None]


def _key(number: str, part: str) -> Key:
    """A key as both sides mean it."""
    return Decimal(number) if number else None, part or None


def _found(looked_up: dict[Key, str], number: str, part: str) -> str:
    """What a key finds; one that is empty altogether finds nothing."""
    return looked_up.get(_key(number, part), "") if number or part else ""


def _csv(rows: Sequence[Cell], header: str = "y,t,a,b,c,m,n") -> str:
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    return "\n".join([header, *lines]) + "\n"


def _cuboids(rows: list[Cell]) -> Iterator[Named]:
    """The names of the files that must be there, and the columns of their codes."""
    levels: list[list[Named]] = [[("h-a", (2,)), ("h-b", (2, 3))], [("d", (4,))]]
    usable = [[one for one in depths if len({_pick(row, one[1]) for row in rows}) > 1] for depths in levels]
    yield "apex.csv", ()
    for size in (1, 2):
        for chosen in combinations(usable, size):
            for parts in product(*chosen):
                name = "-then-".join(part for part, _ in parts)
                yield f"by-{name}.csv", tuple(column for _, columns in parts for column in columns)


def _pick(row: Cell, columns: tuple[int, ...]) -> Cell:
    return tuple(row[column] for column in columns)


def _naive(rows: list[Cell], columns: tuple[int, ...], factor: Decimal) -> list[tuple[Cell, list[Decimal | None], int]]:
    """Keys, sums and counts in the order of the output."""
    keys = sorted({_pick(row, (0, 1, *columns)) for row in rows}, key=lambda key: [(c == "", c.encode()) for c in key])
    cells = []
    for key in keys:
        members = [row for row in rows if _pick(row, (0, 1, *columns)) == key]
        cells.append((key, [_sum(members, 5, factor), _sum(members, 6, Decimal(1))], len(members)))
    return cells


def _sum(rows: list[Cell], column: int, factor: Decimal) -> Decimal | None:
    amounts = [Decimal(row[column].strip()) * factor for row in rows if row[column]]
    return sum(amounts, Decimal(0)) if amounts else None


def _read(path: Path) -> list[tuple[Cell, list[Decimal | None], int]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        next(reader)
        return [
            (tuple(cells[:-3]), [Decimal(amount) if amount else None for amount in cells[-3:-1]], int(cells[-1]))
            for cells in reader
        ]
