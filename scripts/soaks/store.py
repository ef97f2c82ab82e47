"""Publishers that are killed at any moment, and a server that fails: what readers see, and what a second run makes of it.

`kills`: a process publishes, and is killed with SIGKILL before and after each of its calls to the store, then at random
moments; four processes read all the time, every hash compared. `faults`: publications against a server that fails,
cuts off, flips bits and is slow. Every publication that fails is run once more.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from scripts.soaks.faults import soak_faults
from scripts.soaks.kills import soak_kills


def add_options(parser: argparse.ArgumentParser) -> None:
    """What this soak may be told."""
    parser.add_argument("--kills", type=int, default=1000, metavar="N", help="kills at random moments (default 1000)")
    parser.add_argument("--faults", type=int, default=1000, metavar="N", help="faults of the server (default 1000)")
    parser.add_argument("--readers", type=int, default=4, metavar="N", help="processes that read (default 4)")
    parser.add_argument("--seed", type=int, default=2026, help="of all that is random (default 2026)")


def run(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """What happened, in lines."""
    if options.kills:
        yield from soak_kills(folder / "kills", kills=options.kills, readers=options.readers, seed=options.seed)
    if options.faults:
        yield from soak_faults(folder / "faults", faults=options.faults, seed=options.seed)
