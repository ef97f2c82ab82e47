"""GitHub failing by lot: 5xx, rate limits, silence, cut answers. Each run completes, or stops and can be run again.

Every seed registers a dataset, or merges the request for one, against the double while any request may fail; then again
without faults, and once more. Counted as a mismatch: anything done twice, a request before the time that GitHub asked
to wait, more waiting than one run may, an end other than success or exit code 4 with what to do, a write on unchanged input.
"""

from __future__ import annotations

import argparse
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from osds.commands.registry.facts import FactFinder
from osds.commands.registry.judging import Judge
from osds.commands.registry.merge import merge
from osds.commands.registry.register import register
from osds.commands.registry.registries import Access, open_github
from osds.edges.git.git import Remote
from osds.edges.git.registry import open_remote
from osds.edges.github.forge import GitHubForge
from osds.edges.github.waiting import Patience
from osds.errors import EXIT_OUTSIDE, OsdsError, OutsideError
from osds.progress import Silent
from osds.registry.catalog import Entry
from osds.registry.pull_request import Summary, marker
from osds.registry.registration import GitHubTarget
from osds.registry.template import registry_files
from scripts.fuzzes.trying import Mismatch, try_seeds
from tests.edges.git_backend import git
from tests.forge.people import REGISTRY, inhabit
from tests.forge.plan import Plan
from tests.forge.server import serve
from tests.forge.state import Forge

ENTRY = Entry(url="https://github.com/alice/budget", name="budget", owner="alice")
HASTY = Patience(read=1.5)  # the double is silent for longer, and otherwise far faster
SERVER = "https://github.com"  # as catalogs call it
HOUR = 3600  # seconds
TIME = datetime(2026, 1, 31, 12, tzinfo=UTC)
PAUSES = 30.0  # seconds between requests and for a fork, beside what GitHub asks to wait


@dataclass
class Trial:
    """One GitHub, one way to ask it, and what was seen."""

    forge: Forge
    token: str
    faults: Counter[str] = field(default_factory=Counter)

    def access(self, *, hasty: bool) -> Access:
        """How a run reaches the double."""
        forge, patience = self.forge, HASTY if hasty else Patience()
        return Access(
            token=self.token,
            server_url=forge.url,
            api_url=forge.api_url,
            timer=forge.timer,
            patience=patience,
            pause=0.1,
        )


def add_options(parser: argparse.ArgumentParser) -> None:
    """What this fuzz may be told."""
    parser.add_argument("--faults", type=int, default=12, help="most faults in one run (default 12)")


