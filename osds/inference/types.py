"""Guessing the Table Schema type of a column, so that every value that was read is valid under it.

A number is recognised by its shapes (see `table`), which are few even where values are many. Codes with a leading zero
stay text: `011` is a name, not eleven.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from osds.fiscal.iso4217 import CURRENCIES
from osds.inference import dates
from osds.inference.table import Column
from osds.inference.words import CODE, MONEY, YEAR, find, words_of

NUMERIC = ("integer", "number")
TEMPORAL = ("year", "date", "datetime", "yearmonth")
# What statistics offices write where there is no figure.
PLACEHOLDERS = frozenset(
    "- -- – — .. ... … : ? * n/a na n.a. n.d. nd s/d nfp np x null none nan #n/a #ref! #value! #div/0!".split()
) | {""}
_GROUPS = (" ", "\u00a0", "\u202f", "'", "\u2019")
_UNITS = "|".join((r"[$€£¥₹₽₴₺₦₩₪₫₱₡₲₵₸₮%]|US\$|R\$|zł|Kč|kr\.?|лв\.?|грн\.?|руб\.?", *sorted(CURRENCIES)))
_LONGEST_INTEGER = 18  # longer ones name something (receipts, accounts) and do not fit the integers of databases


@dataclass(frozen=True, kw_only=True)
class FieldGuess:
    """The type of a column with its other Table Schema properties, and what a person should know about the guess."""

    type: str
    properties: Mapping[str, object] = field(default_factory=dict)
    missing: tuple[str, ...] = ()  # texts in this column that mean: no value
    notes: tuple[str, ...] = ()
    period: bool = False  # text that names a fiscal year, such as 2014-15


@dataclass(frozen=True, kw_only=True)
class _Notation:
    """One way to write numbers, as a pattern over shapes."""

    pattern: re.Pattern[str]
    type: str
    properties: Mapping[str, object]


def guess_field(column: Column, *, continental: bool = False) -> FieldGuess:
    """The type of one column; `continental` prefers the decimal comma where `1,234` could be either."""
    words = words_of(column.name)
    marks = _placeholders(column)
    values = tuple(value for value in column.values if value not in marks) if marks else column.values
    if not values:
        return FieldGuess(type="string")
    found = dates.guess_date(values, words, column.uniqueness)
    if found is not None:
        return FieldGuess(
            type=found.type, properties=found.properties, missing=marks, notes=found.notes, period=found.period
        )
    if {value.casefold() for value in values} <= {"true", "false"} and all(v in _BOOLEANS for v in values):
        return FieldGuess(type="boolean", missing=marks)
    return _guess_number(column, words, marks, continental=continental)


def _placeholders(column: Column) -> tuple[str, ...]:
    """The texts in a column that stand for nothing; looked for among the shapes too, as values may be too many to keep."""
    texts = dict.fromkeys((*column.values, *column.shapes.values()))
    return tuple(text for text in texts if text.strip().casefold() in PLACEHOLDERS)


_BOOLEANS = frozenset(("true", "True", "TRUE", "false", "False", "FALSE"))  # the defaults of Table Schema


def _guess_number(column: Column, words: tuple[str, ...], marks: tuple[str, ...], *, continental: bool) -> FieldGuess:
    shapes = {shape: text for shape, text in column.shapes.items() if shape.casefold() not in PLACEHOLDERS}
    notations = tuple(_notations(continental=continental))
    for notation in notations if shapes else ():
        if all(notation.pattern.fullmatch(shape) for shape in shapes):
            notes = (*_placeholder_notes(marks), *_ambiguity(shapes, notation))
            return FieldGuess(type=notation.type, properties=notation.properties, missing=marks, notes=notes)
    return FieldGuess(type="string", notes=tuple(_almost_a_number(shapes, notations, words)))


def _notations(*, continental: bool) -> Iterator[_Notation]:
    """All notations, the likelier first. Real files mix grouped and plain figures, so both match a grouped one."""
    yield _Notation(pattern=re.compile(rf"[+-]?(0|9{{1,{_LONGEST_INTEGER}}})"), type="integer", properties={})
    pairs = [(".", None), (".", ","), (",", None), (",", ".")]
    order = [pairs[2], pairs[3], pairs[0], pairs[1]] if continental else pairs
    for decimal, group in (*order, *((mark, group) for group in _GROUPS for mark in (".", ","))):
        number = _number(decimal, group)
        yield _Notation(pattern=re.compile(rf"[+-]?{number}"), type="number", properties=_marks(decimal, group))
    for decimal, group in (*order, *((mark, group) for group in _GROUPS for mark in (".", ","))):
        number = rf"(?:(?:{_UNITS})\s?-?{_number(decimal, group)}|-?{_number(decimal, group)}(?:\s?(?:{_UNITS}))?)"
        properties = {**_marks(decimal, group), "bareNumber": False}
        yield _Notation(pattern=re.compile(number), type="number", properties=properties)


def _number(decimal: str, group: str | None) -> str:
    grouped = rf"9{{1,3}}(?:{re.escape(group)}999)+|" if group else ""
    mark = re.escape(decimal)
    return rf"(?:(?:{grouped}0|9{{1,{_LONGEST_INTEGER}}})(?:{mark}9+)?|{mark}[09]9*)"


def _marks(decimal: str, group: str | None) -> dict[str, object]:
    return {**({"decimalChar": decimal} if decimal != "." else {}), **({"groupChar": group} if group else {})}


def _placeholder_notes(marks: tuple[str, ...]) -> Iterator[str]:
    if marks:
        yield f"{', '.join(repr(mark) for mark in marks[:5])} stands where there is no figure, so it counts as missing"


def _ambiguity(shapes: Mapping[str, str], notation: _Notation) -> Iterator[str]:
    """A note if every mark in the figures could as well group thousands as begin the decimals: `1.234`."""
    marked = {shape: text for shape, text in shapes.items() if "," in shape or "." in shape}
    if marked and all(re.fullmatch(r"[+-]?9{1,3}[.,]999", shape) for shape in marked):
        grouped = "groupChar" in notation.properties
        meaning = "its mark groups thousands" if grouped else "its mark begins the decimals"
        yield f"{next(iter(marked.values()))!r} is read as if {meaning}; it could be the other way round"


def _almost_a_number(
    shapes: Mapping[str, str], notations: tuple[_Notation, ...], words: tuple[str, ...]
) -> Iterator[str]:
    if not shapes or find(words, CODE) or find(words, YEAR) or not find(words, MONEY):
        return
    best = max(notations, key=lambda notation: sum(bool(notation.pattern.fullmatch(shape)) for shape in shapes))
    odd = [text for shape, text in shapes.items() if not best.pattern.fullmatch(shape)]
    if len(odd) < len(shapes):
        yield f"its header names money, but values such as {odd[0]!r} are no numbers, so it stays text"
