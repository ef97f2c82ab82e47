"""News of a registry: feeds, states and pages from its log, all of them and after one more event."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from scripts.benches.measuring import MACHINE, PYTHON, measure

# Everything that `osds registry news` computes, without git and a store: events and datasets as the arguments say.
TELLING = """
import sys, time
from osds.news.documents import Told, documents
from osds.registry.catalog import parse_catalog
from osds.registry.changes import COLUMNS, parse_changes
from osds.registry.policy import Policy
from osds.registry.status import Status, Verdict, book_of
from osds.views.registry_page import page_document

events, datasets = int(sys.argv[1]), int(sys.argv[2])
said = ("added,", "published,version 7", "trouble,invalid: 3 errors", "recovered,silent: no run", "updated,core: x -> y")
def place(n):
    owner, name = f"owner{n % datasets // 7:05}", f"budget-{n % datasets}"
    return f"{owner},{name},https://github.com/{owner}/{name}"
def line(n):
    kind, _, detail = said[n % 5].partition(",")
    return f"{n + 1},2026-01-{n % 28 + 1:02}T12:00:00Z,{kind},{place(n)},osds,{detail}"
log = ",".join(COLUMNS) + "\\n" + "".join(f"{line(n)}\\n" for n in range(events))
rows = (place(n).split(",") for n in range(datasets))
catalog = "url,name,owner,core\\n" + "".join(f"{url},{name},{owner},\\n" for owner, name, url in rows)
book = book_of(
    Status(owner=row.values[2], name=row.values[1], url=row.values[0], verdict=Verdict.VALID, rows=46, version=3)
    for row in parse_catalog(catalog).rows
)

def told(log):
    return Told(catalog=parse_catalog(catalog), policy=Policy(title="Ours"), log=parse_changes(log), book=book)

def render(some):
    return {each.key: len(each.render()) for each in some}

times = [time.process_time()]
registry = told(log)
times.append(time.process_time())
all_of_them = [*documents(registry), page_document(registry)]
times.append(time.process_time())
feeds = [each for each in all_of_them if each.key.startswith("registry/feed")]
render(each for each in feeds if each.key.startswith("registry/feed."))
times.append(time.process_time())
render(feeds)
times.append(time.process_time())
render(all_of_them)
times.append(time.process_time())
known = {each.key: each.source for each in all_of_them}
begin = time.process_time()
after = told(log + line(events) + "\\n")
stale = [each for each in (*documents(after), page_document(after)) if known.get(each.key) != each.source]
render(stale)
again = time.process_time() - begin
steps = [later - earlier for earlier, later in zip(times, times[1:])]
print(len(all_of_them), len(feeds), len(stale), *steps, again)
"""

_STEPS = (
    "read log and catalog",
    "find out what follows from what",
    "render the current feeds, Atom and JSON",
    "render the registry's feeds with archives",
    "render every document",
    "all of it again after one more event",
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """What this bench may be told."""
    parser.add_argument("--events", type=int, default=10_000, help="events in the log (default 10000)")
    parser.add_argument("--datasets", type=int, default=1_000, help="datasets in the catalog (default 1000)")
    parser.add_argument("--runs", type=int, default=5, help="runs (default 5)")


def run(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """The lines of the table."""
    yield f"{MACHINE}\n"
    command = [*PYTHON, "-c", TELLING, str(options.events), str(options.datasets)]
    measured = measure({"news": command}, runs=options.runs, cwd=folder)["news"]
    figures = [[float(text) for text in run.said.split()] for run in measured]
    documents, feeds, stale = (int(count) for count in figures[0][:3])
    yield f"{options.events:,} events, {options.datasets:,} datasets: {documents:,} documents, {feeds} of them pages of the"
    yield f"registry's feeds; one more event changes {stale}"
    yield f"{options.runs} runs; seconds of the processor: fastest, median, slowest"
    for name, column in zip(_STEPS, zip(*(each[3:] for each in figures), strict=True), strict=True):
        ordered = sorted(column)
        yield f"{name:<44}{ordered[0]:>8.3f}{ordered[len(ordered) // 2]:>8.3f}{ordered[-1]:>8.3f}"
    yield f"peak of memory: {max(run.megabytes for run in measured):.0f} MB"
