"""A judged table as the aggregates read it: plain CSV text. A value only; `osds.tables` makes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class TableText:
    """A judged table as plain CSV text, whatever the dialect of the published file was.

    UTF-8 without BOM, comma, double quotes doubled inside quotes, LF or CRLF; every record is as wide as the header.
    Several `paths` are the parts of one table in order; each begins with the header row, which is how frictionless
    reads a multipart resource, and holds whole records.
    """

    resource: str
    paths: tuple[Path, ...]
    fields: tuple[str, ...]  # column names in file order
    missing_values: tuple[str, ...]  # texts that mean "no value", compared with the whole cell
    rows: int  # without headers
