"""A sweep: planning it for a large catalog, from the registry's bytes to the bytes of the plan."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from scripts.benches.measuring import MACHINE, PYTHON, measure

PLAN = """
import sys, time
from osds.registry.catalog import parse_catalog
from osds.registry.policy import Policy
from osds.registry.status import Status, Verdict, book_of, parse_statuses
from osds.registry.sweep_plan import GENERATOR, make_plan, render_plan

rows, settled = int(sys.argv[1]), sys.argv[2] == "settled"
names = [(f"owner{n // 7:06}", f"dataset-{n:06}") for n in range(rows)]
catalog = "url,name,owner,core\\n" + "".join(
    f"https://github.com/{owner}/{name},{name},{owner},\\n" for owner, name in names
)
statuses = book_of(
    Status(
        owner=owner, name=name, url=f"https://github.com/{owner}/{name}", commit=f"{n:040x}", verdict=Verdict.VALID,
        generator=GENERATOR if settled else "osds 0", rows=n, seconds=1 + n * n % 601, version=1,
    )
    for n, (owner, name) in enumerate(names)
).render()

begin = time.process_time()
parsed, book = parse_catalog(catalog), parse_statuses(statuses)
read = time.process_time()
plan = make_plan(parsed, book, Policy(), commit="c" * 40, local=False, server_url="https://github.com")
planned = time.process_time()
text = render_plan(plan)
end = time.process_time()
assert len(plan.datasets) == rows
print(read - begin, planned - read, end - planned, end - begin, len(plan.shards), len(text))
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """What this bench may be told."""
    parser.add_argument("--rows", type=int, default=10_000, help="rows of the catalog (default 10000)")
    parser.add_argument("--runs", type=int, default=5, help="runs (default 5)")


def run(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """Seconds for one plan: where all is settled, and after an update of osds, when everything is looked at anew."""
    yield f"{MACHINE}\n"
    yield f"{options.rows:,} rows, {options.runs} runs; seconds of the processor: fastest, median, slowest"
    for state in ("settled", "anew"):
        command = [*PYTHON, "-c", PLAN, str(options.rows), state]
        measured = measure({state: command}, runs=options.runs, cwd=folder)[state]
        *columns, jobs, size = zip(*([float(text) for text in run.said.split()] for run in measured), strict=True)
        yield f"\n{state}: {jobs[0]:.0f} jobs, a plan of {size[0] / 1e6:.1f} MB"
        for name, column in zip(("read the registry", "plan", "write the plan", "all"), columns, strict=True):
            ordered = sorted(column)
            yield f"{name:<20}{ordered[0]:>8.3f}{ordered[len(ordered) // 2]:>8.3f}{ordered[-1]:>8.3f}"
