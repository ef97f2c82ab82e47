"""The dataset's own update command: the key `update` of its `osds.yml`, and what it gets to see of our environment.

update: scripts/update.sh
update: python3 scripts/update.py --years 2

The command is code of the dataset's owner, from the default branch. It is split into words as a shell would and run
without one, in the dataset's folder.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from osds.errors import UsageError
from osds.silence import SETTINGS_FILE

UPDATE_KEY = "update"
UPDATE_SCHEMA = {
    "description": "The command that brings the data up to date, for `osds refresh`: a script of this repository, or a "
    "program with its arguments. It runs in the dataset's folder, without a shell and without credentials",
    "type": "string",
    "minLength": 1,
    "maxLength": 1000,
    "examples": ["scripts/update.sh", "python3 scripts/update.py"],
}

_MAX = 1000  # characters
# Tokens, and the files by which a step steers the runner: nothing that an update is meant to touch.
_OURS = ("OSDS_", "INPUT_", "ACTIONS_", "GITHUB_", "GH_", "AWS_", "AZURE_", "GOOGLE_", "GIT_", "UV_")


def parse_update(value: object) -> tuple[str, ...]:
    """The command as words, from the value of the key; none if it is not there. Raises `UsageError`."""
    if value is None:
        return ()
    if not isinstance(value, str) or len(value) > _MAX or not value.isprintable():
        raise _wrong("must be one line of text")
    try:
        words = tuple(shlex.split(value))
    except ValueError as error:
        raise _wrong(f"is no command ({str(error).lower()})") from error
    if not words:
        raise _wrong("is empty")
    return words


def environment_for(environ: Mapping[str, str]) -> dict[str, str]:
    """What the command finds in its environment: everything but credentials, our settings and the runner's files."""
    return {name: value for name, value in environ.items() if not name.upper().startswith(_OURS)}


def _wrong(problem: str) -> UsageError:
    return UsageError(f"{SETTINGS_FILE}: {UPDATE_KEY} {problem}", next_step="For instance `update: scripts/update.sh`")
