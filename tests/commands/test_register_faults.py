"""GitHub failing by lot, a short run of `scripts/fuzz github`: whatever fails, nothing is done twice."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from scripts.fuzzes import github


@pytest.mark.parametrize("seed", [1, 4])
def test_faults__each_run_completes_or_stops_and_goes_on(tmp_path: Path, seed: int) -> None:
    options = argparse.Namespace(seed=seed, count=3, seconds=None, faults=12)
    told = list(github.run(tmp_path, options))
    assert not [line for line in told if line.startswith("MISMATCH")]
    assert int(told[-2].split(" faults")[0]) > 0, "a run without a fault tells nothing"
