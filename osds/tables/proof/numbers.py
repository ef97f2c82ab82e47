"""Numbers as they are written in a column: with a decimal character, a group character, and text around them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from osds.tables.proof.columns import Column
from osds.tables.proof.sql import text

# Characters that `bareNumber: false` lets stand around a number, as far as they are certainly no digits and no signs.
_AROUND = " $%€£¥A-Za-z"


@dataclass(frozen=True, kw_only=True)
class Written:
    """`accepts`: a cell has the certain form; `plain`: the expression that makes it a plain decimal."""

    accepts: str
    plain: str


def number_text(column: Column, cell: str) -> Written | None:
    """The certain form of the numbers of a column; None for `floatNumber`, and for characters that could be digits."""
    decimal, group = column.raw.get("decimalChar", "."), column.raw.get("groupChar", "")
    if column.raw.get("floatNumber") or not re.fullmatch(r"[.,' _]", decimal) or not re.fullmatch(r"[.,' _]?", group):
        return None
    if decimal == group:
        return None
    bare = column.raw.get("bareNumber", True)
    if not bare and (group or decimal != "."):
        return None
    digits = f"{_grouped(group)}({re.escape(decimal)}[0-9]{{1,18}})?"
    form = f"-?{digits}" if bare else f"[{_AROUND}]*-?{digits}[{_AROUND}]*"
    plain = cell
    if not bare:
        plain = f"regexp_extract({cell}, '-?[0-9.]+')"
    if group:
        plain = f"replace({plain}, {text(group)}, '')"
    if decimal != ".":
        plain = f"replace({plain}, {text(decimal)}, '.')"
    return Written(accepts=f"regexp_full_match({cell}, {text(form)})", plain=plain)


def _grouped(group: str) -> str:
    if not group:
        return "[0-9]{1,18}"
    return f"([0-9]{{1,18}}|[0-9]{{1,3}}({re.escape(group)}[0-9]{{3}}){{1,5}})"
