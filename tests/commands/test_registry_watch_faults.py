"""A short run of `scripts/fuzz watch`: GitHub fails in every way, and no dataset is in trouble because of it."""

from __future__ import annotations

import argparse
from pathlib import Path

from scripts.benches import watch as bench
from scripts.fuzzes import watch


def test_bench__says_that_a_second_run_writes_nothing(tmp_path: Path) -> None:
    *_, judged, _, first, again = bench.run(tmp_path, argparse.Namespace(judged=100, datasets=2))
    assert judged.startswith("100 datasets judged in ")
    assert first.endswith("1 writes")
    assert again.startswith("nothing new: 2 datasets, ")
    assert again.endswith(", 0 writes")


def test_watch__while_github_fails(tmp_path: Path) -> None:
    options = argparse.Namespace(count=2, seconds=None, seed=1, faults=12)
    *mismatches, seeds, faults = watch.run(tmp_path, options)
    assert mismatches == [], seeds
    assert int(faults.partition(" ")[0]) >= 5, faults
