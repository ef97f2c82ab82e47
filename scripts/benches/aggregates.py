"""Adding up, beside DuckDB alone and beside pandas; how it grows with rows and with cells; how much memory it takes."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from scripts.benches.measuring import MACHINE, OSDS, PYTHON, Measurement, measure, median, processor, table
from scripts.benches.payments import DIMENSIONS, SUPPLIERS, write_payments

PEERS = Path(__file__).parent / "peers"
CURVE = (100_000, 300_000, 1_000_000, 3_000_000)  # rows
SUMS, WHOLE, BEST, PANDAS = "osds, the sums alone", "osds aggregate", "DuckDB alone, best plan", "pandas"


def add_options(parser: argparse.ArgumentParser) -> None:
    """What this bench may be told."""
    parser.add_argument("--rows", type=int, default=500_000, help="payments (default 500000; 5000000 are 0.8 GB)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each (default 3)")
    parser.add_argument("--memory", default="1GB", help="memory that osds may use before it spills (default 1GB)")
    parser.add_argument(
        "--max-cells", type=int, default=100_000_000, help="of one cuboid; a quarter of the rows at most"
    )
    parser.add_argument("--suppliers", action="store_true", help="two more dimensions, one of 20,000 payees")
    parser.add_argument("--whole", action="store_true", help="also the whole command, which judges the table first")
    parser.add_argument("--alone", action="store_true", help="osds alone: no peer has to fit into memory")
    parser.add_argument(
        "--curve", type=int, nargs="*", metavar="ROWS", help="instead: how it grows with rows and cells"
    )


def run(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """The lines of the table or of the curve; files are written below `folder`."""
    yield f"{MACHINE}; median of {options.runs} runs"
    yield from _curve(folder, options) if options.curve is not None else _table(folder, options)


def _table(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """All of them on one table."""
    dataset = write_payments(folder / "payments", rows=options.rows, suppliers=options.suppliers)
    megabytes = (dataset / "payments.csv").stat().st_size / 1e6
    dimensions = _dimensions(options)
    yield f"{options.rows:,} rows, {megabytes:,.0f} MB, {len(dimensions)} dimensions\n"
    commands = {SUMS: _sums(dataset, options.rows, options)}
    if options.whole:
        commands[WHOLE] = _whole(dataset, options)
    if not options.alone:
        commands[BEST] = _peer("best_plan.py", dataset, dimensions, PYTHON)
        python = _with_pandas(folder)
        if python is None:
            yield "pandas could not be installed, so it is not measured"
        else:
            commands[PANDAS] = _peer("with_pandas.py", dataset, dimensions, (str(python), "-I"))
    measured = measure(commands, runs=options.runs, cwd=folder, warm=not options.alone)
    yield from table(measured)
    yield ""
    for name, measurements in measured.items():
        yield f"{name}: {measurements[0].last_line}"
    peak = max(one.megabytes for one in measured[SUMS])
    yield f"\n{SUMS}: {peak:.0f} MB at its peak, Python itself included, where `memory` is {options.memory}"
    yield from _ratios(measured)


def _ratios(measured: Mapping[str, Sequence[Measurement]]) -> Iterator[str]:
    ours = measured[SUMS]
    if BEST in measured:
        seconds, work = (of(ours) / of(measured[BEST]) for of in (median, processor))
        yield f"\n{SUMS}: {seconds:.2f} times the seconds of {BEST}, {work:.2f} times the processor's time"
    if PANDAS in measured:
        seconds, work = (of(measured[PANDAS]) / of(ours) for of in (median, processor))
        yield f"{PANDAS}: {seconds:.2f} times the seconds of {SUMS}, {work:.2f} times the processor's time"


def _curve(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """How the sums grow: seconds by rows, with cells bounded; then by cells, with rows fixed."""
    yield f"\n{'rows':>12}{'max-cells':>12}{'seconds':>10}{'processor':>11}{'per million rows':>18}{'MB':>8}   what was made"
    for rows in options.curve or CURVE:
        dataset = write_payments(folder / str(rows), rows=rows, suppliers=options.suppliers)
        most = [10_000] if rows != max(options.curve or CURVE) else [10_000, 30_000, 100_000, 300_000, 1_000_000]
        for cells in most:
            command = _sums(dataset, rows, options, cells)
            measured = measure({SUMS: command}, runs=options.runs, cwd=folder)[SUMS]
            work, peak = processor(measured), max(one.megabytes for one in measured)
            figures = f"{median(measured):>10.2f}{work:>11.2f}{work * 1e6 / rows:>18.2f}{peak:>8.0f}"
            yield f"{rows:>12,}{cells:>12,}{figures}   {measured[0].last_line}"
        shutil.rmtree(dataset)


def _dimensions(options: argparse.Namespace) -> tuple[str, ...]:
    return (*DIMENSIONS, *SUPPLIERS) if options.suppliers else DIMENSIONS


def _sums(dataset: Path, rows: int, options: argparse.Namespace, cells: int | None = None) -> Sequence[str]:
    # Not isolated (-I): the script imports osds from this checkout.
    script = str(PEERS / "sums_of_osds.py")
    output = str(dataset.parent / "aggregates")
    return [sys.executable, script, str(dataset), str(rows), output, options.memory, str(cells or options.max_cells)]


def _whole(dataset: Path, options: argparse.Namespace) -> Sequence[str]:
    limits = ["--max-members", "100000", "--max-cells", str(options.max_cells), "--memory", options.memory]
    return [*OSDS, "aggregate", str(dataset), "--output", str(dataset.parent / "whole"), *limits]


def _peer(script: str, dataset: Path, dimensions: Sequence[str], python: Sequence[str]) -> Sequence[str]:
    return [*python, str(PEERS / script), str(dataset / "payments.csv"), *dimensions]


def _with_pandas(folder: Path) -> Path | None:
    """A Python that has pandas, in an environment below `folder`; None where it cannot be installed."""
    environment = folder / "pandas"
    python = environment / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    for command in (
        [sys.executable, "-m", "venv", str(environment)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "pandas"],
    ):
        if subprocess.run(command, capture_output=True, check=False).returncode:
            return None
    return python
