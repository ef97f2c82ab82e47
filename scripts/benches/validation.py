"""Validating tables beside frictionless, and beside DuckDB counting their rows: whole processes, in turns."""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from scripts.benches.measuring import FRICTIONLESS, MACHINE, OSDS, PYTHON, Measurement, measure, median
from scripts.benches.spending import write_spending

COUNT = """
import sys, duckdb
duckdb.connect().execute(
    "SELECT count(*) FROM read_csv(?, all_varchar = true, header = true, delim = ',', quote = '\\"', escape = '\\"')",
    [sys.argv[1]]).fetchone()
"""
WORK = ("clean", "keyed", "10 bad rows", "1 % bad rows", "CRLF", "BOM", "semicolons", "gz")


def add_options(parser: argparse.ArgumentParser) -> None:
    """What this bench may be told."""
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the generated spending (default 1000000)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each command (default 3)")
    parser.add_argument("--work", nargs="*", choices=WORK, default=WORK, help="only these kinds of files")
    parser.add_argument("--alone", action="store_true", help="leave frictionless out, which takes most of the time")


def run(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """The lines of the table; files are written below `folder`, one kind after the other."""
    yield f"{options.rows:,} rows of spending, 12 columns; median of {options.runs} runs, after one to warm up"
    yield f"{MACHINE}\n"
    yield f"{'':<16}{'osds s':>8}{'from':>8}{'to':>8}{'MB':>6}{'frictionless s':>16}{'MB':>6}{'factor':>9}{'count(*) s':>12}"
    for work in options.work:
        dataset = _dataset(folder, work, options.rows)
        measured = measure(_commands(dataset, options), runs=options.runs, cwd=dataset, codes=(0, 1))
        yield _line(work, measured)
        shutil.rmtree(dataset)


def _dataset(folder: Path, work: str, rows: int) -> Path:
    place = folder / "spending"
    match work:
        case "keyed":
            return write_spending(place, rows=rows, keyed=True)
        case "10 bad rows":
            return write_spending(place, rows=rows, damaged=10)
        case "1 % bad rows":
            return write_spending(place, rows=rows, damaged=rows // 100)
        case "CRLF":
            return write_spending(place, rows=rows, line_end="\r\n")
        case "BOM":
            return write_spending(place, rows=rows, bom=True)
        case "semicolons":
            return write_spending(place, rows=rows, delimiter=";")
        case "gz":
            return _pack(write_spending(place, rows=rows))
    return write_spending(place, rows=rows)


def _pack(dataset: Path) -> Path:
    with (dataset / "spending.csv").open("rb") as file, gzip.open(dataset / "spending.csv.gz", "wb", 6) as packed:
        shutil.copyfileobj(file, packed, 1 << 20)
    (dataset / "spending.csv").unlink()
    descriptor = json.loads((dataset / "datapackage.json").read_text("utf-8"))
    descriptor["resources"][0]["path"] = "spending.csv.gz"
    (dataset / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    return dataset


def _commands(dataset: Path, options: argparse.Namespace) -> dict[str, Sequence[str]]:
    limit = str(10 * options.rows)
    commands: dict[str, Sequence[str]] = {"osds": [*OSDS, "validate", str(dataset), "--json", "--limit-errors", limit]}
    if not options.alone:
        commands["frictionless"] = [*FRICTIONLESS, "validate", "datapackage.json", "--json", "--limit-errors", limit]
    if (dataset / "spending.csv").exists():
        commands["count"] = [*PYTHON, "-c", COUNT, str(dataset / "spending.csv")]
    return commands


def _line(work: str, measured: Mapping[str, Sequence[Measurement]]) -> str:
    ours = measured["osds"]
    seconds = [m.seconds for m in ours]
    line = f"{work:<16}{median(ours):>8.2f}{min(seconds):>8.2f}{max(seconds):>8.2f}{_peak(ours):>6.0f}"
    theirs = measured.get("frictionless")
    line += (
        f"{median(theirs):>16.2f}{_peak(theirs):>6.0f}{median(theirs) / median(ours):>9.1f}" if theirs else f"{'':>31}"
    )
    return line + (f"{median(measured['count']):>12.2f}" if "count" in measured else "")


def _peak(measurements: Sequence[Measurement]) -> float:
    return max(m.megabytes for m in measurements)
