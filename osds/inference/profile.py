"""What is known of one column when its meaning is guessed: facts, type and the words of its header."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from osds.inference.table import Column, Table
from osds.inference.types import NUMERIC, TEMPORAL, FieldGuess, guess_field
from osds.inference.words import plain, words_of
from osds.untrusted import one_line

_SHOWN = 60
_NOT_IN_KEYS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)  # not slotted: `words` is computed once
class Profile:
    """One column of a table."""

    column: Column
    field: FieldGuess

    @property
    def name(self) -> str:
        """The column's header."""
        return self.column.name

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the header."""
        return words_of(self.column.name)

    @property
    def is_numeric(self) -> bool:
        """True for integers and numbers."""
        return self.field.type in NUMERIC

    @property
    def is_time(self) -> bool:
        """True for years, dates and fiscal years."""
        return self.field.type in TEMPORAL or self.field.period

    @property
    def has_fraction(self) -> bool:
        """True if some figure has decimals."""
        mark = str(self.field.properties.get("decimalChar", "."))
        return self.field.type == "number" and any(mark in shape for shape in self.column.shapes)


def profile_table(table: Table, *, continental: bool) -> tuple[Profile, ...]:
    """The profiles of all columns; see `types.guess_field` for `continental`."""
    return tuple(Profile(column=column, field=guess_field(column, continental=continental)) for column in table.columns)


def key_of(text: str, fallback: str) -> str:
    """`text` as a key of the model: ASCII letters, digits and `_`, beginning with a letter; else `fallback`."""
    key = _NOT_IN_KEYS.sub("_", plain(text)).strip("_")
    return key if key and key[0].isalpha() and len(key) > 1 else fallback


def unique(key: str, taken: Collection[str]) -> str:
    """`key`, or `key_2`, `key_3` and so on if it is taken."""
    number, candidate = 1, key
    while candidate in taken:
        number += 1
        candidate = f"{key}_{number}"
    return candidate


def quoted(names: Iterable[str]) -> str:
    """Names for a sentence: `"a", "b"`, at most ten of them, harmless to print."""
    listed = [f'"{one_line(name, _SHOWN)}"' for name in names]
    return ", ".join(listed[:10]) + (f" and {len(listed) - 10} more" if len(listed) > 10 else "")
