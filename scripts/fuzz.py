"""Random inputs on which osds and its peers must agree: `scripts/fuzz NAME`. Each fuzz is a module of `scripts.fuzzes`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from scripts.fuzzes import csv_cells, github, registry, runner, tables, watch
from scripts.fuzzes.trying import add_common_options

FUZZES = {
    "csv": csv_cells,
    "github": github,
    "registry": registry,
    "runner": runner,
    "tables": tables,
    "watch": watch,
}  # a module has a docstring, `add_options(parser)` and `run(folder, options)`


def main() -> None:
    """Try, print what was tried and every mismatch; the exit code is 1 if there was one."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__)
    names = parser.add_subparsers(dest="name", required=True)
    for name, fuzz in FUZZES.items():
        one = names.add_parser(name, help=(fuzz.__doc__ or "").strip().partition("\n")[0], description=fuzz.__doc__)
        add_common_options(one)
        fuzz.add_options(one)
    options = parser.parse_args()
    mismatches = 0
    with tempfile.TemporaryDirectory(prefix="osds-fuzz-") as folder:
        for line in FUZZES[options.name].run(Path(folder), options):
            mismatches += line.startswith("MISMATCH")
            print(line, flush=True)
    sys.exit(1 if mismatches else 0)


if __name__ == "__main__":
    main()
