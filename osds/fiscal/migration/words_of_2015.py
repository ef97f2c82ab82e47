"""What the words of a mapping of 2015 mean: which kind of dimension a name stands for, and which attribute is its key."""

from __future__ import annotations

from collections.abc import Iterable

from osds.fiscal.migration.parts import Raw

WORDS = {"amount", "date", "payer", "payee", "payor", "id", "time", "from", "to"}  # by which such a mapping is known
FACT = ("id", "title", "description")  # attributes of the row itself

_KINDS = {
    "datetime": ("date", "time", "year"),
    "entity": ("payer", "payee", "payor", "from", "to", "recipient", "supplier", "administrator", "department"),
    "activity": ("program", "programme", "project", "activity"),
    "location": ("location", "region", "geo"),
    "fact": ("fact", "transaction"),
}
_CLASSIFICATIONS = {
    "functional": ("function", "functional", "cofog"),
    "economic": ("economic", "gfsm"),
    "administrative": ("administrative",),
}
_KEYS = ("id", "code", "name")
_LABELS = ("title", "label", "name")


def describe(name: str) -> Raw:
    """`dimensionType` and `classificationType` of a dimension of this name; nothing if the name says nothing."""
    word = name.lower()
    for kind, names in _KINDS.items():
        if word in names:
            return {"dimensionType": kind}
    for kind, names in _CLASSIFICATIONS.items():
        if any(word.startswith(start) for start in names):
            return {"dimensionType": "classification", "classificationType": kind}
    return {}


def key_and_label(attributes: Iterable[str]) -> tuple[str, str | None]:
    """The attribute that is the key, and the one that is its label, if any."""
    names = list(attributes)
    key = next((word for word in _KEYS if word in names), names[0])
    return key, next((word for word in _LABELS if word in names and word != key), None)
