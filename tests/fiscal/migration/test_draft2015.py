"""The mapping of 2015."""

from __future__ import annotations

from typing import Any

import pytest

from osds.dataset.package import read_package
from osds.fiscal.compile import compile_model
from osds.fiscal.migration.migrate import State, migrate
from tests.fiscal.migration.lab import YEAR, Raw, keys, migrated, package, table

SPENDING = table("cra", "recid", "year:integer", "amount:number", "dept_code", "region")
SPENDING["schema"]["foreignKeys"] = [
    {"fields": "dept_code", "reference": {"resource": "departments", "fields": "code"}},
]
DEPARTMENTS = table("departments", "code", "name")
OF_2015: Raw = {
    "id": "cra/recid",
    "amount": {"source": "cra/amount", "currency": "GBP", "factor": 1000},
    "date": "cra/year",
    "payer": {"id": "cra/dept_code", "title": "departments/name"},
}


def test_migrate_2015__payer_with_a_title_in_another_table() -> None:
    raw = package(SPENDING, DEPARTMENTS, status="executed", direction="Expenditure", mapping=OF_2015, more=1)
    assert migrated(raw, "'year' has the type integer", "nothing of the columns region:") == {
        "measures": {
            "amount": {
                "source": "amount",
                "currency": "GBP",
                "direction": "expenditure",
                "phase": "executed",
                "factor": 1000,
            }
        },
        "dimensions": {
            "date": YEAR,
            "payer": {
                "dimensionType": "entity",
                "attributes": {
                    "id": {"source": "dept_code"},
                    "title": {"source": "name", "resource": "departments", "labelfor": "id"},
                },
                "primaryKey": "id",
            },
            "fact": {"dimensionType": "fact", "attributes": {"id": {"source": "recid"}}, "primaryKey": "id"},
        },
    }
    assert keys(raw) == ["name", "license", "resources", "status", "direction", "model", "more"]


@pytest.mark.parametrize("more", [{}, {"views": []}])
def test_migrate_2015__below_openspending(more: Raw) -> None:
    raw = package(
        table("t", "id", "spent:number", currency="USD"), openspending={"mapping": {"amount": "spent"}, **more}
    )
    done = migrate({**raw, "last": 1})
    assert done.descriptor is not None
    assert done.descriptor["model"]["measures"] == {"amount": {"source": "spent", "currency": "USD"}}
    wanted = ["name", "license", "resources", *(["openspending"] if more else []), "model", "last"]
    assert list(done.descriptor) == wanted
    assert done.descriptor.get("openspending") == (more or None)


def test_migrate_2015__no_currency_is_said_and_not_made_up() -> None:
    raw = package(table("t", "amount:number", "date:date"), mapping={"amount": "t/amount", "date": "t/date"})
    model = migrated_with_warnings(raw, "meant USD", "no currency")
    assert model["measures"] == {"amount": {"source": "amount"}}
    assert model["dimensions"]["date"]["attributes"] == {"date": {"source": "date"}}


def migrated_with_warnings(raw: Raw, *notes: str) -> Raw:
    done = migrate(raw)
    assert done.descriptor is not None
    assert compile_model(read_package(done.descriptor))[0] is not None
    for told, wanted in zip(done.notes, notes, strict=True):
        assert wanted in told
    model: Raw = done.descriptor["model"]
    return model


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("t/place", {"source": "place"}),
        ("place", {"source": "place"}),
        ("a/b", {"source": "a/b"}),
        ("other/name", {"source": "name", "resource": "other"}),
        ("name", {"source": "name", "resource": "other"}),
        (["t/place"], {"source": "place"}),
        (["other/name", "t/place"], {"source": "place"}),
        ("t/2/name", {"source": "name", "resource": "t/2"}),
        ({"source": "t*/place", "title": "Place"}, {"source": "place", "title": "Place"}),
        ({"column": "place", "type": "attribute"}, {"source": "place"}),
    ],
)
def test_migrate_2015__ways_to_write_a_source(source: Any, wanted: Raw) -> None:
    facts = table("t", "amount:number", "place", "a/b", "o")
    facts["schema"]["foreignKeys"] = [{"fields": ["o"], "reference": {"resource": "other", "fields": ["id"]}}]
    mapping = {"amount": {"source": "t/amount", "currency": "EUR"}, "where": source}
    done = migrate(package(facts, table("t/2", "x"), table("other", "id", "name"), mapping=mapping))
    assert done.descriptor is not None
    assert done.descriptor["model"]["dimensions"]["where"] == {"attributes": {"where": wanted}, "primaryKey": "where"}


