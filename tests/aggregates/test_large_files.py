"""A large file of the bundle: one that several threads sort, and that the engine adds up again to prove it."""

from __future__ import annotations

from osds.aggregates.reconcile import MAX_BYTES
from tests.aggregates.lab import Lab, dimension, measure


def test_aggregate__same_bytes_of_a_large_file_whatever_the_threads(lab: Lab) -> None:
    lines = (f"A{n * 7919 % 181:012},B{n * 104_729 % 199:012},{n % 977}.25" for n in range(150_000))
    text = "a,b,amount\n" + "\n".join(lines) + "\n"
    made = []
    for threads in (1, 2, 4):
        done = lab.run(
            text,
            [measure("amount")],
            dimension("a", "a"),
            dimension("b", "b"),
            rows=150_000,
            output=f"threads-{threads}",
            threads=threads,
        )
        made.append(done.files())
    assert made[0] == made[1] == made[2]
    assert len(made[0]["by-a-then-b.csv"]) > MAX_BYTES
    cells = made[0]["by-a-then-b.csv"].splitlines()[1:]
    assert cells == sorted(cells)
