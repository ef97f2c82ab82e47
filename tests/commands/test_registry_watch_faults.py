"""A short run of `scripts/fuzz watch`: GitHub fails in every way, and no dataset is in trouble because of it."""

from __future__ import annotations

import argparse
from pathlib import Path

from scripts.fuzzes import watch


def test_watch__while_github_fails(tmp_path: Path) -> None:
    options = argparse.Namespace(count=4, seconds=None, seed=1, faults=12)
    *mismatches, seeds, faults = watch.run(tmp_path, options)
    assert mismatches == [], seeds
    assert int(faults.partition(" ")[0]) >= 10, faults
