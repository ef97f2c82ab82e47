"""A generated budget: the same one every time, valid, with a fiscal model."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from pathlib import Path

SEED = 2026
FIELDS = {  # name to type
    "year": "year",
    "ministry_code": "string",
    "ministry": "string",
    "function_code": "string",
    "function": "string",
    "subfunction_code": "string",
    "subfunction": "string",
    "economic_code": "string",
    "economic": "string",
    "project": "string",
    "approved": "number",
    "executed": "number",
}
MODEL = {
    "measures": {
        "approved": {"source": "approved", "currency": "EUR", "direction": "expenditure", "phase": "approved"},
        "executed": {"source": "executed", "currency": "EUR", "direction": "expenditure", "phase": "executed"},
    },
    "dimensions": {
        "date": {
            "dimensionType": "datetime",
            "attributes": {"year": {"source": "year"}},
            "primaryKey": "year",
        },
        "administrator": {
            "dimensionType": "entity",
            "attributes": {
                "code": {"source": "ministry_code"},
                "label": {"source": "ministry", "labelfor": "code"},
            },
            "primaryKey": "code",
        },
        "function": {
            "dimensionType": "classification",
            "classificationType": "functional",
            "attributes": {
                "level1": {"source": "function_code"},
                "level1_label": {"source": "function", "labelfor": "level1"},
                "level2": {"source": "subfunction_code", "parent": "level1"},
                "level2_label": {"source": "subfunction", "labelfor": "level2"},
            },
            "primaryKey": ["level1", "level2"],
        },
        "economic": {
            "dimensionType": "classification",
            "classificationType": "economic",
            "attributes": {
                "code": {"source": "economic_code"},
                "label": {"source": "economic", "labelfor": "code"},
            },
            "primaryKey": "code",
        },
        "project": {
            "dimensionType": "project",
            "attributes": {"name": {"source": "project"}},
            "primaryKey": "name",
        },
    },
}


def write_dataset(folder: Path, *, rows: int) -> Path:
    """Write a valid budget of `rows` rows below `folder`, the same one every time, and return the folder."""
    folder.mkdir(parents=True)
    with (folder / "budget.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FIELDS)
        writer.writerows(_rows(rows))
    schema = {"fields": [{"name": name, "type": kind} for name, kind in FIELDS.items()]}
    resource_ = {"name": "budget", "path": "budget.csv", "schema": schema}
    descriptor = {"name": "bench", "title": "A generated budget", "resources": [resource_], "model": MODEL}
    (folder / "datapackage.json").write_text(json.dumps(descriptor, indent=2), encoding="utf-8")
    return folder


def _rows(count: int) -> Iterator[tuple[str, ...]]:
    chance = random.Random(SEED)  # the same budget every time
    for number in range(count):
        ministry, function, part, kind = (chance.randrange(n) for n in (24, 10, 9, 40))
        approved = chance.randrange(-50_000, 90_000_000)
        yield (
            str(2015 + number % 10),
            f"M{ministry:02}",
            f"Ministry of Subject {ministry}",
            f"{function:02}",
            f"Function {function}",
            f"{function:02}{part}",
            f"Subfunction {function}.{part}",
            f"{100 + kind}",
            f"Economic item {kind}",
            f"Project {chance.randrange(400)}",
            f"{approved / 100:.2f}",
            f"{approved * chance.randrange(70, 105) / 10_000:.2f}",
        )
