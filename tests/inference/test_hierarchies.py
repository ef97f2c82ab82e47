"""Levels below each other, from headers or from codes, when the rows agree."""

from __future__ import annotations

import pytest

from osds.inference.dimensions import find_pairs, find_singles
from osds.inference.evidence import determines, extends, nests
from osds.inference.hierarchies import find_chains
from osds.inference.profile import profile_table
from tests.inference.tables import table_of


def chains_of(text: str) -> list[list[str]]:
    """The codes of the levels of each chain in a CSV text."""
    table = table_of(text)
    profiles = profile_table(table, continental=False)
    pairs = find_pairs(profiles, table.sample)
    paired = {id(p) for level in pairs for p in (level.code, level.label)}
    singles, _ = find_singles([p for p in profiles if id(p) not in paired])
    levels = sorted((*pairs, *singles), key=lambda level: level.code.column.position)
    return [[level.code.name for level in chain.levels] for chain in find_chains(levels, table.sample)]


NESTED = "A,A1\nA,A2\nB,B1\nB,B2\nA,A1\n"


@pytest.mark.parametrize(
    "header",
    [
        "admin1,admin2",
        "Function level 1,Function level 2",
        "nivel 1,nivel 2",
        "function,subfunction",
        "category,sub category",
        "Admin,Admin 2",
    ],
)
def test_find_chains__headers_name_the_levels(header: str) -> None:
    one, two = header.split(",")
    assert chains_of(f"{header}\n{NESTED}") == [[one, two]]
    swapped = "\n".join(",".join(reversed(line.split(","))) for line in NESTED.split()) + "\n"
    assert chains_of(f"{two},{one}\n{swapped}") == [[one, two]]


def test_find_chains__three_levels_with_names() -> None:
    rows = "01,One,011,OneOne,0111,x\n01,One,011,OneOne,0112,x\n02,Two,021,TwoOne,0211,x\n"
    text = f"a_code,a_name,b_code,b_name,c_code,k\n{rows}"
    assert chains_of(text) == [["a_code", "b_code", "c_code"], ["k"]]


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("admin1,admin2", "A,X\nA,Y\nB,X\nB,Y\n"),  # every combination: two dimensions
        ("admin1,region2", "A,X\nA,Y\nB,Z\n"),  # about different things
        ("admin1,admin3", "A,X\nA,Y\nB,Z\n"),  # a level is missing
        ("chapter,group", "1,21\n2,12\n"),  # codes that do not begin with the codes above
        ("chapter,group", "1,12\n1,13\n1,14\n"),  # one code above for all says nothing
        ("chapter,group", "1 a,1 a b\n2 a,2 a c\n"),  # phrases are no codes
    ],
)
def test_find_chains__needs_the_data_to_agree(header: str, rows: str) -> None:
    assert chains_of(f"{header}\n{rows}") == [[name] for name in header.split(",")]


def test_find_chains__a_code_may_be_unique_only_below_its_parent() -> None:
    parents = {f"P{n}": [f"{n * 3 + k}" if k else "01" for k in range(4)] for n in range(6)}
    rows = "".join(f"{parent},{child}\n" for parent, children in parents.items() for child in children)
    assert chains_of(f"admin1,admin2\n{rows}") == [["admin1", "admin2"]]


def test_find_chains__a_parent_has_one_child() -> None:
    rows = "1,11,12\n1,12,11\n2,21,22\n2,22,21\n"
    assert chains_of(f"chapter,group,kind\n{rows}") == [["chapter", "group"], ["kind"]]


def test_find_chains__headers_and_codes_that_contradict_make_no_circle() -> None:
    rows = "011,01\n012,01\n021,02\n022,02\n"
    assert chains_of(f"function,subfunction\n{rows}") == [["subfunction", "function"]]


def test_evidence__rows() -> None:
    rows = [("1", "a"), ("1", "a"), ("1", "b"), ("2", "c"), ("", "z")]
    assert determines(rows, 0, 1) == 0.75
    assert determines([], 0, 1) == 0.0
    assert extends([("1", "11"), ("2", "2")], 0, 1) is False  # not longer
    assert extends([("1", "11"), ("2", "21"), ("", "31")], 0, 1) is True
    assert nests([("1", "a"), ("2", "b")], 0, 1) is False  # nothing below anything
