"""Where an attribute of a mapping of 2015 comes from: `resource/field`, `field`, a list of them, or a pattern."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from osds.dataset.package import DataPackage, Json
from osds.fiscal.migration.parts import Raw

_PLACES = ("source", "column")  # `column` was the word of OpenSpending before 2014


@dataclass(frozen=True, kw_only=True)
class Source:
    """A column of a table."""

    resource: str
    field: str


def is_attribute(value: Json) -> bool:
    """True if `value` says where one attribute comes from, and is not a group of attributes."""
    return bool(_places(value))


def more_than_source(value: Json) -> Raw:
    """What an attribute says beside its source."""
    return {k: v for k, v in value.items() if k not in {*_PLACES, "type"}} if isinstance(value, dict) else {}


def find_sources(package: DataPackage, value: Json, home: str) -> list[Source]:
    """The columns that an attribute names; where no table is named, `home` is meant first."""
    return [source for text in _places(value) for source in _parse(package, text, home)]


def _places(value: Json) -> tuple[str, ...]:
    if isinstance(value, dict):
        value = next((value[word] for word in _PLACES if word in value), None)
    return _texts(value)


def _texts(value: Json) -> tuple[str, ...]:
    """A text or a list of texts; empty for anything else."""
    texts = value if isinstance(value, list) else [value]
    return tuple(texts) if all(isinstance(text, str) and text for text in texts) else ()


def _parse(package: DataPackage, text: str, home: str) -> Iterator[Source]:
    resource = package.resource(home)
    if resource is not None and resource.field(text) is not None:
        yield Source(resource=home, field=text)
        return
    place, _, field = text.rpartition("/")
    if "*" in place:
        yield from (Source(resource=r.name, field=field) for r in package.resources if fnmatchcase(r.name, place))
        return
    named = [r.name for r in package.resources if text.startswith(f"{r.name}/")]
    if named:
        longest = max(named, key=len)
        yield Source(resource=longest, field=text[len(longest) + 1 :])
        return
    owners = [r.name for r in package.resources if r.field(text) is not None]
    yield Source(resource=owners[0] if len(owners) == 1 else home, field=text)
