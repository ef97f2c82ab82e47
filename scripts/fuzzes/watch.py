"""The watchdog while GitHub fails by lot: nobody is in trouble because GitHub is, and in the end everything is noted once.

Every seed draws what is the matter with six datasets, lets the watchdog look while any request may fail, then again
without faults, and once more. Counted as a mismatch: a trouble that a dataset does not have, one that is missing in the
end, an event told twice, a write on unchanged input, an end other than success or exit code 4 with what to do.
"""

from __future__ import annotations

import argparse
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

from osds.edges.github.waiting import Patience
from osds.errors import EXIT_OUTSIDE, OsdsError
from scripts.fuzzes.trying import Mismatch, try_seeds
from tests.commands.watching import DAY, book, github_with, look, promise, ran, told
from tests.forge.people import REGISTRY
from tests.forge.plan import Plan
from tests.forge.state import Forge

NAMES = ("budget", "parks", "roads", "schools", "water", "woods")
HASTY = Patience(read=1.5)  # the double is silent for longer, and otherwise far faster
# What is the matter with a dataset, and the trouble that a look shows; at most one of six is gone, which is believed.
KINDS = {
    "runs": set[str](),
    "silent": {"silent"},
    "fails": {"failing"},
    "asleep": {"disabled"},
    "by hand": {"disabled"},
    "moved": {"moved"},
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """What this fuzz may be told."""
    parser.add_argument("--faults", type=int, default=12, help="most faults in one run (default 12)")


def run(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """The mismatches, and the figures."""
    faults: Counter[str] = Counter()

    def one(chance: Random) -> str:
        place = folder / "github"
        shutil.rmtree(place, ignore_errors=True)
        with github_with(place, *NAMES, policy="grace-days: 0\n") as forge:
            return try_one(forge, chance, options.faults, faults)

    yield from try_seeds(one, options)
    told_faults = ", ".join(f"{name} {number:,}" for name, number in sorted(faults.items()))
    yield f"{faults.total():,} faults: {told_faults}"


def try_one(forge: Forge, chance: Random, most: int, faults: Counter[str]) -> str:
    """How the run with faults ended."""
    truth = {name: _afflict(forge, name, chance.choice(sorted(KINDS))) for name in NAMES}
    if chance.random() < 0.5:
        gone = chance.choice(NAMES)
        truth[gone] = _lose(forge, gone)
    forge.tokens["app-token"].repositories = frozenset({REGISTRY})
    forge.lot = Plan(forge, chance, most=most)
    try:
        outcome = _attempt(forge)
    finally:
        faults += forge.lot.drawn
    _check(forge, truth, whole=False)
    forge.lot, forge.closed_until = None, 0
    if _attempt(forge) != "completed":
        raise Mismatch("without a fault it did not complete")
    _check(forge, truth, whole=True)
    done = [request for request in forge.requests if request.writes and request.status < 300]
    _attempt(forge)
    if [request for request in forge.requests if request.writes and request.status < 300] != done:
        raise Mismatch("unchanged, it wrote")
    return outcome


def _afflict(forge: Forge, name: str, kind: str) -> set[str]:
    workflow = promise(forge, name)
    ran(
        forge,
        workflow,
        ago=10 * DAY if kind == "silent" else 3600,
        conclusion="failure" if kind == "fails" else "success",
    )
    workflow.state = {"asleep": "disabled_inactivity", "by hand": "disabled_manually"}.get(kind, "active")
    if kind == "moved":
        forge.rename(f"alice/{name}", f"alice/new-{name}")
    return KINDS[kind]


def _lose(forge: Forge, name: str) -> set[str]:
    here = forge.repositories.get(f"alice/{name}") or forge.repositories[f"alice/new-{name}"]
    here.private = True
    return {"gone"}


def _attempt(forge: Forge) -> str:
    try:
        look(forge, patience=HASTY)
    except OsdsError as error:
        if error.exit_code != EXIT_OUTSIDE or not error.next_step:
            raise Mismatch(f"{type(error).__name__}: {error}") from error
        return "stopped"
    except Exception as error:
        raise Mismatch(f"{type(error).__name__}: {error}") from error
    return "completed"


def _check(forge: Forge, truth: dict[str, set[str]], *, whole: bool) -> None:
    """No trouble but the true ones, each told once; with `whole` all of them."""
    known = {name: {str(s.trouble) for s in status.troubles} for (_, name), status in book(forge).statuses.items()}
    for name, troubles in truth.items():
        found = known.get(name, set())
        if not found <= troubles or (whole and found != troubles):
            raise Mismatch(f"{name} has {sorted(found)}, and truly {sorted(troubles)}")
    events = [" ".join(line.split(" ", 3)[:3]) for line in told(forge)]
    if len(set(events)) != len(events) or any(" recovered " in event for event in events):
        raise Mismatch(f"told: {events}")
