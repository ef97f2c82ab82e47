"""The registry: one change in a large catalog, and many registrations while several mergers race."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from scripts.benches.measuring import MACHINE, PYTHON, measure

# One request on a catalog of as many rows as the first argument says, from the bytes to the bytes.
ONE_CHANGE = """
import sys, time
from datetime import UTC, datetime
from osds.registry.asking import read_ask
from osds.registry.catalog import parse_catalog
from osds.registry.dataset_facts import DatasetFacts, Sight
from osds.registry.decision import Case, decide
from osds.registry.forge import DatasetRepository, Person
from osds.registry.policy import Policy
from osds.registry.rules import Ground

rows = int(sys.argv[1])
base = "url,name,owner,core,repository_id,owner_id,status\\n" + "".join(
    f"https://github.com/owner{n // 7:06}/dataset-{n:06},dataset-{n:06},owner{n // 7:06},,{n + 1000},{n // 7 + 5},\\n"
    for n in range(rows)
)
base = base.encode()
head = base + b"https://github.com/ministry/budget,budget,ministry,,,,\\n"
author = Person(id=7_000_000, login="ministry")
url = "https://github.com/ministry/budget"
repository = DatasetRepository(
    id=8_000_000, url=url, clone_url=url, full_name="ministry/budget", owner=author, public=True
)
facts = {url: DatasetFacts(sight=Sight.SEEN, name="budget", repository=repository)}
now = datetime.now(UTC)

begin, start = time.perf_counter(), time.process_time()
tip = parse_catalog(base.decode())
parsed = time.process_time()
ask = read_ask(tip, head)
ground = Ground(
    tip=tip, policy=Policy(waiting_hours=0), author=author, registry=("a/b",), server_url="https://github.com"
)
decision = decide(Case(ground=ground, changes=ask.changes, facts=facts, form=ask.reasons, now=now, since=now))
decided = time.process_time()
text = decision.catalog.render().encode()
end, over = time.process_time(), time.perf_counter()
assert len(text) == len(base) + len("https://github.com/ministry/budget,budget,ministry,,8000000,7000000,\\n"), len(text)
print(parsed - start, decided - parsed, end - decided, end - start, over - begin)
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """What this bench may be told."""
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the catalog (default 100000)")
    parser.add_argument("--runs", type=int, default=5, help="runs (default 5)")
    parser.add_argument("--race", type=int, metavar="NUMBER", help="instead: so many registrations at once")
    parser.add_argument("--mergers", type=int, default=4, help="mergers that race (default 4)")


def run(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """The lines of the table, or what came out of the race; files are written below `folder`."""
    yield f"{MACHINE}\n"
    yield from _race(folder, options) if options.race else _one_change(folder, options)


def _one_change(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """Seconds and megabytes for one request on a large catalog."""
    command = [*PYTHON, "-c", ONE_CHANGE, str(options.rows)]
    measured = measure({"one change": command}, runs=options.runs, cwd=folder)["one change"]
    yield f"{options.rows:,} rows, {options.runs} runs; seconds of the processor: fastest, median, slowest"
    columns = list(zip(*([float(text) for text in run.said.split()] for run in measured), strict=True))
    steps = ("read the catalog", "judge the request", "write the catalog", "all", "all, by the clock")
    for name, column in zip(steps, columns, strict=True):
        ordered = sorted(column)
        yield f"{name:<20}{ordered[0]:>8.3f}{ordered[len(ordered) // 2]:>8.3f}{ordered[-1]:>8.3f}"
    yield f"peak of memory: {max(run.megabytes for run in measured):.0f} MB, with the two versions of the file"


def _race(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """Registrations at random moments, mergers in threads of their own, git in processes of its own."""
    from tests.registry.merging import Town
    from tests.registry.racing import race

    done = race(Town(root=folder), registrations=options.race, mergers=options.mergers, seed=1)
    yield f"{options.race} registrations, {options.mergers} mergers, {done.runs} runs, {done.seconds:.0f} seconds"
    yield f"rows {done.rows}, lost {done.lost}, duplicates {done.duplicates}"
    yield f"most API writes for one registration: {done.writes}; most comments: {done.comments}"
