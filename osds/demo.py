"""The whole of osds on one dataset, with nothing but a folder: `python -m osds.demo [DATASET] [FOLDER]`.

It runs the commands that a person would type, one after the other, into a local store and a local registry below FOLDER
(default `osds-demo`). The second run finds everything done already.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path

from osds.cli import run
from osds.errors import EXIT_OK, EXIT_USAGE

OWNER = "demo"


def demo(dataset: Path, folder: Path, owner: str) -> int:
    """Validate, aggregate, publish and register `dataset`; returns the exit code of the first step that fails."""
    aggregates, store, registry = (folder / name for name in ("aggregates", "store", "registry"))
    steps = (
        ("Validate: is the data right?", ["validate", dataset]),
        ("Aggregate: what does it add up to?", ["aggregate", dataset, "--output", aggregates]),
        ("Publish: a new version, if anything changed", ["publish", dataset, "--store", store, "--owner", owner]),
        ("A registry to enter", ["registry", "init", registry]),
        ("Register: one row, one commit", ["register", dataset, "--registry", registry, "--owner", owner]),
    )
    for title, arguments in steps:
        code = _step(title, [str(argument) for argument in arguments])
        if code != EXIT_OK:
            return code
    print(f"\n{_where_to_look(aggregates, store, registry)}")
    return EXIT_OK


def _step(title: str, arguments: list[str]) -> int:
    print(f"\n# {title}\n$ osds {shlex.join(arguments)}", flush=True)
    return run(arguments)


def _where_to_look(aggregates: Path, store: Path, registry: Path) -> str:
    versions = sorted(store.glob("datasets/*/*/datapackage.json"))
    lines = [
        "# Where to look",
        f"the sums               {aggregates}",
        *(f"what readers fetch     {version}" for version in versions),
        f"the registry's rows    {registry / 'data' / 'catalog.csv'}",
        f"the registry's events  {registry / 'data' / 'changes.csv'}  (git -C {registry} log)",
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """The demo on the dataset named, or on the example that comes with osds."""
    if len(arguments) > 2 or any(argument.startswith("-") for argument in arguments):
        print("usage: demo [DATASET] [FOLDER]    (FOLDER is where the results go, default osds-demo)", file=sys.stderr)
        return EXIT_USAGE
    folder = Path(arguments[1] if len(arguments) > 1 else "osds-demo")
    if arguments and arguments[0]:
        return demo(Path(arguments[0]), folder, OWNER)
    with as_file(files("osds").joinpath("example")) as example:
        return demo(example, folder, OWNER)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
