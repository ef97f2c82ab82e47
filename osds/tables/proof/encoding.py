"""The encoding that frictionless reads a file in, as `frictionless.Detector.detect_encoding` finds it (release 5.21)."""

from __future__ import annotations

import codecs
import io

HEAD = 100_000  # bytes that frictionless looks at
_CONFIDENCE = 0.5
_ESCAPES = (b"\x1b", b"~{")  # by which encodings of seven bits announce themselves


def encoding_of(head: bytes, stated: str | None) -> str:
    """The name of the encoding, as `codecs` normalises it, of a file that begins with `head`.

    No more of it is looked at than frictionless looks at. Raises `LookupError` for a name that is no encoding.
    """
    name = codecs.lookup(stated or _detect(head[:HEAD])).name
    io.TextIOWrapper(io.BytesIO(), encoding=name)  # some codecs are none of text, such as zlib's
    if name == "utf-8" and head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if name == "utf-16-be" and head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16"
    if name == "utf-16-le" and head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16"
    return name


def _detect(head: bytes) -> str:
    if head.startswith(codecs.BOM_UTF8) or (head.isascii() and not any(mark in head for mark in _ESCAPES)):
        return "utf-8"  # what the detector says of them, without its price
    import chardet

    detector = chardet.UniversalDetector()
    for line in head.splitlines():
        detector.feed(line)
    detector.close()
    found = detector.result["encoding"] or "utf-8"
    if (detector.result["confidence"] or 0) < _CONFIDENCE and _decodes(head):
        return "utf-8"
    return "utf-8" if found == "ascii" else found


def _decodes(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
