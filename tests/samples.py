"""A small valid dataset, as values that tests change."""

from __future__ import annotations

from typing import Any

SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "year", "type": "integer"},
        {"name": "code", "type": "string"},
        {"name": "label", "type": "string"},
        {"name": "amount", "type": "number"},
    ]
}
MODEL: dict[str, Any] = {
    "measures": {"amount": {"source": "amount", "currency": "EUR"}},
    "dimensions": {
        "date": {"dimensionType": "datetime", "attributes": {"year": {"source": "year"}}, "primaryKey": "year"},
        "function": {
            "attributes": {"code": {"source": "code"}, "label": {"source": "label", "labelfor": "code"}},
            "primaryKey": "code",
        },
    },
}
ROWS = "year,code,label,amount\n2023,01,Schools,10.50\n2023,02,Roads,4\n2024,01,Schools,11.25\n"


def descriptor(**changes: Any) -> dict[str, Any]:
    """A small valid descriptor, with top-level keys replaced; None removes one."""
    whole = {
        "name": "town-budget",
        "title": "Budget of a town",
        "licenses": [{"name": "ODC-PDDL-1.0"}],
        "resources": [{"name": "budget", "path": "budget.csv", "schema": SCHEMA}],
        "model": MODEL,
        **changes,
    }
    return {key: value for key, value in whole.items() if value is not None}
