"""Writing a changed JSON value into the text it was read from: what did not change keeps every character.

A descriptor is a file that people write. Printing it anew would change spacing, escapes and the spelling of numbers
everywhere, and nobody could read the diff.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from osds.dataset.package import Json

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A member of an object, or an item of a list: `lead` is the space before it, `head` the key up to the value."""

    key: str
    lead: str
    head: str
    text: str
    value: Json
    space: str  # between the value and the comma or bracket after it


def edit(text: str, new: Json) -> str:
    """The JSON `text` with as few changes as make its value `new`; new parts are indented as the first member is.

    `text` must be JSON without duplicate keys, as `strict_json` lets pass.
    """
    start = _skip(text, 0)
    old, end = _DECODER.raw_decode(text, start)
    indent = _indent(text[start:end])
    return text[:start] + _edit(text[start:end], old, new, "", indent) + text[end:]


def _edit(text: str, old: Json, new: Json, margin: str, indent: str | None) -> str:
    """`margin` is the line break and space before the value's line, empty where it stands on the line of its bracket."""
    if old == new:
        return text
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() & new.keys():
        parts = _edit_members(_split(text), new, indent)
        return "{" + _join(parts) + "}"
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        items = _split(text)
        return "[" + _join([_edit_part(item, value, indent) for item, value in zip(items, new, strict=True)]) + "]"
    return _print(new, margin, indent)


def _edit_members(old: Sequence[_Part], new: dict[str, Json], indent: str | None) -> list[_Part]:
    """The members of `new` in its order; one with another key in the place of an old one is that one renamed."""
    by_key = {part.key: part for part in old}
    parts = []
    for number, (key, value) in enumerate(new.items()):
        stood = old[number] if number < len(old) and old[number].key not in new else None
        part = by_key.get(key, stood)
        if part is None:
            lead = old[min(1, len(old) - 1)].lead  # on one line, only the first member has no space before it
            part = replace(old[0], lead=lead, text=_print(value, _margin(lead), indent), value=value, space="")
        head = part.head if key == part.key and part in old else _head(key, old[0])
        edited = _edit_part(part, value, indent)
        parts.append(replace(edited, key=key, head=head, space="" if part is old[-1] else part.space))
    return [*parts[:-1], replace(parts[-1], space=old[-1].space)]


def _head(key: str, like: _Part) -> str:
    """The key with a colon spaced as in another member."""
    return json.dumps(key, ensure_ascii=False) + like.head[like.head.rindex(":") :]


def _edit_part(part: _Part, value: Json, indent: str | None) -> _Part:
    return replace(part, text=_edit(part.text, part.value, value, _margin(part.lead), indent))


def _split(text: str) -> list[_Part]:
    """The parts of an object or a list that is not empty."""
    parts = []
    place = 1
    while text[place - 1] not in "}]":
        start = _skip(text, place)
        key, value_at = "", start
        if text[0] == "{":
            key, key_end = _DECODER.raw_decode(text, start)
            value_at = _skip(text, _skip(text, key_end) + 1)
        value, end = _DECODER.raw_decode(text, value_at)
        comma = _skip(text, end)
        parts.append(
            _Part(
                key=key,
                lead=text[place:start],
                head=text[start:value_at],
                text=text[value_at:end],
                value=value,
                space=text[end:comma],
            )
        )
        place = comma + 1
    return parts


def _join(parts: Sequence[_Part]) -> str:
    return ",".join(part.lead + part.head + part.text + part.space for part in parts)


def _print(value: Json, margin: str, indent: str | None) -> str:
    if indent is None or not margin:
        return json.dumps(value, ensure_ascii=False)
    newline = "\r\n" if margin.startswith("\r\n") else "\n"
    lines = json.dumps(value, ensure_ascii=False, indent=indent).split("\n")
    return (newline + margin.lstrip("\r\n")).join(lines)


def _indent(text: str) -> str | None:
    """The space before the first member, None if it stands on the line of the bracket."""
    lead = text[1 : _skip(text, 1)]
    return lead.rpartition("\n")[2] if "\n" in lead else None


def _margin(lead: str) -> str:
    """The line break and the space before a line; empty where there is no line break."""
    before, newline, space = lead.rpartition("\n")
    return ("\r\n" if before.endswith("\r") else newline) + space if newline else ""


def _skip(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place
