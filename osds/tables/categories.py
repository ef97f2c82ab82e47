"""`categories` of Data Package 2: all values that a column may have. frictionless 5.21 pays no attention to it.

Source: https://datapackage.org/standard/table-schema/#categories. The values are texts or whole numbers, alone or as
`{"value": …, "label": …}`; a list that is anything else means nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from osds.dataset.package import Json
from osds.tables import checks
from osds.tables.answers import TableError
from osds.tables.looks import MAX_TOLD, fields_of, is_wrong, shown

_TYPES: Mapping[str, type] = {"string": str, "integer": int}


class Categories:
    """Looks at each row that frictionless has judged; `found` are cells whose value is none of the column's categories."""

    def __init__(self, schema: Mapping[str, Json]) -> None:
        self.found: list[TableError] = []
        stated = {name: categories_of(field) for name, field in fields_of(schema).items()}
        self._categories = {name: values for name, values in stated.items() if values is not None}

    def look(self, row: Any) -> None:  # noqa: ANN401 (frictionless' Row is untyped here)
        """Look at a row. A cell that frictionless has found wrong is left to it."""
        for name, values in self._categories.items():
            value = row.get(name)
            if value is None or value in values or is_wrong(row, name) or len(self.found) >= MAX_TOLD:
                continue
            self.found.append(
                TableError(
                    code=checks.CATEGORY.code,
                    title=checks.CATEGORY.title,
                    message=f'The cell "{shown(value)}" is none of the {len(values):,} categories of its column',
                    row=row.row_number,
                    field=shown(name),
                    cell=shown(value),
                )
            )


def categories_of(field: Mapping[str, Json]) -> frozenset[str | int] | None:
    """The values of a field's `categories`; None if it states none that can be understood."""
    stated, kind = field.get("categories"), _TYPES.get(field.get("type", ""))
    if not isinstance(stated, list) or kind is None:
        return None
    values: list[Json] = [entry.get("value") if isinstance(entry, dict) else entry for entry in stated]
    return frozenset(values) if all(type(value) is kind for value in values) else None
