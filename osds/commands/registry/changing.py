"""Writing files into a registry, beside others who do the same: derived from its tip, moved by compare-and-set.

Where somebody else was quicker, all is derived again from what they left. Where nothing follows, nothing is written.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from osds.commands.registry.registries import Clock
from osds.edges.git.objects import OSDS, Author
from osds.edges.git.registry import Registry
from osds.errors import OutsideError

_TRIES = 20

Outcome = TypeVar("Outcome")


@dataclass(frozen=True, kw_only=True)
class Wanted(Generic[Outcome]):
    """What follows from the registry at its tip: files to write (none: all is as it should be), and what to tell."""

    outcome: Outcome
    files: Mapping[str, bytes]
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class Written(Generic[Outcome]):
    """What was written. `commit` is the registry's tip afterwards; `changed` is False if nothing had to be written."""

    commit: str
    changed: bool
    outcome: Outcome


def write(
    registry: Registry, derive: Callable[[], Wanted[Outcome]], *, clock: Clock, dry_run: bool = False
) -> Written[Outcome]:
    """Commit what `derive` makes of the registry at its tip.

    `derive` may be called several times. Raises `OutsideError` if the registry cannot be written, or changes all the time.
    """
    for attempt in range(_TRIES):
        wanted, tip = derive(), registry.tip
        if dry_run or not wanted.files:
            return Written(commit=tip, changed=False, outcome=wanted.outcome)
        commit = registry.commit(wanted.files, wanted.message, Author(identity=OSDS, time=clock()))
        if registry.compare_and_set(registry.branch, commit, tip):
            registry.bring_along(tip)
            return Written(commit=commit, changed=True, outcome=wanted.outcome)
        time.sleep(random.uniform(0, min(2, 0.05 * (attempt + 1))))  # noqa: S311 (so that rivals do not march in step)
        registry.refresh()
    raise OutsideError(f"The registry changed {_TRIES} times while osds wrote to it", next_step="Try again later")
