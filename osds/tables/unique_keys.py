"""`uniqueKeys` of Data Package 2: columns in which no two rows may agree. frictionless 5.21 pays no attention to them.

Source: https://datapackage.org/standard/table-schema/#uniquekeys. As with UNIQUE in SQL, a row that lacks a value of a key
is not compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from osds.dataset.package import Json
from osds.tables import checks
from osds.tables.answers import TableError
from osds.tables.looks import MAX_TOLD, fields_of, shown


class UniqueKeys:
    """Looks at each row that frictionless has judged; `found` are rows that agree with an earlier one."""

    def __init__(self, schema: Mapping[str, Json]) -> None:
        self.found: list[TableError] = []
        self._rows: dict[tuple[str, ...], dict[tuple[Any, ...], int]] = {key: {} for key in unique_keys(schema)}

    def look(self, row: Any) -> None:  # noqa: ANN401 (frictionless' Row is untyped here)
        """Look at a row."""
        for key, rows in self._rows.items():
            values = tuple(row.get(name) for name in key)
            if None in values:
                continue
            try:
                before = rows.get(values)
                rows[values] = row.row_number
            except TypeError:  # lists and objects
                continue
            if before is not None and len(self.found) < MAX_TOLD:
                self.found.append(_error(key, values, row.row_number, before))


def unique_keys(schema: Mapping[str, Json]) -> list[tuple[str, ...]]:
    """The unique keys of a schema, but for the primary key, whose rows frictionless compares.

    A key with a name that is no field's means nothing here.
    """
    stated, primary = schema.get("uniqueKeys"), schema.get("primaryKey", [])
    names = fields_of(schema)
    if not isinstance(stated, list):
        return []
    keys = [tuple(key) for key in stated if isinstance(key, list) and key and all(isinstance(n, str) for n in key)]
    own = {tuple(primary) if isinstance(primary, list) else (primary,)}
    return [key for key in dict.fromkeys(keys) if names.keys() >= set(key) and key not in own]


def _error(key: tuple[str, ...], values: tuple[Any, ...], row: int, before: int) -> TableError:
    columns = " + ".join(key)
    return TableError(
        code=checks.UNIQUE_KEY.code,
        title=checks.UNIQUE_KEY.title,
        message=f'The row has the same values in "{shown(columns)}" as the row at position {before}',
        row=row,
        field=shown(columns),
        cell=shown(" + ".join(map(str, values))),
    )
