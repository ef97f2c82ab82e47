"""Trying one seed after the other, and telling what came out."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random

MAX_TOLD = 20  # mismatches that are printed; all are counted


class Mismatch(Exception):  # noqa: N818 (what a fuzz looks for is no error)
    """Two that must agree do not; the text says on what."""


def add_common_options(parser: argparse.ArgumentParser) -> None:
    """The options of every fuzz."""
    parser.add_argument("--seconds", type=float, default=None, help="stop after this long (default: after --count)")
    parser.add_argument("--count", type=int, default=None, help="stop after this many seeds (default 1000)")
    parser.add_argument("--seed", type=int, default=1, help="the first seed (default 1)")


def try_seeds(one: Callable[[Random], str], options: argparse.Namespace) -> Iterator[str]:
    """Call `one` with a generator for each seed; it names the kind of outcome, or raises `Mismatch`.

    Yields a line `MISMATCH seed N: …` for each of the first 20, then one with the figures.
    """
    count = options.count or (None if options.seconds else 1000)
    outcomes: Counter[str] = Counter()
    started = time.monotonic()
    seed = options.seed
    while count is None or seed - options.seed < count:
        if options.seconds and time.monotonic() - started >= options.seconds:
            break
        try:
            outcomes[one(Random(seed))] += 1
        except Mismatch as mismatch:
            outcomes["MISMATCH"] += 1
            if outcomes["MISMATCH"] <= MAX_TOLD:
                yield f"MISMATCH seed {seed}: {mismatch}"
        seed += 1
    told = ", ".join(f"{name} {number:,}" for name, number in sorted(outcomes.items()))
    yield f"{seed - options.seed:,} seeds from {options.seed} in {time.monotonic() - started:.0f} s: {told}"
