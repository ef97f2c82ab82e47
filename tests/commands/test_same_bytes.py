"""The same dataset gives the same bundle, byte by byte, whatever the machine's language, clock, hash seed and threads."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

# The command as it is, with a number of threads for the engine that no setting offers.
COMMAND = """
import sys, osds.aggregates.engine as engine
connect, threads = engine._connect, int(sys.argv.pop(1))
engine._connect = lambda folder, readable, memory, wanted: connect(folder, readable, memory, wanted or threads)
from osds.cli import main
sys.exit(main())
"""
MACHINES = [
    (1, {"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "0"}),
    (7, {"LC_ALL": "tr_TR.UTF-8", "TZ": "America/New_York", "PYTHONHASHSEED": "4711", "PYTHONUTF8": "0"}),
]


def _rows(count: int) -> str:
    """Enough rows for several threads, with labels that compete and amounts of both signs."""
    lines = ["year,code,name,part,amount"]
    lines += [
        f"{2010 + n % 5},{n % 13:02},İsim é {n % 3},Öl-{n % 29},{(n * 7919) % 100_003 / 100 - 300:.2f}"
        for n in range(count)
    ]
    return "\n".join(lines) + "\n"


def _descriptor() -> dict[str, object]:
    fields = {"year": "year", "code": "string", "name": "string", "part": "string", "amount": "number"}
    dimensions = {
        "date": {"dimensionType": "datetime", "attributes": {"year": {"source": "year"}}, "primaryKey": "year"},
        "function": {
            "dimensionType": "classification",
            "attributes": {
                "code": {"source": "code"},
                "name": {"source": "name", "labelfor": "code"},
                "part": {"source": "part", "parent": "code"},
            },
            "primaryKey": ["code", "part"],
        },
    }
    schema = {"fields": [{"name": name, "type": kind} for name, kind in fields.items()]}
    return {
        "resources": [{"name": "budget", "path": "budget.csv", "schema": schema}],
        "model": {"measures": {"amount": {"source": "amount", "currency": "EUR"}}, "dimensions": dimensions},
    }


def test_aggregate__the_same_bytes_on_every_machine(make_dataset: Callable[..., Path], tmp_path: Path) -> None:
    dataset = make_dataset(files={"budget.csv": _rows(125_000)}, **_descriptor())
    bundles = []
    for number, (threads, environ) in enumerate(MACHINES):
        output = tmp_path / f"machine-{number}"
        command = [sys.executable, "-c", COMMAND, str(threads), "aggregate", str(dataset)]
        done = subprocess.run(
            [*command, "--output", str(output), "--formats", "csv,parquet"],
            env={"PATH": os.environ["PATH"], **environ},
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stderr
        bundles.append({path.name: path.read_bytes() for path in sorted(output.iterdir())})
    assert bundles[0] == bundles[1]
    assert {Path(name).suffix for name in bundles[0]} == {".csv", ".json", ".parquet"}
    assert len(bundles[0]) == 9
