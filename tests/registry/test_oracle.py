"""The decision beside an oracle that was written from the rules' text: they never disagree.

`scripts/fuzz registry` goes on where this stops.
"""

from __future__ import annotations

from random import Random

from tests.registry.comparing import compare


def test_decide__agrees_with_the_oracle() -> None:
    outcomes = {compare(Random(seed)) for seed in range(2000)}
    assert outcomes == {"allow", "wait", "human", "refuse"}