def test_migrate_2015__words_of_openspending_before_2014() -> None:
    mapping = {
        "amount": {"type": "measure", "column": "amount"},
        "tax": {"type": "measure", "column": "tax"},
        "time": {"type": "date", "column": "day"},
        "to": {"type": "compound", "attributes": {"label": {"column": "payee"}, "name": {"column": "payee_id"}}},
    }
    facts = table("t", "amount:number", "tax:number", "day:date", "payee", "payee_id")
    model = migrated(package(facts, currency="EUR", openspending={"mapping": mapping}))
    assert {name: m["source"] for name, m in model["measures"].items()} == {"amount": "amount", "tax": "tax"}
    assert model["dimensions"]["time"] == {
        "dimensionType": "datetime",
        "attributes": {"date": {"source": "day"}},
        "primaryKey": "date",
    }
    assert model["dimensions"]["to"] == {
        "dimensionType": "entity",
        "attributes": {"label": {"source": "payee", "labelfor": "name"}, "name": {"source": "payee_id"}},
        "primaryKey": "name",
    }


def test_migrate_2015__payee_beside_its_id() -> None:
    mapping = {"amount": {"source": "amount", "currency": "EUR"}, "payeeId": "no", "payee": "who"}
    model = migrated(package(table("t", "amount:number", "who", "no"), mapping=mapping))
    assert model["dimensions"] == {
        "payee": {
            "dimensionType": "entity",
            "attributes": {"id": {"source": "no"}, "title": {"source": "who", "labelfor": "id"}},
            "primaryKey": "id",
        }
    }


def test_migrate_2015__entities_by_foreign_key() -> None:
    """The id of an entity is the column that refers to it; two keys to one table are told apart by their names."""
    facts = table("t", "amount:number", "payer_id", "payee_id")
    facts["schema"]["foreignKeys"] = [
        {"fields": f"{who}_id", "reference": {"resource": "entities", "fields": "id"}} for who in ("payer", "payee")
    ]
    mapping = {"amount": {"source": "t/amount", "currency": "EUR"}, "payee": {"id": "entities/id"}, "by": "entities/id"}
    done = migrate(package(facts, table("entities", "id"), mapping=mapping))
    assert done.descriptor is not None
    dimensions = done.descriptor["model"]["dimensions"]
    assert dimensions["payee"]["attributes"] == {"id": {"source": "payee_id"}}
    assert dimensions["by"]["attributes"] == {"by": {"source": "id", "resource": "entities"}}
    assert any("several foreign keys" in note for note in done.notes)


def test_migrate_2015__a_part_of_a_foreign_key_is_not_the_id() -> None:
    facts = table("t", "amount:number", "year", "unit")
    reference = {"resource": "units", "fields": ["year", "id"]}
    facts["schema"]["foreignKeys"] = [{"fields": ["year", "unit"], "reference": reference}]
    mapping = {"amount": {"source": "t/amount", "currency": "EUR"}, "payer": {"id": "units/id", "title": "units/name"}}
    model = migrated(package(facts, table("units", "year", "id", "name"), mapping=mapping), "columns year, unit:")
    assert model["dimensions"]["payer"]["attributes"]["id"] == {"source": "id", "resource": "units"}


def test_migrate_2015__a_broken_foreign_key_is_said() -> None:
    facts = table("t", "amount:number")
    facts["schema"]["foreignKeys"] = [{"fields": [], "reference": {"resource": "units", "fields": "id"}}]
    mapping = {"amount": {"source": "t/amount", "currency": "EUR"}, "payer": "units/id"}
    done = migrate(package(facts, table("units", "id"), mapping=mapping))
    assert done.state is State.MIGRATED
    assert any("has 0 columns, but refers to 1" in note for note in done.notes)


def test_migrate_2015__rows_in_several_tables() -> None:
    tables = [table(name, "amount:number", "year:year") for name in ("b1", "b2")]
    mapping = {"amount": {"source": ["b1/amount", "b2/amount"], "currency": "EUR"}, "date": "b*/year"}
    model = migrated(package(*tables, mapping=mapping), "a measure of its own")
    assert model["measures"] == {
        "amount": {"source": "amount", "currency": "EUR"},
        "amount-b2": {"source": "amount", "resource": "b2", "currency": "EUR"},
    }
    assert model["dimensions"] == {"date": YEAR}


def test_migrate_2015__what_is_not_understood_is_said() -> None:
    facts = table("t", "amount:number", "f")
    mapping = {
        "amount": {"source": "amount", "currency": "EUR", "phase": "paid"},
        "function": "f",
        "odd": 5,
        "none": {},
    }
    model = migrated(package(facts, mapping=mapping), "'paid' is left out", "'odd' is left out", "'none' is left out")
    assert model["dimensions"]["function"]["classificationType"] == "functional"


def test_migrate_2015__a_source_without_a_column_is_said() -> None:
    mapping = {"amount": {"source": "t/amount", "currency": "EUR"}, "payer": "t/nobody"}
    done = migrate(package(table("t", "amount:number"), mapping=mapping))
    assert done.state is State.MIGRATED
    assert any("no column 'nobody'" in note for note in done.notes)
