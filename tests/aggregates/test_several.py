"""Money in several tables: all of it is one table of facts. Sums are written by hand."""

from __future__ import annotations

from osds.fiscal.model import Axis
from tests.aggregates.lab import YEAR, Lab, dimension, measure

PLANNED = "year,code,planned\n2014,a,1\n2014,b,2\n2015,a,4\n"
SPENT = "code,year,place,spent\na,2014,x,8.5\nb,2015,y,-16\n,2015,x,\n"
BOTH = [measure("planned", resource="plan"), measure("spent", resource="real", factor="10")]
FROM_PLAN = dimension("date", "year", axis=Axis.YEAR, resource="plan")


def test_aggregate__measures_of_two_tables(lab: Lab) -> None:
    """Columns of one name are one attribute; a measure is empty where its table has no row."""
    done = lab.run_tables(
        {"plan": PLANNED, "real": SPENT}, BOTH, FROM_PLAN, dimension("function", "code", resource="plan")
    )
    assert done.lines("apex.csv") == ["year,planned,spent,_count", "2014,3,85,3", "2015,4,-160,3"]
    assert done.lines("by-function.csv") == [
        "year,function.code,planned,spent,_count",
        "2014,a,1,85,2",
        "2014,b,2,,1",
        "2015,a,4,,1",
        "2015,b,,-160,1",
        "2015,,,,1",
    ]
    assert done.osds["source"]["tables"] == [
        {"resource": "plan", "rows": 3, "columns": ["year", "code", "planned"]},
        {"resource": "real", "rows": 3, "columns": ["code", "year", "place", "spent"]},
    ]
    assert [(m["facts"], m["empty"], m["negative"]) for m in done.osds["measures"].values()] == [
        (3, 0, False),
        (3, 1, True),
    ]


def test_aggregate__a_dimension_of_one_table_keeps_the_money_of_the_other(lab: Lab) -> None:
    done = lab.run_tables(
        {"plan": PLANNED, "real": SPENT}, BOTH, FROM_PLAN, dimension("place", "place", resource="real")
    )
    assert done.lines("by-place.csv") == [
        "year,place.place,planned,spent,_count",
        "2014,x,,85,1",
        "2014,,3,,2",
        "2015,x,,,1",
        "2015,y,,-160,1",
        "2015,,4,,1",
    ]


def test_aggregate__each_table_reads_its_year_in_its_own_way(lab: Lab) -> None:
    done = lab.run_tables(
        {"plan": "year,planned\n2014,1\n", "real": "year,spent\n2014-12-31,2\n2015-01-01,4\n"},
        BOTH,
        FROM_PLAN,
        types={"real": {"year": {"type": "date"}}},
    )
    assert done.lines("apex.csv")[1:] == ["2014,1,20,2", "2015,,40,1"]


def test_aggregate__tables_that_look_up_the_same_one(lab: Lab) -> None:
    """The codes that nobody can tell apart are reported once."""
    codes = "id,name,year\na,Alpha,2014\nb,Beta,2015\n"
    keys = {"plan": [("code", "codes", "id")], "real": [("unit", "codes", "id")]}
    dimensions = (
        dimension("function", "id:name", resource="codes"),
        dimension("date", "year", axis=Axis.YEAR, resource="codes"),
    )
    texts = {"plan": "code,planned\na,1\nb,2\n", "real": "unit,spent\nb,4\nb,8\n", "codes": codes}
    done = lab.run_tables(texts, BOTH, *dimensions, keys=keys)
    assert done.lines("by-function.csv")[1:] == ["2014,a,Alpha,1,,1", "2015,b,Beta,2,120,3"]
    again = lab.run_tables({**texts, "codes": codes + "b,Gamma,2015\n"}, BOTH, *dimensions, keys=keys)
    assert again.codes == ["lookup-not-unique"]


def test_aggregate__a_table_with_money_that_is_also_looked_up(lab: Lab) -> None:
    """Payments name the project that they belong to; projects have budgets of their own."""
    done = lab.run_tables(
        {"plan": "id,year,planned\np,2014,100\nq,2015,200\n", "real": "project,spent\np,1\np,2\nq,4\nr,8\n"},
        BOTH,
        dimension("project", "id", resource="plan"),
        FROM_PLAN,
        keys={"real": [("project", "plan", "id")]},
    )
    assert done.lines("by-project.csv")[1:] == ["2014,p,100,30,3", "2015,q,200,40,2", ",,,80,1"]


def test_aggregate__money_of_unknown_phase_is_refused(lab: Lab) -> None:
    done = lab.run_tables(
        {"plan": "year,phase,planned\n2014,x,1\n", "real": SPENT},
        BOTH,
        FROM_PLAN,
        dimension("phase", "phase", axis=Axis.PHASE, resource="plan"),
    )
    assert done.codes == ["facts-in-several-resources"]
    assert "the phase of the money in 'real' is unknown" in done.aggregation.findings[0].message


def test_aggregate__the_widest_amount_of_all_tables(lab: Lab) -> None:
    """Too long an amount is reported with the file that holds it."""
    long = "1" * 40
    done = lab.run_tables({"plan": "year,planned\n2014,1\n", "real": f"year,spent\n2014,{long}\n"}, BOTH, FROM_PLAN)
    assert [(f.code, f.place.file) for f in done.aggregation.findings] == [("amount-out-of-range", "real.csv")]


def test_aggregate__one_table_needs_no_other(lab: Lab) -> None:
    """What stands beside the money and is named by nobody is not read."""
    done = lab.run_tables({"facts": "year,amount\n2014,1\n", "x": "year,amount\n2014,1\n"}, [measure("amount")], YEAR)
    assert done.lines("apex.csv")[1:] == ["2014,1,1"]
    assert done.osds["source"]["tables"] == [{"resource": "facts", "rows": 1, "columns": ["year", "amount"]}]
