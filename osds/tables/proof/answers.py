"""What the engine is asked about a table and what it says, as values that can travel as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from osds.dataset.package import Json

Cells = tuple[str, ...]
MAX_SUSPECTS = 100_000  # rows of one table; beyond, frictionless may as well read all of it
MAX_SUSPECT_BYTES = 6 << 20  # they travel to another process and back


@dataclass(frozen=True, kw_only=True)
class ScanQuestion:
    """Look for doubtful rows in the first resource of `descriptor`, a rewritten one.

    `paths` says where each resource lies as one UTF-8 file; `memory` is what the engine may use, in bytes. `further` are
    rows of the table that the engine leaves out, because they are not as wide as its header: their keys count as well.
    """

    descriptor: Mapping[str, Json]
    paths: Mapping[str, str]
    memory: int
    further: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, kw_only=True)
class Sums:
    """What the engine counted in a table: rows without the header, and the bytes of all their cells.

    `header_bytes` are those of the header record as it stands in the file, with its line end, and `header_quotes` the quotes
    in it that are no part of a label. `bom` says whether a byte order mark stands before it.
    """

    delimiter: str
    bom: bool
    labels: tuple[str, ...]
    rows: int
    cell_bytes: int
    header_bytes: int
    header_quotes: int


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What the engine found: its sums for the table and for those it refers to, and the rows that it does not vouch for.

    `keyed` says that a row may be bad because of another one. Where `unproven` says why, the rest means nothing.
    """

    unproven: str = ""
    sums: Sums | None = None
    references: Mapping[str, Sums] = field(default_factory=dict)
    suspects: tuple[Cells, ...] = ()
    keyed: bool = False


def read_scan(value: Json) -> Scan:
    """The scan in a JSON value, which comes from another process. Raises `ValueError` if it is anything else."""
    try:
        return Scan(
            unproven=_text(value["unproven"]),
            sums=None if value["sums"] is None else _sums(value["sums"]),
            references={_text(name): _sums(sums) for name, sums in value["references"].items()},
            suspects=tuple(_cells(cells) for cells in value["suspects"]),
            keyed=value["keyed"] is not False,
        )
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError("not a scan") from error


def _sums(value: Mapping[str, Any]) -> Sums:
    counts = ("rows", "cell_bytes", "header_bytes", "header_quotes")
    if any(type(value[name]) is not int for name in counts):
        raise ValueError("not sums")
    return Sums(
        delimiter=_text(value["delimiter"]),
        bom=value["bom"] is True,
        labels=_cells(value["labels"]),
        **{name: value[name] for name in counts},
    )


def _cells(value: Sequence[Any]) -> Cells:
    return tuple(_text(cell) for cell in value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")  # noqa: TRY004 (wrong JSON is a wrong value)
    return value
