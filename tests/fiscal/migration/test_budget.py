"""Budget Data Package 0.1 and 0.2."""

from __future__ import annotations

import pytest

from osds.fiscal.migration.migrate import migrate
from tests.fiscal.migration.lab import Raw, keys, migrated, package, table

BUDGET_02: Raw = {
    "currency": "ISK",
    "fiscalPeriod": "2014-01-01/2014-12-31",
    "status": "approved",
    "financialStatement": "expenditure",
    "granularity": "aggregated",
}


def constant(year: str) -> Raw:
    return {"dimensionType": "datetime", "attributes": {"year": {"constant": year}}, "primaryKey": "year"}


def test_migrate_budget__columns_of_0_2() -> None:
    names = "id amount:number administrator administratorID functionalClassification cofogCode extra".split()
    raw = package(table("t", *names, **BUDGET_02), last=1)
    assert migrated(raw, "the fiscal year 2014", "the columns extra no meaning") == {
        "measures": {
            "amount": {"source": "amount", "currency": "ISK", "direction": "expenditure", "phase": "approved"}
        },
        "dimensions": {
            "date": constant("2014"),
            "administrator": {
                "dimensionType": "entity",
                "attributes": {
                    "id": {"source": "administratorID"},
                    "title": {"source": "administrator", "labelfor": "id"},
                },
                "primaryKey": "id",
            },
            "functional-classification": {
                "dimensionType": "classification",
                "classificationType": "functional",
                "attributes": {"title": {"source": "functionalClassification"}},
                "primaryKey": "title",
            },
            "cofog": {
                "dimensionType": "classification",
                "classificationType": "functional",
                "attributes": {"code": {"source": "cofogCode"}},
                "primaryKey": "code",
            },
            "fact": {"dimensionType": "fact", "attributes": {"id": {"source": "id"}}, "primaryKey": "id"},
        },
    }
    assert keys(raw) == ["name", "license", "resources", "model", "last"]


def test_migrate_budget__columns_of_0_1() -> None:
    names = "id admin cofog gfsmExpense programID type amount:integer".split()
    more = {"currency": "AMD", "fiscalYear": "2012", "status": "approved", "standard": "0.1", "type": "revenue"}
    model = migrated(package(table("t", *names, **more)), "the fiscal year 2012")
    assert model["measures"]["amount"]["direction"] == "revenue"
    assert list(model["dimensions"]) == [
        "date",
        "administrator",
        "cofog",
        "gfsm",
        "budgetary-classification",
        "program",
        "fact",
    ]


def test_migrate_budget__transactions_with_dates_and_three_amounts() -> None:
    names = "id amount:number amountApproved:number amountAdjusted:number date:date dateReported:date supplier".split()
    model = migrated(package(table("t", *names, **{**BUDGET_02, "status": "executed"})))
    assert {name: m["phase"] for name, m in model["measures"].items()} == {
        "amount": "executed",
        "amountApproved": "approved",
        "amountAdjusted": "adjusted",
    }
    assert list(model["dimensions"]) == ["date", "date-reported", "supplier", "fact"]
    assert model["dimensions"]["date"]["attributes"] == {"date": {"source": "date"}}


def test_migrate_budget__a_table_for_each_phase() -> None:
    executed = table("done", "id", "amount:number", "cofogCode", **{**BUDGET_02, "status": "executed"})
    raw = package(table("codes", "a"), table("plan", "id", "amount:number", "cofogCode", **BUDGET_02), executed)
    model = migrated(raw, "the fiscal year 2014")
    assert {name: (m["resource"], m["phase"]) for name, m in model["measures"].items()} == {
        "amount": ("plan", "approved"),
        "amount-done": ("done", "executed"),
    }
    assert model["dimensions"]["cofog"]["attributes"]["code"] == {"source": "cofogCode", "resource": "plan"}


def test_migrate_budget__another_year_is_not_mixed_in() -> None:
    second = table("t2", "id", "amount:number", "f", **{**BUDGET_02, "fiscalPeriod": "2015-01-01/2015-12-31"})
    raw = package(table("t", "id", "amount:number", **BUDGET_02), second)
    assert list(migrated(raw, "the fiscal year 2014", "'t2' are of other years")["measures"]) == ["amount"]


@pytest.mark.parametrize(
    ("told", "year"),
    [
        ({"fiscalPeriod": "2014-04-01/2015-03-31"}, "2014-15"),
        ({"fiscalPeriod": "2014-01-01/2016-12-31"}, None),
        ({"fiscalPeriod": "2014-12-31/2014-01-01"}, None),
        ({"fiscalPeriod": {"start": "2014-01-01", "end": "2014-12-31"}}, None),
        ({"fiscalYear": 2012}, "2012"),
        ({"fiscalYear": True}, None),
    ],
)
def test_migrate_budget__the_fiscal_year_of_a_resource(told: Raw, year: str | None) -> None:
    raw = {k: v for k, v in BUDGET_02.items() if k != "fiscalPeriod"}
    done = migrate(package(table("t", "id", "amount:number", **raw, **told)))
    assert done.descriptor is not None
    assert done.descriptor["model"]["dimensions"].get("date") == (constant(year) if year else None)
