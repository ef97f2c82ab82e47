"""Measures, as tables: `scripts/bench [NAME] [OPTIONS]`. Each bench is a module of `scripts.benches`."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from scripts.benches import aggregates, commands, lfs, news, registry, startup, store, sweep, validation, watch

BENCHES = {
    "aggregate": aggregates,
    "commands": commands,
    "lfs": lfs,
    "news": news,
    "registry": registry,
    "startup": startup,
    "store": store,
    "sweep": sweep,
    "validate": validation,
    "watch": watch,
}  # a module has a docstring, `add_options(parser)` and `run(folder, options)`


def main() -> None:
    """Generate, measure, print."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    names = parser.add_subparsers(dest="name", required=True)
    for name, bench in BENCHES.items():
        bench.add_options(names.add_parser(name, help=(bench.__doc__ or "").strip(), description=bench.__doc__))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="osds-bench-") as folder:
        for line in BENCHES[options.name].run(Path(folder), options):
            print(line, flush=True)


if __name__ == "__main__":
    main()
