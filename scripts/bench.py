"""Whole processes of osds and of frictionless, side by side on one generated budget. Run it with `scripts/bench`.

Every figure is the median of several runs, taken in turns so that a busy moment of the machine meets both.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SEED = 2026
FIELDS = {  # name to type
    "year": "year",
    "ministry_code": "string",
    "ministry": "string",
    "function_code": "string",
    "function": "string",
    "subfunction_code": "string",
    "subfunction": "string",
    "economic_code": "string",
    "economic": "string",
    "project": "string",
    "approved": "number",
    "executed": "number",
}
MODEL = {
    "measures": {
        "approved": {"source": "approved", "currency": "EUR", "direction": "expenditure", "phase": "approved"},
        "executed": {"source": "executed", "currency": "EUR", "direction": "expenditure", "phase": "executed"},
    },
    "dimensions": {
        "date": {
            "dimensionType": "datetime",
            "attributes": {"year": {"source": "year"}},
            "primaryKey": "year",
        },
        "administrator": {
            "dimensionType": "entity",
            "attributes": {
                "code": {"source": "ministry_code"},
                "label": {"source": "ministry", "labelfor": "code"},
            },
            "primaryKey": "code",
        },
        "function": {
            "dimensionType": "classification",
            "classificationType": "functional",
            "attributes": {
                "level1": {"source": "function_code"},
                "level1_label": {"source": "function", "labelfor": "level1"},
                "level2": {"source": "subfunction_code", "parent": "level1"},
                "level2_label": {"source": "subfunction", "labelfor": "level2"},
            },
            "primaryKey": ["level1", "level2"],
        },
        "economic": {
            "dimensionType": "classification",
            "classificationType": "economic",
            "attributes": {
                "code": {"source": "economic_code"},
                "label": {"source": "economic", "labelfor": "code"},
            },
            "primaryKey": "code",
        },
        "project": {
            "dimensionType": "project",
            "attributes": {"name": {"source": "project"}},
            "primaryKey": "name",
        },
    },
}


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
MACHINE = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} CPUs"
CURVE = (100_000, 300_000, 1_000_000)  # rows


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One process, from its start to its end."""

    seconds: float
    megabytes: float  # at its peak


