"""What all migrations share: their result, the words of a measure, and where a `model` goes in a descriptor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from osds.dataset.package import DataPackage, Json

PHASES = ("proposed", "approved", "adjusted", "executed")
DIRECTIONS = ("expenditure", "revenue")

Raw = dict[str, Json]


@dataclass(frozen=True, kw_only=True)
class Written:
    """A `model` of 0.3, or None if there can be none. `notes` say why not, or what a person should look at.

    `stays` is True where there is none because the form that is there says more than 0.3 can.
    """

    model: Raw | None
    notes: tuple[str, ...] = ()
    stays: bool = False


def money(*, currency: Json, phase: Json, direction: Json) -> tuple[Raw, list[str]]:
    """What a measure says of its figures, and a note on each word that 0.3 does not have."""
    told: Raw = {"currency": currency} if isinstance(currency, str) and currency else {}
    notes = []
    for key, word, words in (("direction", direction, DIRECTIONS), ("phase", phase, PHASES)):
        found = known(word, words)
        if found is not None:
            told[key] = found
        elif word is not None:
            notes.append(f"The {key} {word!r} is left out: Fiscal Data Package 0.3 knows {', '.join(words)}")
    return told, notes


def known(word: Json, words: tuple[str, ...]) -> str | None:
    """The one of `words` that `word` is, in whichever case."""
    return next((w for w in words if isinstance(word, str) and word.strip().lower() == w), None)


def stated_currency(package: DataPackage, resource: str) -> Json:
    """The currency that older descriptors state for a whole resource or for the whole package."""
    found = package.resource(resource)
    return (found.raw.get("currency") if found else None) or package.raw.get("currency")


def elsewhere(package: DataPackage, resource: str) -> Raw:
    """`resource` for a measure or an attribute; none is needed for the first, which 0.3 means where none is named."""
    return {} if package.resources and package.resources[0].name == resource else {"resource": resource}


def measure_name(column: str, resource: str, taken: Iterable[str]) -> str:
    """What to call the amounts of one table: by their column, where several have it by the table, too."""
    names = (column, f"{column}-{resource}")
    return next((name for name in names if name not in taken), f"{column}-{resource}-{len(list(taken))}")


def entries(model: Raw) -> Iterator[Raw]:
    """The measures and attributes of a model, as far as they are objects."""
    yield from _objects(model.get("measures"))
    for dimension in _objects(model.get("dimensions")):
        yield from _objects(dimension.get("attributes"))


def _objects(value: Json) -> list[Raw]:
    return [item for item in value.values() if isinstance(item, dict)] if isinstance(value, dict) else []


def unread_columns(package: DataPackage, resources: Iterable[str], model: Raw) -> list[str]:
    """The columns of some tables that a model does not read; what it reads of one holds for the others, too."""
    read = {entry.get("source") for entry in entries(model)}
    tables = (package.resource(name) for name in resources)
    return list(dict.fromkeys(f.name for table in tables if table for f in table.fields if f.name not in read))


def put_in_place_of(key: str, raw: Mapping[str, Json], model: Raw) -> Raw:
    """The descriptor with `model` where `key` stood."""
    return {("model" if name == key else name): (model if name == key else value) for name, value in raw.items()}


def put_after(key: str, raw: Mapping[str, Json], model: Raw) -> Raw:
    """The descriptor with `model` behind `key`."""
    new: Raw = {}
    for name, value in raw.items():
        new[name] = value
        if name == key:
            new["model"] = model
    return new
