"""Patterns that mean the same to Python's `re`, which frictionless uses, and to RE2, which the engine uses.

frictionless compiles `^` + pattern + `$` and matches from the start, so `a|b` also accepts `aXXX`, and a final line feed is
let through. A rule asks for the whole cell, as XML Schema and so Table Schema do: what it accepts, frictionless accepts too.
"""

from __future__ import annotations

import re

from osds.tables.regex import compile_quietly

# Letters, digits and signs that stand for themselves; escapes that RE2 reads as a part of what Python reads (\d \w \s), or
# as the same; classes without \d and the like where negated; groups without options; repetitions that both know.
_LITERAL = r"[A-Za-z0-9 _:/@,;=%#!&~'\"<>\u00a1-\u024f-]"
_ESCAPE = r"\\[.\-/+*?()\[\]{}|^$\\dws]"
_PLAIN_CLASS = r"(?:[A-Za-z0-9 _./:;,@#%&=+*()|\u00c0-\u024f-]|\\[.\-/\]\[\\^dws])+"
_NEGATED_CLASS = r"\^(?:[A-Za-z0-9 _./:;,@#%&=+-]|\\[.\-/])+"
_GROUP = r"\((?:\?:|(?!\?))|\)"
_REPETITION = r"[*+?|^$]|\{\d{1,3}(?:,\d{0,3})?\}"
_PORTABLE = re.compile(rf"(?:{_LITERAL}|{_ESCAPE}|\[(?:{_PLAIN_CLASS}|{_NEGATED_CLASS})\]|\.|{_GROUP}|{_REPETITION})*")
_SET_OPERATION = re.compile(r"--|&&|\|\||~~")  # Python means to give these a meaning in classes, and warns
MAX_PATTERN = 1000  # characters


def portable(pattern: str) -> bool:
    """True if a cell without line feeds that matches the pattern in RE2, as a whole, certainly matches in frictionless."""
    if len(pattern) > MAX_PATTERN or not _PORTABLE.fullmatch(pattern) or _SET_OPERATION.search(pattern):
        return False
    return compile_quietly(f"^{pattern}$") is not None
