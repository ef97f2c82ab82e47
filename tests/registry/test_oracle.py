"""The decision beside an oracle that was written from the rules' text: they never disagree.

`scripts/fuzz registry --count 10000` goes on where this stops.
"""

from __future__ import annotations

from random import Random

from scripts.fuzzes.registry import one


def test_decide__agrees_with_the_oracle() -> None:
    assert {one(Random(seed)) for seed in range(2000)} == {"allow", "wait", "human", "refuse"}
