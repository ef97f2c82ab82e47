"""One line of a registry's CSV file: text to values and back, more strictly than RFC 4180 asks.

A registry's rows are read by many programs and edited by people, so a row is exactly one line: no line break inside
quotes, no stray quote, no control character. Quotes stand only where they must.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from osds.errors import UsageError

_VALUE = r'"[^"]*(?:""[^"]*)*"|[^",]*'
_LINE = re.compile(f"(?:{_VALUE})(?:,(?:{_VALUE}))*")
_EACH = re.compile(f"(?:^|,)({_VALUE})")
# C0 and C1 controls, line and paragraph separators, what turns the reading direction, and half characters.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_FORMULA = ("=", "+", "-", "@")


class RegistryFileError(UsageError):
    """Raised if a file of a registry cannot be trusted as it is. The text names the file and the line."""


class ValueRefusedError(RegistryFileError):
    """Raised if a row is a row, but one of its values cannot stand there."""


class ClashError(RegistryFileError):
    """Raised if two rows cannot both be there: the same dataset, names too much alike, or the same repository."""


class SameRepositoryError(ClashError):
    """Raised if two rows have one repository."""


def split_lines(text: str, file: str) -> list[str]:
    """The lines of a whole file, without their LF. Raises `RegistryFileError` if the last one has none."""
    if not text.endswith("\n"):
        raise RegistryFileError(
            f"{file} does not end with a line feed", next_step="It may have been cut short: compare it with its history"
        )
    return text[:-1].split("\n")


def split_line(line: str, place: str) -> list[str]:
    """The values of one line; `place` is `file, line N`. Raises `RegistryFileError` if the line is not strict CSV."""
    bad = _CONTROL.search(line)
    if bad is not None:
        what = "a carriage return (the file needs LF)" if bad[0] == "\r" else f"the control character {bad[0]!r}"
        raise RegistryFileError(f"{place} contains {what}", next_step="Remove it")
    if not _LINE.fullmatch(line):
        raise RegistryFileError(f"{place} has a stray or unclosed quote", next_step='Write a quote as "" in quotes')
    return [_unquoted(match[1]) for match in _EACH.finditer(line)]


def _unquoted(value: str) -> str:
    return value[1:-1].replace('""', '"') if value.startswith('"') else value


def join_line(values: Iterable[str]) -> str:
    """The line for these values, without LF, quoted only where it must be."""
    return ",".join('"' + v.replace('"', '""') + '"' if "," in v or '"' in v else v for v in values)


def check_value(value: str, what: str) -> str:
    """`value` itself if it may stand in a registry's CSV file, else `UsageError`.

    A value that begins like a formula would be run by a spreadsheet that opens the file (CWE-1236).
    """
    if _CONTROL.search(value):
        raise UsageError(f"The {what} {value!r} contains a control character", next_step="Write it as one line of text")
    if value.startswith(_FORMULA):
        raise UsageError(
            f"The {what} {value!r} begins like a formula", next_step="Begin with something other than = + - @"
        )
    return value
