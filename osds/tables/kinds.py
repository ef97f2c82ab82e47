"""What is wrong with a cell, more closely than frictionless says: from the looks of its text and the type of its column.

One kind of mistake mostly runs through a whole column, and each has a remedy of its own: `nfp` is a placeholder to declare,
`1.234,50` a way of writing to state, `302053.8` among whole numbers a type to change.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from osds.dataset.package import Field

MAX_LOOKED_AT = 100  # characters of a cell


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of mistake: its words, which end a title, and the remedy."""

    words: str
    advice: str


def _kind(words: str, advice: str) -> Kind:
    return Kind(words=words, advice=advice)


DECIMALS = _kind(
    "decimals in a column of whole numbers",
    "Change the column's type from `integer` to `number`; or, if they are mistakes, correct the cells",
)
SEPARATORS = _kind(
    "separators within a number",
    'Write numbers as 1234567.89; or state in the field how they are written, with `"groupChar"` (between thousands) and '
    '`"decimalChar"`',
)
PARENTHESES = _kind("a number in parentheses", "Write negative amounts with a minus sign before them: -1234.50")
MINUS = _kind("a minus sign that stands behind or is another character", "Write it as the sign `-`, before the number")
UNIT = _kind(
    "a number with a currency, a unit or a percent sign",
    'Write the bare number; or state `"bareNumber": false` in the field, where all cells have the sign',
)
SIGN = _kind(
    "a dash or other sign where a number is expected",
    "If it means that there is no figure, add it to `missingValues` in the schema; if it means zero, write 0",
)
WORD = _kind(
    "a word where a number is expected",
    "Write the figure; or, if the word means that there is none, add it to `missingValues` in the schema",
)
NO_DAY = _kind("a day that is not in the calendar", "Correct the date")
DATE = _kind(
    "a date written in another way",
    'Write dates as 2024-12-31; or state in the field how they are written, for instance `"format": "%d.%m.%Y"`',
)
NO_DATE = _kind(
    "something that is no date",
    "Write the date; or, if the text means that there is none, add it to `missingValues` in the schema",
)
TRUTH = _kind(
    "neither true nor false",
    'Write `true` or `false`; or state the words in the field: `"trueValues": ["yes"], "falseValues": ["no"]`',
)

_NUMBER_LOOKS = (
    (DECIMALS, re.compile(r"[+-]?\d+\.\d+")),
    (SEPARATORS, re.compile(r"[+-]?\d+(?:[.,' \u00a0\u202f’]\d+)+")),
    (PARENTHESES, re.compile(r"\([ \d.,']+\)")),
    (MINUS, re.compile(r"[−–—] ?\d[\d.,]*|\d[\d.,]* ?[-−–—]")),
    (
        UNIT,
        re.compile(
            r"[^\d\w]{0,3}[A-Za-z]{0,3}[^\d\w]{0,2}-?\d[\d.,' \u00a0\u202f]*[^\d\w]{0,3}[A-Za-z]{0,3}[^\d\w]{0,2}"
        ),
    ),
    (SIGN, re.compile(r"[^\w]+")),
    (WORD, re.compile(r"[^\d]*[^\W\d_][^\d]*")),
)
_DATE_LOOKS = (
    (NO_DAY, re.compile(r"\d{4}-\d\d-\d\d")),
    (DATE, re.compile(r"\d{1,4}[./ -]\d{1,2}[./ -]\d{1,4}(?:[T ].*)?|\d{6}|\d{8}|.*\b(?:19|20)\d\d\b.*")),
    (NO_DATE, re.compile(r".*", re.DOTALL)),
)
_LOOKS = {
    "integer": _NUMBER_LOOKS,
    "number": _NUMBER_LOOKS[1:],
    "year": _NUMBER_LOOKS[4:],
    "date": _DATE_LOOKS,
    "datetime": _DATE_LOOKS,
    "boolean": ((TRUTH, re.compile(r".*", re.DOTALL)),),
}

_CONSTRAINT = re.compile(r'constraint "(\w+)" is "?(.*)', re.DOTALL)
_CONSTRAINTS: dict[str, Callable[[str], Kind]] = {
    "required": lambda _: _kind("an empty cell in a column that must be filled", "Fill the cell, or remove `required`"),
    "minimum": lambda than: _kind(f"a value below the minimum, {than}", "Correct the cell, or `minimum`"),
    "maximum": lambda than: _kind(f"a value above the maximum, {than}", "Correct the cell, or `maximum`"),
    "minLength": lambda than: _kind(f"a text shorter than {than}", "Correct the cell, or `minLength`"),
    "maxLength": lambda than: _kind(f"a text longer than {than}", "Correct the cell, or `maxLength`"),
    "pattern": lambda of: _kind(f"a text that is not of the form {of}", "Correct the cell, or `pattern`"),
    "enum": lambda _: _kind("a value that is not in the list", "Correct the cell, or add the value to `enum`"),
}


def kind_of(code: str, field: Field | None, cell: str | None, message: str) -> Kind | None:
    """The kind of an error of frictionless in one cell; None where the check says all there is to say."""
    if code == "type-error" and field is not None and cell is not None:
        text = cell.strip()[:MAX_LOOKED_AT]
        return next((kind for kind, looks in _LOOKS.get(field.type, ()) if looks.fullmatch(text)), None)
    if code == "constraint-error":
        found = _CONSTRAINT.search(message)
        if found is not None and found[1] in _CONSTRAINTS:
            return _CONSTRAINTS[found[1]](found[2].rstrip('"')[:MAX_LOOKED_AT])
    return None