def run(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """The mismatches, and the figures."""
    faults: Counter[str] = Counter()
    waits = [0.0]

    def one(chance: Random) -> str:
        place = folder / "github"
        shutil.rmtree(place, ignore_errors=True)
        with serve(place) as forge:
            outcome = _try(forge, chance, options.faults, faults)
        waits.append(sum(forge.timer.slept))
        return outcome

    yield from try_seeds(one, options)
    told = ", ".join(f"{name} {number:,}" for name, number in sorted(faults.items()))
    yield f"{faults.total():,} faults: {told}"
    yield f"longest wait of the three runs of a seed: {max(waits):,.0f} s, by the clock that they share with the double"


def _try(forge: Forge, chance: Random, most: int, faults: Counter[str]) -> str:
    act = chance.choice((_register, _register, _merge))
    _prepare(forge, act)
    forge.fork_seconds = chance.choice((0, 3))
    trial = Trial(forge=forge, token=chance.choice(("alice-token", "keeper-token", "app-token")))
    forge.lot = Plan(forge, chance, most=most)
    try:
        outcome = _attempt(trial, act)
    finally:
        faults += forge.lot.drawn
    forge.lot, forge.closed_until = None, 0
    for name in ("again", "once more"):
        forge.timer.skip(HOUR)  # a merger leaves what was entered a moment ago to the one that entered it
        writes = len(forge.writes())
        if _attempt(trial, act, hasty=False) != "completed":
            raise Mismatch(f"{name}, without a fault, it did not complete")
    if forge.writes()[writes:]:
        raise Mismatch(f"unchanged, it wrote {forge.writes()[writes:]}")
    _look(forge, act)
    return outcome


def _attempt(trial: Trial, act: Callable[[Trial, bool], None], *, hasty: bool = True) -> str:
    """How one run ended: completed, or stopped."""
    slept = len(trial.forge.timer.slept)
    try:
        act(trial, hasty)
        ended = "completed"
    except OsdsError as error:
        if error.exit_code != EXIT_OUTSIDE or " again" not in str(error):
            raise Mismatch(f"{type(error).__name__}: {error}") from error
        ended = "stopped"
    except Exception as error:
        raise Mismatch(f"{type(error).__name__}: {error}") from error
    waited = sum(trial.forge.timer.slept[slept:])
    if waited > Patience().waiting + PAUSES:
        raise Mismatch(f"it waited {waited:.0f} s")
    if trial.forge.early:
        raise Mismatch(f"it asked before it might: {trial.forge.early[0].method} {trial.forge.early[0].path}")
    return ended


def _register(trial: Trial, hasty: bool) -> None:
    target = GitHubTarget(owner="os-team", repository="registry", server_url=trial.forge.url)
    done = register(
        ENTRY,
        Summary(title="Budget"),
        target,
        access=trial.access(hasty=hasty),
        clock=lambda: TIME,
        progress=Silent(),
    )
    if done.how not in {"pull request", "unchanged"}:
        raise Mismatch(f"{done.how}: {done.why}")


def _merge(trial: Trial, hasty: bool) -> None:
    access = replace(trial.access(hasty=hasty), token="app-token")
    remote = Remote(url=f"{trial.forge.url}/{REGISTRY}", token="app-token", timer=trial.forge.timer)
    with open_github(access) as github, open_remote(remote, depth=None) as registry:
        forge = GitHubForge(github, REGISTRY, server_url=SERVER)
        finder = FactFinder(forge, local=False)
        judge = Judge(registry=registry, finder=finder, names=(REGISTRY,), server_url=SERVER, forge=forge)
        now = datetime.fromtimestamp(trial.forge.timer.now(), UTC)
        done = merge(judge, forge, clock=lambda: now, progress=Silent(), limit=200, dry_run=False)
    problems = [handled.problem for handled in done.handled if handled.problem]
    if problems:
        raise OutsideError(f"{problems[0]}, to be looked at again")


def _prepare(forge: Forge, act: object) -> None:
    """The registry, where nothing has to wait, and the dataset; for the merger also the request."""
    inhabit(forge)
    files = registry_files(title="Registry", core_organisation="os-data")
    policy = files["osds.yml"].replace(b"waiting-hours: 24", b"waiting-hours: 0")
    forge.add(REGISTRY, files | {"osds.yml": policy}, writers={"keeper"})
    forge.add("alice/budget", {"datapackage.json": b'{"name": "budget"}'})
    if act is _merge:
        _register(Trial(forge=forge, token="alice-token"), False)


def _look(forge: Forge, act: object) -> None:
    """Nothing is there twice, and what should be there is."""
    registry = forge.repositories[REGISTRY]
    (asked,) = registry.conversations.values()
    forks = [repository for repository in forge.repositories.values() if repository.fork_of]
    rows, log = (git(registry.folder, "show", f"main:data/{name}.csv").count("\n") for name in ("catalog", "changes"))
    merged = act is _merge
    if len(forks) > 1 or (rows, log, len(asked.comments)) != (merged, merged, merged):
        raise Mismatch(f"{len(forks)} forks, {rows} rows, {log} events, {len(asked.comments)} comments")
    if asked.state != ("closed" if merged else "open") or marker(ENTRY.id) not in asked.body:
        raise Mismatch(f"the pull request is {asked.state} and says {asked.body[:80]!r}")
