"""The figures that the gate compares, read from a bundle's descriptor and its lists of members."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from osds.store.figures import Figures, member_files, read_figures

FIELDS = [{"name": name} for name in ("unit.a", "unit.b", "label", "alternatives", "labels", "depth", "_count")]
PACKAGE: dict[str, Any] = {
    "resources": [
        {"path": "apex.csv", "osds": {"cells": 2}},
        {"path": "members-unit.csv", "osds": {"members": "unit"}, "schema": {"fields": FIELDS}},
    ],
    "osds": {
        "source": {"tables": [{"resource": "budget", "rows": 7, "columns": ["year", "unit"]}]},
        "measures": {
            "approved": {
                "currency": "EUR",
                "empty": 1,
                "facts": 7,
                "totals": [{"year": "2024", "value": "10.50"}, {"year": "", "value": "1"}],
            },
            "executed": {"currency": None, "empty": 0, "facts": 7, "totals": [{"currency": "USD", "value": "-3"}]},
        },
    },
}
MEMBERS = b"unit.a,unit.b,label,alternatives,labels,depth,_count\n,,x,,1,1,2\n,,x,,1,2,2\n1,,y,,1,1,5\n1,11,z,,1,2,5\n"


def test_read_figures__all_of_them() -> None:
    assert member_files(PACKAGE) == {"unit": "members-unit.csv"}
    assert read_figures(PACKAGE, {"unit": MEMBERS}) == Figures(
        rows={"budget": 7},
        columns={"budget": ("year", "unit")},
        totals={
            "approved, 2024, EUR": Decimal("10.50"),
            "approved, no year, EUR": Decimal(1),
            "executed, USD": Decimal(-3),
        },
        empty={"approved": (1, 7), "executed": (0, 7), "unit": (2, 7)},
        members={"unit": frozenset({("",), ("", ""), ("1",), ("1", "11")})},
    )


def test_read_figures__what_an_older_bundle_does_not_state() -> None:
    bare: dict[str, Any] = {"resources": [{"path": "apex.csv"}], "osds": {"format": "1.0"}}
    assert read_figures(bare, {}) == Figures(rows={}, columns={}, totals={}, empty={}, members={})
