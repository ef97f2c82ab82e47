"""Attributes that stand in another table than the money. Sums are written by hand."""

from __future__ import annotations

from typing import Any

import pytest

from osds.aggregates import load, reconcile
from osds.aggregates.keys import NumberKey, key_readings
from osds.aggregates.money import AmountText
from osds.dataset.package import Field
from osds.errors import BugError
from osds.fiscal.model import Axis
from tests.aggregates.lab import YEAR, Lab, Outcome, dimension, measure

FACTS = "year,code,amount\n2014,01,1.5\n2014,02,2\n2015,01,4\n2015,,8\n2015,99,16\n"
CODES = "id,name,parent\n01,Schools,A\n02,Roads,B\n03,Parks,B\n"
FUNCTION = dimension("function", "id:name", resource="codes")
BY_CODE = {"facts": [("code", "codes", "id")]}


def joined(lab: Lab, facts: str, codes: str, *dimensions: Any, **more: Any) -> Outcome:
    keys = more.pop("keys", BY_CODE)
    return lab.run_tables({"facts": facts, "codes": codes}, [measure("amount")], *dimensions, keys=keys, **more)


def test_aggregate__codes_and_labels_are_looked_up(lab: Lab) -> None:
    """The money of the empty key and of the key that is not there stays, at the empty code."""
    done = joined(lab, FACTS, CODES, YEAR, FUNCTION, dimension("area", "parent", resource="codes"))
    assert done.lines("apex.csv") == ["year,amount,_count", "2014,3.5,2", "2015,28.0,3"]
    assert done.lines("by-function.csv") == [
        "year,function.id,function.id.label,amount,_count",
        "2014,01,Schools,1.5,1",
        "2014,02,Roads,2.0,1",
        "2015,01,Schools,4.0,1",
        "2015,,,24.0,2",
    ]
    assert done.lines("by-area.csv")[1:] == ["2014,A,1.5,1", "2014,B,2.0,1", "2015,A,4.0,1", "2015,,24.0,2"]
    assert done.osds["source"]["tables"] == [
        {"resource": "facts", "rows": 5, "columns": ["year", "code", "amount"]},
        {"resource": "codes", "rows": 3, "columns": ["id", "name", "parent"]},
    ]


def test_aggregate__levels_of_two_tables(lab: Lab) -> None:
    """A hierarchy may have its root in the looked up table and its leaf with the facts."""
    function = dimension("function", "parent", resource="codes")
    leaf = dimension("function", "code")
    both = type(function)(name="f", title="", kind="other", levels=(*function.levels, *leaf.levels), axis=None)
    done = joined(lab, FACTS, CODES, both)
    assert done.lines("by-f-code.csv")[1:] == ["A,01,5.5,2", "B,02,2.0,1", ",99,16.0,1", ",,8.0,1"]


def test_aggregate__composite_keys(lab: Lab) -> None:
    """As for frictionless, one part of a key may be empty on both sides; a key of empty parts finds nothing."""
    done = joined(
        lab,
        "town,code,amount\nx,1,1\ny,1,2\nx,,4\n,,8\nz,1,16\n",
        "t,c,name\nx,1,first\ny,1,second\nx,,third\n,,never\n",
        dimension("place", "name", resource="codes"),
        keys={"facts": [("town+code", "codes", "t+c")]},
    )
    assert done.lines("by-place.csv")[1:] == ["first,1,1", "second,2,1", "third,4,1", ",24,2"]


@pytest.mark.parametrize(
    ("own", "theirs", "found"),
    [
        ("integer", "integer", ["Roads,2,1", "Schools,5,2"]),
        ("integer", "number", ["Roads,2,1", "Schools,5,2"]),
        ("string", "string", ["Schools,1,1", ",6,2"]),
        ("string", "integer", ["Schools,1,1", ",6,2"]),
    ],
)
def test_aggregate__numbers_are_equal_however_they_are_written(
    lab: Lab, own: str, theirs: str, found: list[str]
) -> None:
    done = joined(
        lab,
        "code,amount\n1,1\n+02,2\n 01 ,4\n",
        "id,name\n1,Schools\n2,Roads\n",
        dimension("function", "name", resource="codes"),
        types={"facts": {"code": {"type": own}}, "codes": {"id": {"type": theirs}}},
    )
    assert sorted(done.lines("by-function.csv")[1:]) == sorted(found)


