"""Asking frictionless about texts, one by one: its verdict on a cell depends on the cell's text alone."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from frictionless import Schema

from osds.dataset.package import Json
from osds.tables.proof.columns import Column
from osds.tables.proof.rules import DECIMAL
from osds.tables.proof.table import Table
from osds.tables.proof.unproven import UnprovenError
from osds.tables.whole_patterns import matches_whole

_LIMIT = Decimal(10) ** 18
_VERSION_2 = "https://datapackage.org/profiles/2.0/tableschema.json"
Reader = Callable[[str], tuple[Any, Any]]


def refused_texts(table: Table, place: int) -> list[str]:
    """The distinct texts of a column that frictionless does not accept, or over which it breaks down.

    Also those that match a pattern only in part or are in no category, so that somebody looks at their rows.
    """
    read = _reader(table, place)
    column = table.plan.columns[place]
    pattern, categories = column.constraints.get("pattern"), column.categories

    def is_good(text: str) -> bool:
        known = categories is None or text in column.missing or _value(read, text) in categories
        return _accepts(read, text) and matches_whole(pattern, text) and known

    return [text for text in table.texts(f"c{place}") if not is_good(text)]


def read_values(table: Table, place: int, texts: Sequence[str]) -> tuple[str, list[Any]]:
    """The SQL type of a key column, and the value of each text as `keys.key_part` would have it; None for no value.

    Raises `UnprovenError` for values beyond what the engine compares exactly.
    """
    column, read = table.plan.columns[place], _reader(table, place)
    kinds = {"integer": "BIGINT", "year": "BIGINT", "number": DECIMAL, "boolean": "BOOLEAN"}
    kind = kinds.get(column.type, "VARCHAR")
    return kind, [_comparable(column, _value(read, text)) for text in texts]


def _reader(table: Table, place: int) -> Reader:
    """frictionless' reader for a column; made from the whole schema, which says what a missing value is."""
    stated: dict[str, Json] = {"$schema": _VERSION_2} if table.version == 2 else {}
    stated |= {key: table.schema[key] for key in ("fields", "missingValues") if key in table.schema}
    schema = Schema.from_descriptor(stated)
    reader: Reader = schema.get_field(table.plan.columns[place].name).create_cell_reader()
    return reader


def _accepts(read: Reader, text: str) -> bool:
    try:
        return not read(text)[1]
    except Exception:  # noqa: BLE001 (whatever frictionless raises, it shall raise when it comes to the row)
        return False


def _value(read: Reader, text: str) -> Any:  # noqa: ANN401 (a value of any type)
    try:
        return read(text)[0]
    except Exception as error:
        raise UnprovenError("frictionless breaks down over a key") from error


def _comparable(column: Column, value: Any) -> Any:  # noqa: ANN401
    if value is None:
        return None
    if isinstance(value, int) and abs(value) < _LIMIT:
        return value
    if isinstance(value, Decimal) and value.is_finite() and abs(value) < _LIMIT and _places(value) <= 18:
        return value
    if type(value) is datetime.date and column.format == "default":
        return value.isoformat()
    raise UnprovenError(f"a key of type {column.type} with an unusual value")


def _places(value: Decimal) -> int:
    """Digits behind the point; many more of them than the engine compares only where there are."""
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0
