"""GitHub failing by lot: 5xx, rate limits, silence, cut answers. Each run completes, or stops and can be run again.

Every seed registers a dataset, or comments on a request and closes it, against the double while any request may fail; then
again without faults, and once more. Counted as a mismatch: anything done twice, a request before the time that GitHub asked
to wait, more waiting than one run may, an end other than success or exit code 4 with what to do, a write on unchanged input.
"""

from __future__ import annotations

import argparse
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from osds.commands.register import register
from osds.commands.registries import Access, open_github
from osds.edges.github_forge import GitHubForge
from osds.edges.github_waiting import Patience
from osds.errors import EXIT_OUTSIDE, OsdsError
from osds.progress import Silent
from osds.registry.catalog import Entry
from osds.registry.forge import Request, RequestKind
from osds.registry.pull_request import Summary, marker
from osds.registry.registration import GitHubTarget
from osds.registry.template import registry_files
from scripts.fuzzes.trying import Mismatch, try_seeds
from tests.forge.people import REGISTRY, inhabit
from tests.forge.plan import Plan
from tests.forge.server import serve
from tests.forge.state import Forge
from tests.forge.values import Conversation

ENTRY = Entry(url="https://github.com/alice/budget", name="budget", owner="alice")
HASTY = Patience(read=1.5)  # the double is silent for longer, and otherwise far faster
NOTICE = "<!-- osds:notice -->\nListed"
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
    inhabit(forge)
    forge.add(REGISTRY, registry_files(title="Registry", core_organisation="os-data"), writers={"keeper"})
    forge.fork_seconds = chance.choice((0, 3))
    trial = Trial(forge=forge, token=chance.choice(("alice-token", "keeper-token", "app-token")))
    act = chance.choice((_register, _register, _answer))
    forge.lot = Plan(forge, chance, most=most)
    try:
        outcome = _attempt(trial, act)
    finally:
        faults += forge.lot.drawn
    forge.lot, forge.closed_until = None, 0
    for name in ("again", "once more"):
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
        clock=lambda: datetime(2026, 1, 31, 12, tzinfo=UTC),
        progress=Silent(),
    )
    if done.how not in {"pull request", "unchanged"}:
        raise Mismatch(f"{done.how}: {done.why}")


def _answer(trial: Trial, hasty: bool) -> None:
    """What the merger does: one comment, which it finds again, and the request is closed."""
    _issue(trial.forge)
    with open_github(trial.access(hasty=hasty)) as github:
        forge = GitHubForge(github, REGISTRY, server_url="https://github.com")
        request = next(forge.issues("register"), None)
        if request is None:
            return
        comments = forge.conversation(request).comments
        if not comments:
            forge.comment(request.number, NOTICE)
        elif comments[0].body != NOTICE:
            forge.edit_comment(comments[0], NOTICE)
        forge.close(Request(number=1, kind=RequestKind.ISSUE, author=None, url=request.url, created=request.created))


def _issue(forge: Forge) -> None:
    there = forge.repositories[REGISTRY].conversations
    if not there:
        now, alice = forge.time(), forge.accounts["alice"]
        there[1] = Conversation(id=1, number=1, author=alice, title="Add", body="", created=now, updated=now)
        there[1].labels.append("register")


def _look(forge: Forge, act: object) -> None:
    """Nothing is there twice, and what should be there is."""
    found = list(forge.repositories[REGISTRY].conversations.values())
    forks = [repository for repository in forge.repositories.values() if repository.fork_of]
    if len(found) != 1 or len(forks) > 1:
        raise Mismatch(f"{len(found)} requests, {len(forks)} forks")
    if act is _answer and (found[0].state != "closed" or [c.body for c in found[0].comments] != [NOTICE]):
        raise Mismatch(f"{found[0].state} with {len(found[0].comments)} comments")
    if act is _register and (found[0].state != "open" or marker(ENTRY.id) not in found[0].body):
        raise Mismatch(f"the pull request is {found[0].state} and says {found[0].body[:80]!r}")