def test_aggregate__axes_are_looked_up_and_proved_by_python(lab: Lab) -> None:
    """Each budget has its date and its currency in a table of budgets. An empty key finds nothing, not even itself."""
    budgets = "id,passed,money\na,2014-05-01,EUR\nb,2015-05-01,USD\nc,,EUR\n,2016-05-01,XXX\n"
    done = joined(
        lab,
        "budget,amount\na,1\na,2\nb,4\nc,8\n,16\n",
        budgets,
        dimension("date", "passed", axis=Axis.YEAR, resource="codes"),
        dimension("currency", "money", axis=Axis.CURRENCY, resource="codes"),
        keys={"facts": [("budget", "codes", "id")]},
        types={"codes": {"passed": {"type": "date"}}},
    )
    assert done.lines("apex.csv") == [
        "year,currency,amount,_count",
        "2014,EUR,3,2",
        "2015,USD,4,1",
        ",EUR,8,1",
        ",,16,1",
    ]


def test_aggregate__missing_values_of_each_table(lab: Lab) -> None:
    done = joined(
        lab,
        "code,amount\n-,1\na,2\n",
        "id,name\n-,dash\na,none\n",
        dimension("function", "name", resource="codes"),
        types={"codes": {"name": {"missingValues": ["none"]}}},
        missing=("", "-"),
    )
    assert done.lines("apex.csv")[1:] == ["3,2"]
    assert done.osds["dimensions"]["function"]["members"] == [1], "both are the empty code"


def test_aggregate__a_key_in_several_rows_is_refused(lab: Lab) -> None:
    rows = "".join(f"{code},n{n}\n" for code in ("01", "02", "03", "04") for n in range(2))
    done = joined(lab, FACTS, f"id,name\n{rows}05,x\n,y\n,z\n", YEAR, FUNCTION)
    (finding,) = done.aggregation.findings
    assert (finding.code, finding.value, finding.place.file, finding.place.field) == (
        "lookup-not-unique",
        "01",
        "codes.csv",
        "id",
    )
    assert finding.message == (
        "'id' of 'codes' must find one row, but there are several for '01' (2 rows), '02' (2 rows), '03' (2 rows) and 1 more"
    )
    assert not done.folder.exists()


def test_aggregate__equal_numbers_are_one_key(lab: Lab) -> None:
    types = {name: {column: {"type": "integer"}} for name, column in (("facts", "code"), ("codes", "id"))}
    done = joined(lab, "code,amount\n1,1\n", "id,name\n1,a\n01,b\n", FUNCTION, types=types)
    assert done.codes == ["lookup-not-unique"]


@pytest.mark.parametrize("rows", [1_000_000, 1])
def test_aggregate__multiplied_money_is_found_out(lab: Lab, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """Were repeated keys not refused, neither second sum would agree: that in Python, nor that of large tables."""
    monkeypatch.setattr(load, "_repeated_keys", lambda *_: [])
    monkeypatch.setattr(reconcile, "MAX_ROWS", rows)
    with pytest.raises(BugError, match=r"do not add up|5 facts became 7"):
        joined(lab, FACTS, CODES + "01,Again,A\n", YEAR, FUNCTION)


def test_aggregate__a_text_that_only_python_reads_in_a_looked_up_table(lab: Lab) -> None:
    """LF and CRLF in one file: the engine is given a copy."""
    done = joined(lab, FACTS, "id,name\n01,Schools\r\n02,Roads\n", YEAR, FUNCTION)
    assert done.lines("by-function.csv")[1] == "2014,01,Schools,1.5,1"


def test_plan__a_table_that_was_not_handed_over(lab: Lab) -> None:
    from osds.aggregates.planning import plan_facts
    from tests.aggregates.lab import model, package_of

    tables = {"facts": lab.table(FACTS, rows=5), "codes": lab.table(CODES, rows=3, name="codes")}
    one = model([measure("amount")], YEAR, FUNCTION)
    with pytest.raises(BugError, match="'codes', but it was not handed over"):
        plan_facts(package_of(tables, {}, BY_CODE), one, {"facts": tables["facts"]})


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("7", "7"),
        ("007", "7"),
        ("+7", "7"),
        (" 7 ", "7"),
        ("7.0", "7"),
        ("-0", "0"),
        ("0", "0"),
        ("-7.50", "-7.5"),
        ("1e2", "100"),
        ("x", "x"),
        ("1e999999", "1e999999"),
    ],
)
def test_number_key__one_spelling_for_equal_numbers(text: str, key: str) -> None:
    assert NumberKey(number=AmountText()).read(text) == key


def test_key_readings__a_field_that_nobody_describes_is_text() -> None:
    number = Field(name="n", type="integer", title="n", column_type=None, raw={})
    assert [reading.read("01") for reading in key_readings(number, None)] == ["01", "01"]
    assert [reading.read("01") for reading in key_readings(number, number)] == ["1", "1"]
