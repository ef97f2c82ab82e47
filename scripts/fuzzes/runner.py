"""Hostile text in every place of a dataset, and `osds validate` on it as on a runner: nothing of it is obeyed.

A mismatch is a command, an output, a link, a mention or HTML that the text brought about, or a bug.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from random import Random

from osds.views.formats import FORMATS
from scripts.fuzzes.trying import Mismatch, try_seeds
from tests.actions.attacking import attack, faults
from tests.actions.hostile_places import FRAGMENTS, PLACES


def add_options(_: argparse.ArgumentParser) -> None:
    """Nothing but the options of every fuzz."""


def run(_: Path, options: argparse.Namespace) -> Iterator[str]:
    """The mismatches, and the figures."""
    return try_seeds(try_one, options)


def try_one(random: Random) -> str:
    """One text in one place, seen in one form."""
    place, form = random.choice(sorted(PLACES)), random.choice(sorted(FORMATS))
    text = "".join(random.choice((*FRAGMENTS, chr(random.randrange(0x3000)))) for _ in range(random.randrange(1, 9)))
    for fault in faults(seen := attack(place, text, form)):
        raise Mismatch(f"{place}, {form}, {text!r}: {fault}")
    return f"exit code {seen.code}"
