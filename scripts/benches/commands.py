"""The commands on one budget, beside frictionless and beside DuckDB alone; and how aggregating grows with the rows."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from scripts.benches.budget import FIELDS, write_dataset
from scripts.benches.measuring import FRICTIONLESS, MACHINE, OSDS, PYTHON, measure, median, table

# What the engine alone needs: no exact proof, no files, no labels. Run with the path of the table.
PEER = """
import itertools, sys, duckdb
table = duckdb.connect()
table.execute("CREATE TABLE facts AS SELECT * REPLACE (approved::DECIMAL(18, 2) AS approved, "
              "executed::DECIMAL(18, 2) AS executed) FROM read_csv(?, all_varchar = true)", [sys.argv[1]])
levels = [["ministry_code"], ["function_code", "function_code, subfunction_code"], ["economic_code"], ["project"]]
for size in range(4):
    for chosen in itertools.combinations(levels, size):
        for columns in itertools.product(*chosen):
            by = ", ".join(("year", *columns))
            table.execute(f"CREATE OR REPLACE TABLE cells AS SELECT {by}, sum(approved), sum(executed), count(*) "
                          f"FROM facts GROUP BY {by}")
"""
PEER_NAME = "DuckDB alone"
CURVE = (100_000, 300_000, 1_000_000)  # rows


def add_options(parser: argparse.ArgumentParser) -> None:
    """What this bench may be told."""
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the generated budget (default 100000)")
    parser.add_argument("--runs", type=int, default=5, help="runs of each command (default 5)")
    parser.add_argument(
        "--curve",
        type=int,
        nargs="*",
        metavar="ROWS",
        help="instead: how aggregating grows with the rows (default 100000 300000 1000000)",
    )


def run(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """The lines of the table or of the curve; files are written below `folder`."""
    return _curve(folder, options) if options.curve is not None else _table(folder, options)


def _table(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """All commands on one budget."""
    dataset = write_dataset(folder / "budget", rows=options.rows)
    megabytes = (dataset / "budget.csv").stat().st_size / 1e6
    yield f"{options.rows:,} rows, {len(FIELDS)} columns, {megabytes:.1f} MB; median of {options.runs} runs"
    yield f"{MACHINE}\n"
    measured = measure(_commands(dataset, folder / "aggregates"), runs=options.runs, cwd=dataset)
    yield from table(measured)
    ratio = median(measured["osds aggregate"]) / median(measured[PEER_NAME])
    yield f"\nosds takes {ratio:.1f} times as long as {PEER_NAME} to aggregate, and has validated, proved and written it"
    ratio = median(measured["frictionless validate"]) / median(measured["osds validate"])
    yield f"frictionless takes {ratio:.1f} times as long as osds to validate"


def _curve(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """How `osds aggregate` and the engine alone grow with the table: seconds, and seconds per million rows."""
    yield f"{MACHINE}; median of {options.runs} runs\n"
    yield f"{'rows':>12}{'osds aggregate':>18}{'per million':>14}{PEER_NAME:>18}{'per million':>14}"
    for rows in options.curve or CURVE:
        dataset = write_dataset(folder / str(rows), rows=rows)
        commands = _commands(dataset, folder / f"aggregates-{rows}")
        names = ("osds aggregate", PEER_NAME)
        measured = measure({name: commands[name] for name in names}, runs=options.runs, cwd=dataset)
        ours, theirs = (median(measured[name]) for name in names)
        per_million = 1e6 / rows
        yield f"{rows:>12,}{ours:>18.2f}{ours * per_million:>14.2f}{theirs:>18.2f}{theirs * per_million:>14.2f}"
        (dataset / "budget.csv").unlink()


def _commands(dataset: Path, output: Path) -> dict[str, Sequence[str]]:
    return {
        "python, doing nothing": [*PYTHON, "-c", ""],
        "osds --version": [*OSDS, "--version"],
        "osds --help": [*OSDS, "--help"],
        "frictionless --version": [*FRICTIONLESS, "--version"],
        "osds validate": [*OSDS, "validate", str(dataset)],
        "frictionless validate": [*FRICTIONLESS, "validate", "datapackage.json"],
        "osds aggregate": [*OSDS, "aggregate", str(dataset), "--output", str(output)],
        PEER_NAME: [*PYTHON, "-c", PEER, str(dataset / "budget.csv")],
    }
