"""Columns whose values are compared: primary keys, unique columns, foreign keys.

frictionless compares values as Python does, after reading them: `01` and `1` are one integer. A key is certain where its
text has the form below; then equal expressions are equal values, and the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass

from osds.tables.proof.columns import Column
from osds.tables.proof.rules import boolean_values, form_of
from osds.tables.proof.sql import one_of
from osds.tables.proof.unproven import UnprovenError


@dataclass(frozen=True, kw_only=True)
class KeyPart:
    """One column of a key. `value` is NULL for a cell without a value; `kind` says with what it may be compared."""

    certain: str
    value: str
    kind: str


def key_part(column: Column, cell: str) -> KeyPart:
    """How to compare the values of a column. Raises `UnprovenError` for types whose values have many forms."""
    missing = one_of(cell, column.missing)
    if column.type == "any" or (column.type == "string" and column.format == "default"):
        return KeyPart(certain="TRUE", value=_unless(missing, cell), kind="string")
    if column.type == "boolean":
        return _boolean_part(column, cell, missing)
    form = form_of(column, cell)
    if form is None:
        raise UnprovenError(f"a key of type {column.type}")
    value = f"TRY_CAST({cell} AS BIGINT)" if column.type == "year" else form.value
    kind = "integer" if column.type == "year" else column.type
    if column.type in {"date", "datetime", "time"}:
        kind += f"/{column.format}"
    certain = f"({missing} OR ({form.accepts}))" if missing != "FALSE" else f"({form.accepts})"
    return KeyPart(certain=certain, value=_unless(missing, value), kind=kind)


def _boolean_part(column: Column, cell: str, missing: str) -> KeyPart:
    """Only these texts are read; any other cell is wrong, and then without a value."""
    values = boolean_values(column)
    true, false = ([text for text, meant in values.items() if meant is wanted] for wanted in (True, False))
    value = f"CASE WHEN {one_of(cell, true)} THEN TRUE WHEN {one_of(cell, false)} THEN FALSE END"
    certain = f"({missing} OR {one_of(cell, values)})"
    return KeyPart(certain=certain, value=_unless(missing, value), kind="boolean")


def _unless(missing: str, value: str) -> str:
    return value if missing == "FALSE" else f"CASE WHEN {missing} THEN NULL ELSE {value} END"
