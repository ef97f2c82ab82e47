"""The example that comes with osds: right to the cent, and with everything in it that its README promises."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from osds.dataset.descriptor import check_package, check_structure
from osds.dataset.package import read_package
from osds.fiscal.compile import compile_model
from osds.fiscal.lint import lint
from osds.fiscal.model import Axis, Form

EXAMPLE = Path(str(files("osds"))) / "example"
DATA = EXAMPLE / "data" / "budget.csv"

# Year, approved and executed, added up by hand
BY_YEAR = [("2023", "3621050.00", "3585331.31"), ("2024", "3711900.00", "3490329.04")]
# Year, group, approved and executed; the empty group is money without a function
BY_GROUP = [
    ("2023", "", "30000.00", "0.00"),
    ("2023", "01", "704850.00", "700174.44"),
    ("2023", "02", "430000.00", "468491.44"),
    ("2023", "03", "832300.00", "831835.53"),
    ("2023", "04", "369400.00", "395775.81"),
    ("2023", "05", "719500.00", "712556.55"),
    ("2023", "06", "535000.00", "476497.54"),
    ("2024", "", "30000.00", "7350.00"),
    ("2024", "01", "730800.00", "725927.65"),
    ("2024", "02", "316000.00", "293141.62"),
    ("2024", "03", "867700.00", "869943.53"),
    ("2024", "04", "490900.00", "383527.45"),
    ("2024", "05", "756500.00", "750544.18"),
    ("2024", "06", "520000.00", "459894.61"),
]
# the same by unit
BY_UNIT = [
    ("2023", "010", "206400.00", "201334.95"),
    ("2023", "020", "528450.00", "498839.49"),
    ("2023", "030", "1797300.00", "1776824.51"),
    ("2023", "040", "369400.00", "395775.81"),
    ("2023", "050", "719500.00", "712556.55"),
    ("2024", "010", "210000.00", "210091.50"),
    ("2024", "020", "550800.00", "523186.15"),
    ("2024", "030", "1703700.00", "1622979.76"),
    ("2024", "040", "490900.00", "383527.45"),
    ("2024", "050", "756500.00", "750544.18"),
]

Row = dict[str, str]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    with DATA.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def descriptor() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EXAMPLE / "datapackage.json").read_text("utf-8"))
    return loaded


def sums(rows: list[Row], key: Callable[[Row], tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Approved and executed by key, as plain Decimals; an amount that is not known is left out."""
    totals: dict[tuple[str, ...], list[Decimal]] = {}
    for row in rows:
        total = totals.setdefault(key(row), [Decimal(0), Decimal(0)])
        for index, measure in enumerate(("approved", "executed")):
            total[index] += Decimal(row[measure] or 0)
    return sorted((*group, *(f"{amount:.2f}" for amount in total)) for group, total in totals.items())


def test_example__sums_by_hand(rows: list[Row]) -> None:
    assert sums(rows, lambda row: (row["year"],)) == BY_YEAR
    assert sums(rows, lambda row: (row["year"], row["group_code"])) == BY_GROUP
    assert sums(rows, lambda row: (row["year"], row["unit_code"])) == BY_UNIT


def test_example__holds_what_the_readme_promises(rows: list[Row]) -> None:
    text = DATA.read_text("utf-8")
    assert len(rows) == 46
    assert Counter(row["year"] for row in rows) == {"2023": 23, "2024": 23}
    assert [row["line"] for row in rows if row["executed"].startswith("-")] == ["2023-22"]
    assert [row["line"] for row in rows if not row["executed"]] == ["2024-15"]
    assert [row["line"] for row in rows if not row["function_code"]] == ["2023-23", "2024-23"]
    assert all(row["function_code"].startswith(row["group_code"]) for row in rows)
    assert {"01", "011"} <= {row[key] for row in rows for key in ("group_code", "function_code")}
    assert "Café Élysée" in text
    assert "Γραφείο Δημάρχου" in text


def test_example__each_code_has_one_name(rows: list[Row]) -> None:
    for code, name in (("unit_code", "unit"), ("group_code", "group"), ("function_code", "function")):
        pairs = {(row[code], row[name]) for row in rows}
        assert len(pairs) == len({code for code, _ in pairs}), code


def test_example__size_and_hash_are_those_of_the_file(descriptor: dict[str, Any]) -> None:
    (resource,) = descriptor["resources"]
    content = DATA.read_bytes()
    assert b"\r" not in content
    assert resource["bytes"] == len(content)
    assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_example__osds_finds_nothing_in_the_descriptor(descriptor: dict[str, Any]) -> None:
    package = read_package(descriptor)
    model, findings = compile_model(package)
    assert [*check_structure(descriptor), *check_package(package), *findings] == []
    assert model is not None
    assert [*lint(package, model)] == []
    assert model.form is Form.MODEL
    assert [axis.axis for axis in model.axes] == [Axis.YEAR]
    assert {d.name: [level.key.source for level in d.levels] for d in model.dimensions} == {
        "year": ["year"],
        "unit": ["unit_code"],
        "function": ["group_code", "function_code"],
    }
    assert [(m.currency, m.direction, m.phase) for m in model.measures] == [
        ("EUR", "expenditure", "approved"),
        ("EUR", "expenditure", "executed"),
    ]


def test_example__frictionless_finds_it_valid() -> None:
    from frictionless import Package

    report = Package(str(EXAMPLE / "datapackage.json")).validate()
    assert report.flatten(["type", "message"]) == []
    assert report.tasks[0].stats["rows"] == 46
