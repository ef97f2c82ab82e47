"""Small tables as inference sees them, from text."""

from __future__ import annotations

import csv
import io

from osds.inference.profile import Profile, profile_table
from osds.inference.sources import CsvFile
from osds.inference.table import Column, Table, read_table
from osds.inference.text import Encoding, Layout


def table_of(text: str, delimiter: str = ",") -> Table:
    """The table of a CSV text."""
    return read_table(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def column_of(*values: str, name: str = "column") -> Column:
    """One column with these values from top to bottom."""
    return read_table([[name], *([value] for value in values)]).columns[0]


def profiles_of(text: str) -> dict[str, Profile]:
    """The profiles of the columns of a CSV text, by header."""
    return {profile.name: profile for profile in profile_table(table_of(text), continental=False)}


def file_of(text: str, path: str = "data/budget.csv", *, complete: bool = True) -> CsvFile:
    """A CSV file in UTF-8 with commas."""
    return CsvFile(
        path=path,
        bytes=len(text.encode()),
        sha256="00",
        complete=complete,
        encoding=Encoding(name="utf-8"),
        layout=Layout(delimiter=",", skip_space=False, dialect={}),
        table=table_of(text),
    )
