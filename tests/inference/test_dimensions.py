"""Which columns are dimensions: codes with names, single columns, times; and what is left out, with the reason."""

from __future__ import annotations

import pytest

from osds.inference.dimensions import find_pairs, find_singles
from osds.inference.profile import profile_table
from tests.inference.tables import profiles_of, table_of


def pairs_of(text: str) -> dict[str, str | None]:
    """Code: label of the pairs found in a CSV text."""
    table = table_of(text)
    levels = find_pairs(profile_table(table, continental=False), table.sample)
    return {level.code.name: level.label.name if level.label else None for level in levels}


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("function_code", "function_name"),
        ("function_code", "function"),
        ("Function", "Function label"),
        ("CENTRO", "DESCRIPCION CENTRO"),
        ("Kapitel", "Kapitelbezeichnung"),
        ("Funktion", "Funktionsbezeichnung"),
        ("Fonction", "Libellé fonction"),
        ("cod_programa", "programa"),
        ("id", "name"),
        ("category_name", "category_label"),
        ("Supplier ID", "Supplier Name"),
        ("spending category", "spending category name"),
        ("Codigo del centro", "Centro"),
    ],
)
def test_find_pairs__headers(code: str, label: str) -> None:
    rows = "1,Schools,5\n1,Schools,6\n2,Roads,7\n2,Roads,8\n"
    assert pairs_of(f"{code},{label},amount\n{rows}") == {code: label}
    swapped = "Schools,1,5\nSchools,1,6\nRoads,2,7\nRoads,2,8\n"
    assert pairs_of(f"{label},{code},amount\n{swapped}") == {code: label}


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("function_code,function_name", "1,a\n1,b\n1,c\n2,d\n2,e\n"),  # many names per code
        ("function_code,function_name", "1,x\n2,x\n3,x\n"),  # one name for all
        ("function_code,function_name", "1,\n2,\n"),  # no names
        ("function_code,region_name", "1,a\n2,b\n"),  # about different things
        ("amount,amount name", "10,a\n20,b\n30,c\n"),  # figures
        ("price,price label", "1.5,a\n2.5,b\n2.5,b\n"),
    ],
)
def test_find_pairs__needs_the_data_to_agree(header: str, rows: str) -> None:
    assert pairs_of(f"{header}\n{rows}") == {}


def test_find_pairs__a_few_renamed_codes_do_not_matter() -> None:
    rows = "".join(f"{n % 10},Name {n % 10}\n" for n in range(95)) + "1,Renamed\n" * 5
    assert pairs_of(f"code,name\n{rows}") == {"code": "name"}


def test_find_pairs__numbers_of_receipts_are_no_codes() -> None:
    rows = "".join(f"{n},Payment {n}\n" for n in range(30))
    assert pairs_of(f"Receipt No,Receipt Description\n{rows}") == {}
    assert pairs_of(f"Account code,Account\n{rows}") == {"Account code": "Account"}  # one row each, as in small budgets


@pytest.mark.parametrize(
    ("header", "values", "reason"),
    [
        ("region", [f"Region {n % 7}" for n in range(60)], None),
        ("supplier", [f"Supplier {n * 2 // 3}" for n in range(60)], None),  # worth it, though most occur once
        ("thing", [f"Thing {n * 2 // 3}" for n in range(60)], "too many to break money down by"),
        ("line", [f"{n:03}" for n in range(20)], "too many to break money down by"),
        ("thing", [f"Thing {n}" for n in range(9)], None),  # too few rows to tell
        ("Receipt No", [str(n) for n in range(20)], "numbers the rows"),
        ("description", [f"For {n}" for n in range(60)], "free text"),
        ("comment", ["a", "b", "a"], "free text"),
        ("website", ["http://a.example", "https://b.example"] * 20, "links"),
        ("chapter", ["1", "2", "3"] * 20, None),
        ("population", ["10", "20", "30"] * 20, "neither like money nor like codes"),
        ("rate", ["1.5", "2.5"] * 20, "neither like money nor like codes"),
        ("note", ["", "", ""], "empty"),
        ("open", ["true", "false"] * 20, None),
    ],
)
def test_find_singles(header: str, values: list[str], reason: str | None) -> None:
    text = "\n".join((f"{header},k", *(f"{value},k" for value in values))) + "\n"
    levels, left_out = find_singles((profiles_of(text)[header],))
    if reason is None:
        assert ([level.code.name for level in levels], left_out) == ([header], ())
    else:
        assert (levels, len(left_out)) == ((), 1)
        assert reason in left_out[0].reason


def test_find_singles__years_before_dates_and_parts_of_dates_left_out() -> None:
    text = "paid,month,year\n2014-01-31,1,2014\n2014-02-28,2,2014\n2015-02-28,2,2015\n"
    levels, left_out = find_singles(tuple(profiles_of(text).values()))
    assert [level.code.name for level in levels] == ["year", "paid"]
    assert [(left.profile.name, left.reason) for left in left_out] == [("month", "it is a part of the date")]
