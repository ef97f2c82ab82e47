"""The inputs of the action, looked at before anything is done with one of them.

A workflow may fill an input with what a stranger wrote. Nothing in osds gives an input to a shell; still, text that only a
shell has a use for is a mistake or an attack, so it is refused, and the refusal says which input it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from osds.errors import UsageError

MAX_LENGTH = 1_000  # characters; the longest sensible input is a list of names

_REFUSED = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028\u2029"`]|\$[({]')


def variable(name: str) -> str:
    """The variable of the environment in which `action.yml` hands an input over: `INPUT_LIMIT_ERRORS`."""
    return f"INPUT_{name.upper().replace('-', '_')}"


def check_inputs(names: Iterable[str], environ: Mapping[str, str]) -> None:
    """Raise `UsageError`, with the name of the input but never its value, for the first one that cannot be meant."""
    for name in names:
        value = environ.get(variable(name), "")
        if len(value) > MAX_LENGTH:
            raise UsageError(
                f"The input `{name}` has {len(value):,} characters", next_step=f"Give at most {MAX_LENGTH:,}"
            )
        if _REFUSED.search(value):
            raise UsageError(
                f"The input `{name}` has a line break, a double quote, a back-tick or `$(` in it",
                next_step="Give it as plain text in one line",
            )
