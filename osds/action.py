"""The entry point of `action.yml`: inputs come from the environment, so that none of them is ever part of a command line.

`INPUT_COMMAND` names the command, `INPUT_PATH` the dataset; `settings` reads all other inputs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from osds.cli import give_up, run
from osds.edges.terminal import speak_plainly
from osds.errors import OsdsError, UsageError
from osds.inputs import check_inputs
from osds.settings import OPTIONS

COMMANDS = ("validate", "fetch", "aggregate", "publish", "register")  # each is run on the dataset at `path`
DEFAULT = "validate"
SETTINGS = tuple(option for option in OPTIONS if set(option.commands) & set(COMMANDS))
INPUTS = ("command", "path", *(option.name for option in SETTINGS))


def act(environ: Mapping[str, str]) -> int:
    """Run the command that the action's inputs ask for, and return its exit code."""
    command = environ.get("INPUT_COMMAND", "")
    try:
        check_inputs(INPUTS, environ)
        if command not in COMMANDS:
            raise UsageError(f"The input `command` must be one of {', '.join(COMMANDS)}")
    except OsdsError as error:
        return give_up(str(error), error.exit_code)
    return run([command, "--", environ.get("INPUT_PATH") or "."])


if __name__ == "__main__":
    speak_plainly(sys.stdout, sys.stderr)
    sys.exit(act(os.environ))
