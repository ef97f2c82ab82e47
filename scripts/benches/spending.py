"""Generated spending: the same rows every time, with quotes, commas, line feeds and letters beyond ASCII in the texts."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, TextIO

SEED = 7
CURRENCIES = ("EUR", "GBP", "USD", "CHF")
FUNCTIONS = tuple(f"{a:02}.{b}.{c}" for a in range(1, 11) for b in range(1, 6) for c in range(1, 4))
WORDS = "supplies works service contract upkeep computing cleaning año 2014 lot invoice nota crédito übertrag".split()
FIELDS: tuple[dict[str, Any], ...] = (
    {"name": "id", "type": "integer", "constraints": {"required": True}},
    {"name": "date", "type": "date", "constraints": {"required": True, "minimum": "2000-01-01"}},
    {"name": "amount", "type": "number", "constraints": {"required": True}},
    {"name": "currency", "type": "string", "constraints": {"enum": list(CURRENCIES)}},
    {"name": "payer_id", "type": "string", "constraints": {"required": True, "pattern": "GOV-[0-9]{3}"}},
    {"name": "payer", "type": "string"},
    {"name": "payee_id", "type": "string", "constraints": {"minLength": 3, "maxLength": 20}},
    {"name": "payee", "type": "string"},
    {"name": "function", "type": "string", "constraints": {"pattern": r"[0-9]{2}(\.[0-9]){0,2}"}},
    {"name": "programme", "type": "string"},
    {"name": "status", "type": "string", "constraints": {"enum": ["approved", "executed"]}},
    {"name": "description", "type": "string", "constraints": {"maxLength": 500}},
)
PAYERS = tuple((f"GOV-{n:03}", f"Ministry nº {n} of {WORDS[n % len(WORDS)]}") for n in range(120))


def write_spending(
    folder: Path,
    *,
    rows: int,
    keyed: bool = False,
    damaged: int = 0,
    delimiter: str = ",",
    line_end: str = "\n",
    bom: bool = False,
) -> Path:
    """Write a package of one table, `damaged` rows of which are bad, and return its folder.

    With `keyed` it has a primary key, and a foreign key to a table of payers.
    """
    folder.mkdir(parents=True)
    with (folder / "spending.csv").open("w", newline="", encoding="utf-8-sig" if bom else "utf-8") as file:
        _write(file, rows, damaged, delimiter, line_end)
    table: dict[str, Any] = {
        "name": "spending",
        "path": "spending.csv",
        "encoding": "utf-8",
        "schema": {"fields": FIELDS},
    }
    if delimiter != ",":
        table["dialect"] = {"delimiter": delimiter}
    resources = [table]
    if keyed:
        key = {"fields": ["payer_id"], "reference": {"resource": "payers", "fields": ["id"]}}
        table["schema"] |= {"primaryKey": ["id"], "foreignKeys": [key]}
        with (folder / "payers.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([("id", "name"), *PAYERS])
        schema = {
            "fields": [{"name": "id", "type": "string"}, {"name": "name", "type": "string"}],
            "primaryKey": ["id"],
        }
        resources.append({"name": "payers", "path": "payers.csv", "encoding": "utf-8", "schema": schema})
    (folder / "datapackage.json").write_text(json.dumps({"name": "bench", "resources": resources}), encoding="utf-8")
    return folder


def _write(file: TextIO, rows: int, damaged: int, delimiter: str, line_end: str) -> None:
    writer = csv.writer(file, lineterminator=line_end, delimiter=delimiter)
    writer.writerow(field["name"] for field in FIELDS)
    chance = Random(SEED)
    bad = set(chance.sample(range(rows), damaged))
    writer.writerows(_damage(chance, row) if n in bad else row for n, row in enumerate(_rows(rows)))


def _rows(count: int) -> Iterator[list[str]]:
    chance = Random(SEED)
    payees = [(f"ES{chance.randrange(10**8):08}", f"{name} {n}") for n in range(20_000) for name in [_name(chance)]]
    texts = [_description(chance) for _ in range(5000)]
    for number in range(count):
        payer, payee = chance.choice(PAYERS), payees[int(chance.random() ** 2 * len(payees))]
        yield [
            str(number + 1),
            f"{2010 + number % 12}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
            f"{chance.lognormvariate(7, 2) * (-1 if chance.random() < 0.02 else 1):.2f}",
            CURRENCIES[int(chance.random() ** 3 * 4)],
            *payer,
            *payee,
            chance.choice(FUNCTIONS),
            f"P{chance.randrange(400):03}",
            "approved" if chance.random() < 0.5 else "executed",
            chance.choice(texts) + (f" ref {number}" if number % 3 == 0 else ""),
        ]


def _name(chance: Random) -> str:
    return chance.choice(("Société", "Søn & Co", "ООО Ромашка", "Acme, Inc.", 'Bar "El Sol"', "Müller GmbH"))


def _description(chance: Random) -> str:
    text = " ".join(chance.choices(WORDS, k=chance.randrange(3, 9)))
    kind = chance.random()
    if kind < 0.10:
        return text.replace(" ", ", ", 1)
    if kind < 0.15:
        return text + ' "urgent"'
    if kind < 0.18:
        return text.replace(" ", "\n", 1)
    return "" if kind < 0.20 else text


def _damage(chance: Random, row: list[str]) -> list[str]:
    """One of all the mistakes that the schema can tell."""
    place, wrong = chance.choice(
        (
            (0, "x7"),
            (0, "1"),
            (1, "2014-02-30"),
            (1, "1999-12-31"),
            (2, "n/a"),
            (2, "1,000.00"),
            (3, "XXX"),
            (4, "GOV-9"),
            (4, ""),
            (6, "a"),
            (8, "1.2"),
            (10, "paid"),
            (11, "z" * 501),
            (12, "one more"),
            (-1, ""),
        )
    )
    if place < 0:
        return row[:-1] if wrong or chance.random() < 0.5 else [""] * len(row)
    return [*row[:place], wrong, *row[place + 1 :]]
