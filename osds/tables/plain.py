"""Whether a judged table is plain CSV as it stands, told without asking frictionless, which takes long to start.

Only a plain yes counts. The steps are those of frictionless' `CsvParser`: what it would have found in such a file is known,
and where it could have found anything else, it is asked.
"""

from __future__ import annotations

import codecs
import csv
from itertools import islice
from pathlib import Path

from osds.dataset.package import Resource

SAMPLE = 100  # lines from which frictionless guesses the dialect
DELIMITERS = ",\t;|"  # those that it knows
DETECTED = 10_000  # bytes from which it guesses the encoding
SURE = 0.9  # the confidence of a guess, far above what it asks for
PLAIN = {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "skipInitialSpace": False, "header": True}
HARMLESS = {"lineTerminator", "csvddfVersion"}  # LF and CRLF are read alike


def is_surely_plain(folder: Path, resource: Resource) -> bool:
    """True if the file of a valid table is UTF-8 with commas, double quotes and the schema's names as its header.

    False says nothing: frictionless may still find it plain.
    """
    raw = resource.raw
    if len(resource.paths) != 1 or not resource.paths[0].lower().endswith(".csv") or raw.get("compression"):
        return False
    if raw.get("format", "csv") != "csv" or not _says_plain(raw.get("dialect", {})):
        return False
    path = folder / resource.paths[0]
    return _is_utf8(path, raw.get("encoding")) and _is_sniffed_plain(path, [field.name for field in resource.fields])


def _says_plain(dialect: object) -> bool:
    return isinstance(dialect, dict) and all(
        key in HARMLESS or (key in PLAIN and PLAIN[key] == value) for key, value in dialect.items()
    )


def _is_utf8(path: Path, stated: object) -> bool:
    with path.open("rb") as file:
        start = file.read(DETECTED)
    if start.startswith(codecs.BOM_UTF8):
        return False
    if stated is not None:
        return isinstance(stated, str) and stated.lower() in ("utf-8", "utf8")
    return start.isascii() or _is_detected_utf8(start)


def _is_detected_utf8(start: bytes) -> bool:
    """As frictionless' `Detector.detect_encoding` finds it."""
    from chardet import UniversalDetector  # comes with frictionless

    detector = UniversalDetector()
    for line in start.splitlines():
        detector.feed(line)
    found = detector.close()
    return found["encoding"] == "utf-8" and found["confidence"] >= SURE


def _is_sniffed_plain(path: Path, names: list[str]) -> bool:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            sample = list(islice(file, SAMPLE))
        header = next(csv.reader(sample, strict=True), [])
    except (UnicodeDecodeError, csv.Error):
        return False
    if header != names:
        return False
    try:
        found = csv.Sniffer().sniff("".join(sample), DELIMITERS)
    except csv.Error:
        return True  # then frictionless takes what is usual
    return found.delimiter == "," and found.quotechar in ('"', "'") and not found.skipinitialspace
