"""Generated payments by district, fund, payer, function, programme and status; the same ones every time.

The engine makes it, because Python would take minutes for millions of rows. The six dimensions have 41 cuboids of up to
three of them, at five million rows with 6 million cells in all. With `suppliers` there are two more dimensions, one of
them of 20,000 payees: a cube that is bigger than its data.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DIMENSIONS = ("district", "fund", "payer", "cofog", "programme", "status")
SUPPLIERS = ("payer_name", "payee")
# None of them is a year, currency, phase or direction: those are in every cuboid, and then there were 15 instead of 41.
_COLUMNS = """
    printf('T%09d', i) AS id,
    printf('District %d', h[1] % 10) AS district,
    printf('F%d', h[2] % 6) AS fund,
    printf('P%04d', h[3] % 900) AS payer,
    printf('Ministry of subject number %d', h[3] % 900) AS payer_name,
    printf('%02d.%d', (h[3] * 7 + h[4] % 130) % 27, h[5] % 3) AS cofog,
    printf('PRG-%04d', (h[3] % 900 * 7 + h[4] % 130) % 1000) AS programme,
    ['planned', 'committed', 'invoiced', 'paid', 'open'][1 + h[6] % 5] AS status,
    printf('Supplier and Sons No. %d', h[7] % 20000) AS payee,
    printf('%s, line %d, for "goods" and services', ['Fuel', 'Paper', 'Repair'][1 + h[8] % 3], h[8] % 997) AS purpose,
    CAST(CAST(h[9] % 10000000 - 500000 AS DECIMAL(18, 0)) / 100 AS DECIMAL(18, 2)) AS amount
"""
_ROLLS = ", ".join(f"CAST(hash(i * 16 + {n}) % 2147483647 AS BIGINT)" for n in range(9))


def write_payments(folder: Path, *, rows: int, suppliers: bool = False) -> Path:
    """Write a valid dataset of `rows` payments into the new folder `folder`; return it."""
    import duckdb

    folder.mkdir(parents=True)
    table = f"SELECT {_COLUMNS} FROM (SELECT i, [{_ROLLS}] AS h FROM range({rows}) r(i))"
    with duckdb.connect(config={"preserve_insertion_order": "true"}) as engine:
        engine.execute(f"COPY ({table}) TO '{folder / 'payments.csv'}' (FORMAT csv, HEADER true)")
        names = [name for name, *_ in engine.execute(f"DESCRIBE {table}").fetchall()]
    chosen = (*DIMENSIONS, *SUPPLIERS) if suppliers else DIMENSIONS
    (folder / "datapackage.json").write_text(json.dumps(_descriptor(names, chosen), indent=2), encoding="utf-8")
    return folder


def _descriptor(names: list[str], dimensions: tuple[str, ...]) -> dict[str, Any]:
    fields = [{"name": name, "type": "number" if name == "amount" else "string"} for name in names]
    model = {
        "measures": {"amount": {"source": "amount", "currency": "EUR"}},
        "dimensions": {
            name: {"dimensionType": "other", "attributes": {"code": {"source": name}}, "primaryKey": "code"}
            for name in dimensions
        },
    }
    resource = {"name": "payments", "path": "payments.csv", "schema": {"fields": fields}}
    return {"name": "payments", "title": "Generated payments", "resources": [resource], "model": model}
