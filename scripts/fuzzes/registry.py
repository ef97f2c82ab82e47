"""Requests on a registry: what osds decides, against an oracle that was written from the rules' text alone.

Both say the outcome, every reason, the catalog's text afterwards, and the rows that go into quarantine.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from random import Random

from scripts.fuzzes.trying import Mismatch, try_seeds
from tests.registry.cases import make_case
from tests.registry.comparing import verdict_of
from tests.registry.oracle import judge


def add_options(parser: argparse.ArgumentParser) -> None:
    """Nothing beside the common ones."""


def run(folder: Path, options: argparse.Namespace) -> Iterator[str]:  # noqa: ARG001 (nothing is written)
    """One line for each disagreement, and one with the figures."""
    return try_seeds(one, options)


def one(chance: Random) -> str:
    """The outcome on which both agree."""
    case = make_case(chance)
    ours, theirs = verdict_of(case), judge(case)
    if ours == theirs:
        return ours.outcome
    accepts = "a wrong accept: " if ours.outcome == "allow" else ""
    raise Mismatch(f"{accepts}osds {ours}, the oracle {theirs}, on {case}")
