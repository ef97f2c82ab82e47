"""What `osds validate` says of nasty tables, word for word: `tests/golden/validate-*.txt`.

`GOLDEN=write` writes the files anew; read the difference before it is committed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from osds.commands.dataset.validate import validate
from osds.progress import Silent
from osds.settings import Settings
from osds.views import text
from tests.samples import SCHEMA

GOLDEN = Path(__file__).parents[1] / "golden"
HEADER = "year,code,label,amount\n"
AMOUNTS = ("1,234.50", "nfp", "12 EUR", "(5)", "-", "7-", "10%", "nfp", "1.5", "x1y2z", "")


def schema(**fields: dict[str, Any]) -> dict[str, Any]:
    """The sample's schema with something more in some of its fields."""
    return {"fields": [{**field, **fields.get(field["name"], {})} for field in SCHEMA["fields"]]}


def budget(rows: str, **of_schema: Any) -> dict[str, Any]:
    resource = {"name": "budget", "path": "budget.csv", "schema": {**SCHEMA, **of_schema}}
    return {"files": {"budget.csv": HEADER + rows}, "resources": [resource]}


CODES = {"name": "codes", "path": "codes.csv", "schema": {"fields": [{"name": "code", "type": "string"}]}}
TO_CODES = [{"fields": ["code"], "reference": {"resource": "codes", "fields": ["code"]}}]
NASTY = {
    "amounts": budget("".join(f'2023,0{n},Schools {n},"{a}"\n' for n, a in enumerate(AMOUNTS))),
    "rows": budget("2023,01,a,1\n\n2023,02\n2023,03,b,2,extra,more\n2023,01,a,1\n", primaryKey=["year", "code"]),
    "rules": budget(
        "2023,,a,1\n1800,02,b,-5\n2023,03,zzz,5\n2023,04,a,6\n",
        **schema(
            year={"constraints": {"minimum": 1900}},
            code={"constraints": {"required": True}},
            label={"constraints": {"enum": ["a", "b"], "unique": True}},
            amount={"constraints": {"minimum": 0}},
        ),
    ),
    "dates": budget("31.12.2023,01,a,1\n2023-02-30,01,a,1\nopen,02,b,2\n", **schema(year={"type": "date"})),
    "many": budget("".join(f"2023,{n},x,nfp\n" for n in range(1500))),
    "header": {"files": {"budget.csv": "Year,code,,amount,amount,x\n2023,01,a,1,2,3\n"}},
    "foreign": {
        "files": {"budget.csv": f"{HEADER}2023,99,a,1\n2023,01,b,2\n2023,98,c,3\n", "codes.csv": "code\n01\n"},
        "resources": [
            {"name": "budget", "path": "budget.csv", "schema": {**SCHEMA, "foreignKeys": TO_CODES}},
            CODES,
        ],
    },
    "unsafe": {"resources": [{"name": "budget", "path": "../budget.csv", "schema": SCHEMA}]},
    "json": {"files": {"datapackage.json": '{"name": "town", "resources": [}'}},
    "model": {"model": {"measures": {"amount": {"source": "betrag"}}, "dimensions": {}}},
}


@pytest.mark.parametrize("name", NASTY)
def test_validate__says_in_words(name: str, make_dataset: Callable[..., Path]) -> None:
    folder = make_dataset(**NASTY[name])
    told = text.render(validate(folder, Settings(), Silent()).report)
    golden = GOLDEN / f"validate-{name}.txt"
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text("utf-8")
