"""Names that could be taken for other names: what people confuse, and what programs and addresses need for themselves.

Ids are ASCII already (`osds.dataset.identity`), so what is left is what looks the same in many fonts, and a letter too
many, too few, changed or swapped. Registries of code found that most typo-squatting is one such step away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from osds.registry.catalog import folded

# Words that mean something in an address, in the store or on a page of the registry.
RESERVED = frozenset(
    "about admin aggregates all api assets aux catalog changes con core data datapackage dataset datasets feed help index "
    "latest login new none null nul osds prn registry root search static status test undefined versions www".split()
)

_ALIKE = str.maketrans("0156", "olsb")  # in a hurry 0 is o, 1 is l, 5 is s and 6 is b
_PAIRS = re.compile("rn|vv|i")
_SHORT = 4  # letters
_READ_AS = {"rn": "m", "vv": "w", "i": "l"}


def seen_as(text: str) -> str:
    """What a hurried reader sees: case, `-`, `_`, `.` go, and characters that look the same become one."""
    return _PAIRS.sub(lambda match: _READ_AS[match[0]], folded(text).translate(_ALIKE))


def is_reserved(name: str, further: Iterable[str] = ()) -> bool:
    """True if a dataset must not be called this, by osds or by the registry's policy."""
    return folded(name) in {folded(word) for word in (*RESERVED, *further)}


def find_close(name: str, others: Iterable[str], distance: int) -> str | None:
    """The first of the others that a hurried reader takes for `name`, or that is at most `distance` letters away (0 or 1).

    One letter away means one letter added, left out, replaced, or two neighbours swapped (Damerau, 1964). Among very
    short names that says nothing.
    """
    wanted = seen_as(name)
    for other in others:
        seen = seen_as(other)
        if seen == wanted or (distance > 0 and min(len(seen), len(wanted)) >= _SHORT and _one_step(seen, wanted)):
            return other
    return None


def _one_step(a: str, b: str) -> bool:
    if len(a) > len(b):
        a, b = b, a
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) < len(b):
        return a[at:] == b[at + 1 :]
    swapped = a[at : at + 2] == b[at : at + 2][::-1] and a[at + 2 :] == b[at + 2 :]
    return a[at + 1 :] == b[at + 1 :] or swapped
