"""Long runs in which things go wrong: `scripts/soak NAME [OPTIONS]`. Each soak is a module of `scripts.soaks`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from scripts.soaks import store

SOAKS = {"store": store}  # a module has a docstring, `add_options(parser)` and `run(folder, options)`


def main() -> None:
    """Run, print what happened; the exit code is 1 if a line begins with WRONG."""
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    names = parser.add_subparsers(dest="name", required=True)
    for name, soak in SOAKS.items():
        about = (soak.__doc__ or "").strip().partition("\n")[0]
        soak.add_options(names.add_parser(name, help=about, description=soak.__doc__))
    options = parser.parse_args()
    wrong = False
    with tempfile.TemporaryDirectory(prefix="osds-soak-") as folder:
        for line in SOAKS[options.name].run(Path(folder), options):
            wrong = wrong or line.startswith("WRONG")
            print(line, flush=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
