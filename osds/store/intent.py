"""How publishers and the removal of unreferenced objects stay out of each other's way.

A publisher must not skip an object because it is there, while somebody is about to remove it because nobody refers to it.
So a publisher first writes its *intent*: the keys that its version will refer to; then it looks at `gc.json`. Whoever
removes first writes `gc.json`, and then looks at intents, and after them at versions. Each writes before it looks, and a
store shows every write at once: so one of the two always sees the other. Clocks of two machines are never compared: a
removal works for `WORKING` seconds at most before it says so again, and a publisher that sees the same `gc.json` for
`LEASE` seconds knows that whoever wrote it is dead.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from osds.dataset.strict_json import load
from osds.store.layout import MAX_MANIFEST_BYTES

WORKING = 30.0  # seconds in which a removal may begin to delete an object after it has said that it is at it
LEASE = 90.0  # seconds after which it is dead: longer, because the last delete may take its time
IDLE = b'{"running": null}\n'


def render_intent(keys: Iterable[str]) -> bytes:
    """The intent to refer to these objects, relative to the dataset's prefix."""
    return (json.dumps({"objects": sorted(keys)}, ensure_ascii=False, indent=0) + "\n").encode()


def parse_intent(content: bytes) -> frozenset[str]:
    """The objects that an intent names; what is not one of our making names none."""
    raw, _ = load(content, file="intent", limit=MAX_MANIFEST_BYTES)
    named = raw.get("objects") if isinstance(raw, dict) else None
    return frozenset(key for key in named if isinstance(key, str)) if isinstance(named, list) else frozenset()


def render_lease(nonce: str) -> bytes:
    """The content of `gc.json` while somebody, known by `nonce`, removes objects."""
    return (json.dumps({"running": nonce}) + "\n").encode()


def is_running(content: bytes) -> bool:
    """True if this `gc.json` says that objects are being removed; what cannot be read is taken for it."""
    raw, _ = load(content, file="gc.json")
    return not (isinstance(raw, dict) and "running" in raw and raw["running"] is None)
