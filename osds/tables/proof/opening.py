"""What frictionless makes of the beginning of a CSV file before it reads a row: its marks, its header and its labels.

frictionless asks `csv.Sniffer` about the first 100 lines even where the descriptor states a dialect, and looks for the
header in the first 100 rows. The same is asked here, of the same lines, so that the answers are the same
(frictionless 5.21: formats/csv/parser.py, detector/detector.py `detect_dialect`, dialect/dialect.py `read_labels`).
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from osds.dataset.package import Json
from osds.tables.proof.unproven import UnprovenError

SAMPLE = 100  # lines that are sniffed, and rows among which the header is looked for
_DELIMITERS = ",\t;|"
# What a dialect may state and be read on this route; the values are the only ones.
_PLAIN: Mapping[str, Json] = {
    "quoteChar": '"',
    "doubleQuote": True,
    "skipInitialSpace": False,
    "header": True,
    "headerRows": [1],
    "headerCase": True,
    "skipBlankRows": False,
    "commentRows": [],
}
_ANYTHING = {"lineTerminator"}  # `csv.reader` pays no attention to it


@dataclass(frozen=True, kw_only=True)
class Opening:
    """The beginning of a table: its delimiter and labels, and what its header record weighs.

    `header_bytes` is the record with its line end, `header_quotes` the quotes in it that are no part of a label.
    """

    delimiter: str
    bom: bool
    labels: tuple[str, ...]
    header_bytes: int
    header_quotes: int


def read_opening(path: Path, *, dialect: Mapping[str, Json], tsv: bool) -> Opening:
    """Read the beginning of a UTF-8 file. Raises `UnprovenError` where frictionless might see something else."""
    marks = _stated(dialect)
    stated = _delimiter(marks, tsv=tsv)
    try:
        with path.open("rb") as file:
            bom = file.read(3) == codecs.BOM_UTF8
            file.seek(0)
            text = io.TextIOWrapper(file, encoding="utf-8-sig", newline=None if tsv else "")
            lines = list(itertools.islice(text, SAMPLE))
            delimiter = _sniff(lines, stated, blanks="skipInitialSpace" in marks)
            counted = _Counted(itertools.chain(lines, text))
            rows = csv.reader(counted, delimiter=delimiter)
            header = next(rows, [])
            weight = counted.taken
            sample = [len(header), *(len(row) for row in itertools.islice(rows, SAMPLE - 1))]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnprovenError(f"its first rows cannot be read: {error}") from error
    _check_header(sample)
    labels = tuple(label.strip() for label in header)
    return Opening(
        delimiter=delimiter,
        bom=bom,
        labels=labels,
        header_bytes=len(weight.encode()),
        header_quotes=weight.count('"') - sum(label.count('"') for label in header),
    )


class _Counted:
    """Lines, and all that has been taken of them so far."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.taken = ""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        if len(self.taken) < 1 << 20:  # only the header's lines are asked for
            self.taken += line
        return line


def _stated(dialect: Mapping[str, Json]) -> Mapping[str, Json]:
    """What the descriptor states. Raises `UnprovenError` for anything that is not read on this route."""
    marks = {key: value for key, value in dialect.items() if key != "csv"}
    nested = dialect.get("csv", {})
    if not isinstance(nested, dict) or marks.keys() & nested.keys():
        raise UnprovenError("its dialect states something twice")
    marks |= nested
    for key, value in marks.items():
        if key not in _ANYTHING | {"delimiter"} and (key not in _PLAIN or value != _PLAIN[key]):
            raise UnprovenError(f"its dialect states {key}")
    if not isinstance(marks.get("lineTerminator", ""), str):
        raise UnprovenError("its dialect states a line terminator that is no text")
    return marks


def _delimiter(marks: Mapping[str, Json], *, tsv: bool) -> str:
    """The delimiter that is stated, or nothing."""
    delimiter = marks.get("delimiter", "\t" if tsv else "")
    if (
        not isinstance(delimiter, str)
        or len(delimiter) > 1
        or not delimiter.isascii()
        or delimiter in {'"', "\r", "\n"}
    ):
        raise UnprovenError("its delimiter is unusual")
    return delimiter


def _sniff(lines: list[str], stated: str, *, blanks: bool) -> str:
    """The delimiter that frictionless comes to read with; with `blanks` it is stated that blanks before cells count."""
    found: type[csv.Dialect] | csv.Dialect
    try:
        found = csv.Sniffer().sniff("".join(lines), stated or _DELIMITERS)
    except csv.Error:
        found = csv.excel()
    if (found.skipinitialspace and not blanks) or found.quotechar not in {'"', "'"}:  # it takes ' for a mistake, too
        raise UnprovenError("frictionless guesses that blanks before cells are to be skipped")
    return stated or found.delimiter


def _check_header(widths: list[int]) -> None:
    """Raise `UnprovenError` unless frictionless takes the first row for the header: one of about the average width."""
    width = round(sum(widths) / len(widths))
    drift = max(round(width * 0.1), 1)
    if not widths[0] or abs(widths[0] - width) > drift:
        raise UnprovenError("its header is not certainly the first row")
