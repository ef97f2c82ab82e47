"""The watchdog: what judging a whole registry costs, and how many requests and seconds a run takes, first and again."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scripts.benches.measuring import MACHINE


def add_options(parser: argparse.ArgumentParser) -> None:
    """What this bench may be told."""
    parser.add_argument("--judged", type=int, default=10_000, help="datasets that are judged (default 10000)")
    parser.add_argument("--datasets", type=int, default=40, help="datasets on the GitHub of tests (default 40)")


def run(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """The figures."""
    yield f"{MACHINE}\n"
    yield from _judging(options.judged)
    yield from _looking(folder, options.datasets)


def _judging(count: int) -> Iterator[str]:
    """Without GitHub: schedules, due times, troubles, and the text of all statuses."""
    from osds.registry.policy import Policy
    from osds.registry.status import Status, book_of
    from osds.registry.watch import Look, Run, judge
    from osds.workflows.schedule import Line
    from tests.registry.test_watch import HOME, PROMISE

    now, policy = datetime(2026, 1, 31, 12, tzinfo=UTC), Policy()
    zones, looks = ("UTC", "Europe/Berlin", "America/New_York"), []
    for n in range(count):
        line = Line(cron=f"{n % 60} {n % 24} * * {'*' if n % 2 else n % 7}", zone=zones[n % 3])
        runs = (Run(created=now - timedelta(hours=n % 300), conclusion="success"),)
        promise = replace(PROMISE, lines=(line,), runs=runs)
        url = f"https://github.com/owner{n}/budget"
        status = Status(owner=f"owner{n}", name="budget", url=url)
        looks.append((status, Look(repository=replace(HOME, url=url), promises=(promise,))))
    start = time.process_time()
    observed = [judge(status, "", look, now=now, policy=policy) for status, look in looks]
    judged = time.process_time()
    text = book_of(each.status for each in observed).render()
    end = time.process_time()
    troubles = sum(len(each.status.troubles) for each in observed)
    yield f"{count:,} datasets judged in {judged - start:.2f} s of the processor, {troubles:,} troubles"
    yield f"data/status.json with {len(text):,} bytes written in {end - judged:.2f} s"


def _looking(folder: Path, count: int) -> Iterator[str]:
    """A whole run on the double, whose clock passes the pauses between requests; then again, with nothing new."""
    from tests.commands.watching import github_with, look, promise, ran

    names = [f"dataset-{n:04}" for n in range(count)]
    with github_with(folder / "github", *names) as forge:
        for name in names:
            ran(forge, promise(forge, name))
        for told in ("first run", "nothing new"):
            before, start = len(forge.writes()), time.perf_counter()
            done = look(forge, requests=100_000)
            seconds, writes = time.perf_counter() - start, len(forge.writes()) - before
            each = done.requests / count
            yield f"{told}: {done.looked} datasets, {each:.1f} requests each, {seconds:.1f} s, {writes} writes"