def main() -> None:
    """Generate, measure, print the table or the curve."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="osds-bench-") as folder:
        lines = print_curve(Path(folder), options) if options.curve else print_table(Path(folder), options)
        for line in lines:
            print(line, flush=True)


def print_table(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """All commands on one budget."""
    dataset = write_dataset(folder / "budget", rows=options.rows)
    megabytes = (dataset / "budget.csv").stat().st_size / 1e6
    yield f"{options.rows:,} rows, {len(FIELDS)} columns, {megabytes:.1f} MB; median of {options.runs} runs"
    yield f"{MACHINE}\n"
    yield from table(measure(_commands(dataset, folder / "aggregates"), runs=options.runs, cwd=dataset))


def print_curve(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """How `osds aggregate` and the engine alone grow with the table: seconds, and seconds per million rows."""
    yield f"{MACHINE}; median of {options.runs} runs\n"
    yield f"{'rows':>12}{'osds aggregate':>18}{'per million':>14}{PEER_NAME:>18}{'per million':>14}"
    for rows in options.curve:
        dataset = write_dataset(folder / str(rows), rows=rows)
        commands = _commands(dataset, folder / f"aggregates-{rows}")
        names = ("osds aggregate", PEER_NAME)
        measured = measure({name: commands[name] for name in names}, runs=options.runs, cwd=dataset)
        ours, theirs = (_median(measured[name]) for name in names)
        per_million = 1e6 / rows
        yield f"{rows:>12,}{ours:>18.2f}{ours * per_million:>14.2f}{theirs:>18.2f}{theirs * per_million:>14.2f}"
        (dataset / "budget.csv").unlink()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the generated budget (default 100000)")
    parser.add_argument("--runs", type=int, default=5, help="runs of each command (default 5)")
    parser.add_argument(
        "--curve",
        type=int,
        nargs="*",
        metavar="ROWS",
        help="instead: how aggregating grows with the rows (default 100000 300000 1000000)",
    )
    options = parser.parse_args()
    if options.curve == []:
        options.curve = CURVE
    return options


def write_dataset(folder: Path, *, rows: int) -> Path:
    """Write a valid budget of `rows` rows below `folder`, the same one every time, and return the folder."""
    folder.mkdir(parents=True)
    with (folder / "budget.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FIELDS)
        writer.writerows(_rows(rows))
    schema = {"fields": [{"name": name, "type": kind} for name, kind in FIELDS.items()]}
    resource_ = {"name": "budget", "path": "budget.csv", "schema": schema}
    descriptor = {"name": "bench", "title": "A generated budget", "resources": [resource_], "model": MODEL}
    (folder / "datapackage.json").write_text(json.dumps(descriptor, indent=2), encoding="utf-8")
    return folder


def _rows(count: int) -> Iterator[tuple[str, ...]]:
    chance = random.Random(SEED)  # the same budget every time
    for number in range(count):
        ministry, function, part, kind = (chance.randrange(n) for n in (24, 10, 9, 40))
        approved = chance.randrange(-50_000, 90_000_000)
        yield (
            str(2015 + number % 10),
            f"M{ministry:02}",
            f"Ministry of Subject {ministry}",
            f"{function:02}",
            f"Function {function}",
            f"{function:02}{part}",
            f"Subfunction {function}.{part}",
            f"{100 + kind}",
            f"Economic item {kind}",
            f"Project {chance.randrange(400)}",
            f"{approved / 100:.2f}",
            f"{approved * chance.randrange(70, 105) / 10_000:.2f}",
        )


def _commands(dataset: Path, output: Path) -> dict[str, Sequence[str]]:
    isolated = [sys.executable, "-I"]
    osds, frictionless = [*isolated, "-m", "osds"], [*isolated, "-m", "frictionless"]
    return {
        "python, doing nothing": [*isolated, "-c", ""],
        "osds --version": [*osds, "--version"],
        "osds --help": [*osds, "--help"],
        "frictionless --version": [*frictionless, "--version"],
        "osds validate": [*osds, "validate", str(dataset)],
        "frictionless validate": [*frictionless, "validate", "datapackage.json"],
        "osds aggregate": [*osds, "aggregate", str(dataset), "--output", str(output)],
        PEER_NAME: [*isolated, "-c", PEER, str(dataset / "budget.csv")],
    }


def measure(commands: Mapping[str, Sequence[str]], *, runs: int, cwd: Path) -> dict[str, list[Measurement]]:
    """Run every command once to warm the caches of the machine, then `runs` times, in turns.

    Raises `SystemExit` with the command's own words when one fails: a figure for a failure says nothing.
    """
    measured: dict[str, list[Measurement]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            measurement = _run(command, cwd)
            if turn > 0:
                measured[name].append(measurement)
    return measured


def _run(command: Sequence[str], cwd: Path) -> Measurement:
    # On a runner osds would write annotations and a summary, which is not what is measured here.
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "OSDS_", "INPUT_"))}
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=cwd, env=environ, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            output.seek(0)
            said = output.read().decode(errors="replace")
            raise SystemExit(f"{' '.join(command)}\nended with {process.returncode}:\n{said}")
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is bytes there and KiB elsewhere
    return Measurement(seconds=seconds, megabytes=usage.ru_maxrss * unit / 1e6)


def table(measured: Mapping[str, Sequence[Measurement]]) -> Iterator[str]:
    """The lines of the table: medians, the spread of the seconds, and the peak of memory."""
    yield f"{'command':<24}{'seconds':>10}{'from':>10}{'to':>10}{'peak MB':>10}"
    for name, measurements in measured.items():
        seconds = [m.seconds for m in measurements]
        median, low, high = statistics.median(seconds), min(seconds), max(seconds)
        peak = statistics.median(m.megabytes for m in measurements)
        yield f"{name:<24}{median:>10.3f}{low:>10.3f}{high:>10.3f}{peak:>10.0f}"
    ratio = _median(measured["osds aggregate"]) / _median(measured[PEER_NAME])
    yield f"\nosds takes {ratio:.1f} times as long as {PEER_NAME} to aggregate, and has validated, proved and written it"
    ratio = _median(measured["frictionless validate"]) / _median(measured["osds validate"])
    yield f"frictionless takes {ratio:.1f} times as long as osds to validate"


def _median(measurements: Sequence[Measurement]) -> float:
    return statistics.median(m.seconds for m in measurements)


if __name__ == "__main__":
    main()
