"""The bench and the mutator of the registry, on little: that they print what they promise."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

from scripts.mutate import MODULES, mutants

ROOT = Path(__file__).parents[2]


def bench(*arguments: str) -> list[str]:
    command = [sys.executable, "-m", "scripts.bench", "registry", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_bench__one_change() -> None:
    lines = bench("--rows", "500", "--runs", "2")
    assert lines[2] == "500 rows, 2 runs; seconds of the processor: fastest, median, slowest"
    names = [re.fullmatch(r"(.+?) +\d+\.\d{3} +\d+\.\d{3} +\d+\.\d{3}", line) for line in lines[3:8]]
    assert [match[1] for match in names if match] == [
        "read the catalog",
        "judge the request",
        "write the catalog",
        "all",
        "all, by the clock",
    ]
    assert re.fullmatch(r"peak of memory: \d+ MB, with the two versions of the file", lines[8])


def test_bench__a_race() -> None:
    lines = bench("--race", "4", "--mergers", "2")
    assert lines[3:] == [
        "rows 4, lost 0, duplicates 0",
        "most API writes for one registration: 2; most comments: 1",
    ]


def test_mutants__are_small_and_run() -> None:
    body = "    if a is None:\n        return False\n    return a < b and not b == 1\n"
    source = f"def f(a: int | None, b: int) -> bool:\n{body}"
    made = [ast.unparse(ast.fix_missing_locations(tree)) for _, _, tree in mutants(ast.parse(source))]
    assert len(made) == len(set(made)) == 9
    for text in made:
        compile(text, "mutant", "exec")
        assert "int | None" in text, "annotations are left alone"
    for module in MODULES:
        assert (ROOT / "osds/registry" / f"{module}.py").is_file()
