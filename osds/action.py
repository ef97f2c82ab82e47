"""The entry point of `action.yml`: inputs come from the environment, so that none of them is ever part of a command line.

`INPUT_COMMAND` names the command, `INPUT_PATH` the dataset; `settings` reads all other inputs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from osds.cli import run
from osds.errors import EXIT_USAGE

COMMANDS = ("validate", "fetch", "aggregate", "publish", "register")


def act(environ: Mapping[str, str]) -> int:
    """Run the command that the action's inputs ask for, and return its exit code."""
    command = environ.get("INPUT_COMMAND", "")
    if command not in COMMANDS:
        print(f"osds: the input `command` must be one of {', '.join(COMMANDS)}", file=sys.stderr)
        return EXIT_USAGE
    return run([command, "--", environ.get("INPUT_PATH") or "."])


if __name__ == "__main__":
    sys.exit(act(os.environ))
