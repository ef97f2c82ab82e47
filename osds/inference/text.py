"""How the bytes of a CSV file are to be read: the encoding, the delimiter, and what a descriptor must say about them."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from osds.errors import UsageError

DELIMITERS = (",", ";", "\t", "|")
_SNIFFED_LINES = 100  # frictionless looks at as many
_UNDEFINED_IN_WINDOWS = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """An encoding by its IANA name (as Data Package wants it); `bom` if a byte order mark stands in front."""

    name: str
    bom: bool = False


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What separates the cells; `dialect` is the part of it that a descriptor must state."""

    delimiter: str
    skip_space: bool
    dialect: Mapping[str, object]


def detect_encoding(chunks: Iterable[bytes]) -> Encoding:
    """UTF-8 if the whole file is, else Windows-1252 or Latin-1, which nothing can tell from their neighbours.

    Raises `UsageError` for an empty file and for bytes that are no text in any of them.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    head, utf8, windows = b"", True, True
    for chunk in chunks:
        head = head or chunk[:3]
        if b"\x00" in chunk:
            raise UsageError(
                "The file is not text in UTF-8 (it may be UTF-16 or a spreadsheet)",
                next_step="Save it as CSV in UTF-8",
            )
        utf8 = utf8 and _decodes(decoder, chunk)
        windows = windows and len(chunk) == len(chunk.translate(None, _UNDEFINED_IN_WINDOWS))
    if not head:
        raise UsageError("The file is empty", next_step="Remove it, or put a table into it")
    if utf8 and _decodes(decoder, b"", final=True):
        return Encoding(name="utf-8", bom=head == codecs.BOM_UTF8)
    return Encoding(name="windows-1252" if windows else "iso-8859-1")


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def detect_layout(head: str) -> Layout:
    """The layout of a CSV file from the beginning of its text: whole lines, about 64 kB of them."""
    delimiter = max(DELIMITERS, key=lambda mark: _regularity(head, mark))
    first = _records(head, delimiter)[0]
    skip_space = len(first) > 1 and all(cell.startswith(" ") for cell in first[1:])
    return Layout(delimiter=delimiter, skip_space=skip_space, dialect=_stated(head, delimiter, skip_space))


def _regularity(head: str, delimiter: str) -> tuple[float, int]:
    """How well a delimiter explains the text: the share of records as wide as the header, then the width."""
    records = [record for record in _records(head, delimiter) if record]
    width = len(records[0]) if records else 0
    if width < 2:
        return 0.0, 0
    share = sum(len(record) == width for record in records) / len(records)
    return round(share, 1), width


def _records(head: str, delimiter: str) -> Sequence[Sequence[str]]:
    return list(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)) or [[]]


def _stated(head: str, delimiter: str, skip_space: bool) -> Mapping[str, object]:
    """Nothing for plain CSV. frictionless guesses what is not stated, so what it would guess wrongly is stated too."""
    guessed_delimiter, guessed_skip = _as_frictionless_guesses(head)
    dialect: dict[str, object] = {}
    if delimiter != "," or guessed_delimiter != ",":
        dialect["delimiter"] = delimiter
    if skip_space or guessed_skip:
        dialect["skipInitialSpace"] = skip_space
    return dialect


def _as_frictionless_guesses(head: str) -> tuple[str, bool]:
    lines = islice(io.StringIO(head, newline=""), _SNIFFED_LINES)
    try:
        found = csv.Sniffer().sniff("".join(lines), ",\t;|")
    except csv.Error:
        return ",", False
    return found.delimiter, found.skipinitialspace
