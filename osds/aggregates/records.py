"""CSV text as Python's csv module reads it, which is how frictionless has judged it."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from osds.aggregates.names import csv_line
from osds.errors import BugError


def read_records(paths: Iterable[Path]) -> Iterator[list[str]]:
    """The records of CSV files without their header rows. Raises `BugError` if Python reads it differently."""
    with _long_fields():
        for path in paths:
            with path.open(encoding="utf-8", newline="") as file:
                reader = csv.reader(file, strict=True)
                try:
                    next(reader, None)
                    for cells in reader:
                        yield cells or [""]  # a blank line is an empty cell in a table of one column
                except (csv.Error, UnicodeDecodeError) as error:
                    raise BugError(f"Python's csv module cannot read {path.name}: {error}") from error


@contextmanager
def _long_fields() -> Iterator[None]:
    """Python refuses cells of more than 131,072 characters unless it is told otherwise, for the whole process."""
    before = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def rewrite_records(paths: Iterable[Path], fields: int, path: Path, first: int | None = None) -> int:
    """Write the records anew into `path`, below a header, in the one form that every reader takes alike.

    `first` for as many records only. Returns the size of the longest record in bytes.
    """
    longest = 0
    with path.open("wb") as file:
        file.write(f"{csv_line(f't{n}' for n in range(fields))}\n".encode())
        for cells in islice(read_records(paths), first):
            longest = max(longest, file.write(f"{csv_line(cells)}\n".encode()))
    return longest
