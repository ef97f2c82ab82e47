"""Text from a dataset made harmless for where it is shown. Everything that osds prints of a dataset passes through here.

Two command syntaxes of the Actions runner must not get through: `::name::` at the start of a line and the older `##[name]`
anywhere in a line. Terminals obey control characters, and bidirectional controls make text look like other text.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping

_HIDDEN = {
    "Cc",
    "Cf",
    "Cs",
    "Co",
    "Zl",
    "Zp",
}  # control, format (bidi, zero width), surrogate, private, line separators


def one_line(text: str, limit: int = 500) -> str:
    """`text` as one line of visible characters, at most `limit` of them, that no runner or terminal obeys."""
    if text.isascii() and text.isprintable() and len(text) <= limit:  # most texts, and nothing in them is hidden
        return _disarm(text)
    shown = "".join(_visible(character) for character in text[: limit + 1])
    if len(text) > limit:
        shown = shown[:limit] + "…"
    return _disarm(shown)


def lines(text: str) -> str:
    """The same for text of osds' own with line breaks that shall stay."""
    return "\n".join(one_line(line, limit=10_000) for line in text.split("\n"))


def json_text(document: Mapping[str, object]) -> str:
    """A document as JSON that people can read and no runner obeys, ending with a line break. All of it is ASCII.

    Each key has a line of its own, and so has each object in a list: ten thousand of them are written in a moment, which
    Python's `indent` takes a second for.
    """
    lines = ",\n".join(f"  {json.dumps(key)}: {_item(value)}" for key, value in document.items())
    return f"{{\n{lines}\n}}\n".replace("##[", "\\u0023#[")


def _item(value: object) -> str:
    if not (isinstance(value, list) and value and isinstance(value[0], dict)):
        return json.dumps(value)
    return "[\n" + ",\n".join(f"    {json.dumps(each)}" for each in value) + "\n  ]"


def code(text: str, limit: int = 200) -> str:
    """A Markdown code span that shows `text` as it is, also in a table: nothing in it is a link, a mention or HTML."""
    shown = one_line(text, limit).replace("|", "¦").strip() or " "
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    padding = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def _visible(character: str) -> str:
    if unicodedata.category(character) in _HIDDEN:
        return {"\n": "⏎", "\t": " "}.get(character, "�")
    return character


def _disarm(text: str) -> str:
    return text.replace("##[", "## [").replace("::", ": :")
