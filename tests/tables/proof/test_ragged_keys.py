"""Rows of another width have keys, too: a good row may be bad because of them, and they because of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from osds.dataset.package import read_package
from scripts.fuzzes.tables import compare

FIELDS = [{"name": "id", "type": "integer"}, {"name": "code", "type": "string"}, {"name": "text", "type": "string"}]
SELF = {"fields": ["text"], "reference": {"resource": "", "fields": ["code"]}}
BEFORE, AFTER = ("".join(f"{n},c{n},c{n}\n" for n in numbers) for numbers in (range(100, 110), range(110, 120)))


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize(
    "ragged",
    [
        "105,c9,c105,more\n",
        "105\n",
        "0105,c7\n",
        "x,c115\n",
        ",c105\n",
        "7,c7,c7,c7\n8\n",
        "\n\n",
        "7\n7\n",
        ",,,\n",
        ",\n",
    ],
)
@pytest.mark.parametrize(
    "schema",
    [
        {"primaryKey": ["id"]},
        {"primaryKey": ["id", "code"]},
        {"fields": [{**field, "constraints": {"unique": True}} for field in FIELDS]},
        {"foreignKeys": [SELF]},
        {"primaryKey": ["code"], "foreignKeys": [SELF]},
    ],
)
def test_ragged__keys_of_rows_of_another_width(tmp_path: Path, ragged: str, schema: dict[str, Any]) -> None:
    (tmp_path / "a.csv").write_text(f"id,code,text\n{BEFORE}{ragged}{AFTER}", "utf-8", newline="")
    table = {"name": "a", "path": "a.csv", "encoding": "utf-8", "schema": {"fields": FIELDS, **schema}}
    assert (
        compare(tmp_path, read_package({"name": "x", "resources": [table]}), limit=100)
        == "proven, doubtful rows judged"
    )
