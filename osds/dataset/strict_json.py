"""JSON that means the same to every reader (RFC 8259, RFC 7493): no duplicate keys, no NaN, bounded size and depth."""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter

from osds.dataset import checks
from osds.dataset.package import Json
from osds.report import DESCRIPTOR_FILE, Finding, Place

MAX_BYTES = 4 * 1024 * 1024
MAX_DUPLICATES = 50  # keys that are told
MAX_DEPTH = 64

_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)


class _RefusedError(ValueError):
    """Raised inside the decoder for what the standard library would let pass."""


def load(
    content: bytes, *, file: str = DESCRIPTOR_FILE, limit: int = MAX_BYTES
) -> tuple[Json | None, tuple[Finding, ...]]:
    """The value of a JSON text of at most `limit` bytes and what was found in it; the value is None if there is an error."""
    place = Place(file=file)
    if len(content) > limit:
        return None, (checks.JSON_LIMIT.at(place, f"the file has more than {limit:,} bytes"),)
    findings = []
    if content.startswith(codecs.BOM_UTF8):
        content = content[len(codecs.BOM_UTF8) :]
        findings.append(checks.JSON_BOM.at(place, "there is a byte order mark before the text"))
    if _depth(content) > MAX_DEPTH:
        return None, (checks.JSON_LIMIT.at(place, f"objects and lists are nested deeper than {MAX_DEPTH} levels"),)
    duplicates: list[str] = []
    try:
        value = _decode(content, duplicates)
    except UnicodeDecodeError as error:
        return None, (checks.JSON_INVALID.at(place, f"byte {error.start + 1} is not UTF-8"),)
    except json.JSONDecodeError as error:
        return None, (checks.JSON_INVALID.at(Place(file=file, row=error.lineno), _where(error)),)
    except _RefusedError as error:
        return None, (checks.JSON_INVALID.at(place, str(error)),)
    if duplicates:
        found = (
            checks.JSON_DUPLICATE_KEY.at(place, f"the key {key[:200]!r} stands twice in one object")
            for key in duplicates[:MAX_DUPLICATES]
        )
        return None, tuple(found)
    return value, tuple(findings)


def _decode(content: bytes, duplicates: list[str]) -> Json:
    def pairs(items: list[tuple[str, Json]]) -> dict[str, Json]:
        seen = dict(items)
        if len(seen) < len(items):
            counts = Counter(name for name, _ in items)
            duplicates.extend(name for name in seen if counts[name] > 1)
        return seen

    value = json.loads(
        content.decode("utf-8"), object_pairs_hook=pairs, parse_constant=_no_constant, parse_int=_integer
    )
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise _RefusedError(
            "the text has half of a surrogate pair (\\ud800 to \\udfff), which is no character"
        ) from error
    return value


def _no_constant(name: str) -> Json:
    raise _RefusedError(f"{name} is not a JSON number")


def _integer(text: str) -> int:
    if len(text) > 40:
        raise _RefusedError(f"a number of {len(text)} digits is not plausible")
    return int(text)


def _where(error: json.JSONDecodeError) -> str:
    return f"line {error.lineno}, column {error.colno}: {error.msg}"


def _depth(content: bytes) -> int:
    """The deepest nesting, by brackets outside strings; the decoder itself would overflow the stack."""
    depth = deepest = 0
    for token in _STRING_OR_BRACKET.finditer(content):
        first = token.group()[:1]
        if first in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif first in b"]}":
            depth -= 1
    return deepest
