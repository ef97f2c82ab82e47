"""The same dataset gives the same bytes: in another locale, time zone and place, with another order of hashes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

from osds.aggregates.reconcile import MAX_BYTES
from tests.aggregates.lab import Lab, dimension, measure

ELSEWHERE = (
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8"},
    {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
)


def test_aggregate__same_bytes_elsewhere(tmp_path: Path) -> None:
    made = []
    for number, environ in enumerate(ELSEWHERE):
        folder = tmp_path / f"place {number}"
        shutil.copytree(str(files("osds") / "example"), folder)
        command = [sys.executable, "-m", "osds", "aggregate", str(folder), "--output", str(folder / "sums")]
        subprocess.run(command, cwd=folder, env={**os.environ, **environ}, check=True, capture_output=True)
        made.append({path.name: path.read_bytes() for path in sorted((folder / "sums").iterdir())})
    assert made[0] == made[1]
    assert len(made[0]) > 10


def test_aggregate__same_bytes_of_a_large_file_whatever_the_threads(lab: Lab) -> None:
    """One that several threads sort, and that the engine adds up again to prove it."""
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
    lines_ = made[0]["by-a-then-b.csv"].splitlines()[1:]
    assert lines_ == sorted(lines_)
