"""How far each receiver has been told: `data/delivered.json` in the registry, the number of the last change by receiver."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from osds.registry.lines import RegistryFileError
from osds.registry.receivers import Receiver

DELIVERED_FILE = "data/delivered.json"
FORMAT = 1

Cursors = Mapping[str, int]


def parse_delivered(text: str | None) -> Cursors:
    """Read the file; nobody was told anything if there is none. Raises `RegistryFileError` if osds did not write it."""
    try:
        return {} if text is None else _cursors(json.loads(text))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise RegistryFileError(
            f"{DELIVERED_FILE} cannot be read",
            next_step="Restore it from its history, or delete it: receivers are then told what changes from now on",
        ) from error


def _cursors(document: Any) -> Cursors:  # noqa: ANN401 (any JSON)
    found = dict(document["receivers"])
    if document["format"] != FORMAT or not all(type(last) is int and last >= 0 for last in found.values()):
        raise ValueError("its format is another")
    return found


def render_delivered(cursors: Cursors) -> str:
    """The text of the file: one line for each receiver."""
    return (
        json.dumps({"format": FORMAT, "receivers": dict(sorted(cursors.items()))}, ensure_ascii=False, indent=1) + "\n"
    )


def moved(before: Cursors, receivers: Sequence[Receiver], done: Cursors, newest: int) -> Cursors:
    """The cursors after some deliveries. A new receiver begins at the `newest` change, one that has gone is forgotten.

    No cursor goes back, except where the log itself has become shorter.
    """
    return {each.id: min(max(before.get(each.id, newest), done.get(each.id, 0)), newest) for each in receivers}
