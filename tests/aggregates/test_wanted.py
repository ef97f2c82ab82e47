from __future__ import annotations

import pytest

from osds.aggregates.choice import read_wish
from osds.aggregates.lattice import Part
from osds.aggregates.wanted import Wanted, as_cuboid, matches, read_wanted
from osds.errors import UsageError
from osds.settings import Settings
from tests.aggregates.lab import YEAR, Lab, dimension, measure, model
from tests.aggregates.test_lattice import branch

PAYEE, FUNCTION, PLACE, KIND = (
    dimension("payee", "payee"),
    dimension("function", "l1", "l2"),
    dimension("a/b", "place"),
    dimension("kind", "kind"),
)
ALL = [PAYEE, FUNCTION, PLACE, KIND]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("payee", (("payee", None),)),
        ("function + payee", (("function", None), ("payee", None))),
        ("function/l1+payee", (("function", 1), ("payee", None))),
        ("function/l2", (("function", 2),)),
        ("a/b", (("a/b", None),)),
    ],
)
def test_read_wanted__names(text: str, wanted: Wanted) -> None:
    assert read_wanted(text, ALL, "add") == wanted


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("payer", "add: the dataset has no dimension 'payer'"),
        ("payee+", "no dimension ''"),
        ("function/l3", "the dimension 'function' has no level 'l3'"),
        ("function/l1+function/l2", "names a dimension twice"),
        ("payee+function+kind+a/b", "names 4 dimensions"),
    ],
)
def test_read_wanted__what_is_not_there(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        read_wanted(text, ALL, "add")


def test_read_wish__an_axis_cannot_be_added() -> None:
    with pytest.raises(UsageError, match="no dimension 'date'"):
        read_wish(model([measure("amount")], YEAR, PAYEE), Settings(add="date+payee"))


def test_read_wish__what_is_left_out_cannot_be_added() -> None:
    with pytest.raises(UsageError, match="no dimension 'payee'"):
        read_wish(model([measure("amount")], PAYEE, KIND), Settings(without="payee", add="payee"))


def test_as_cuboid__leaves_unless_a_level_is_stated() -> None:
    branches = [branch("payee", 9), branch("function", 2, 4)]
    assert as_cuboid((("function", None), ("payee", None)), branches) == (Part(0, 1), Part(1, 2))
    assert as_cuboid((("function", 1),), branches) == (Part(1, 1),)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ((("function", None), ("payee", None)), True),
        ((("function", 2), ("payee", None)), True),
        ((("function", 1), ("payee", None)), False),
        ((("function", None),), False),
        ((("function", None), ("payee", None), ("kind", None)), False),
    ],
)
def test_matches(wanted: Wanted, found: bool) -> None:
    branches = [branch("payee", 9), branch("function", 2, 4)]
    assert matches(wanted, (Part(0, 1), Part(1, 2)), branches) == found


# Sixty payees in sixty rows are nearly unique; `kind` has a single member.
TEXT = "payee,l1,l2,kind,amount\n" + "".join(f"p{n},{n % 2},{n % 4},k,{n}\n" for n in range(60))
MEASURES = [measure("amount")]


def test_aggregate__a_cuboid_that_is_added(lab: Lab) -> None:
    done = lab.run(TEXT, MEASURES, PAYEE, FUNCTION, KIND, rows=60, add="payee, function/l1+payee, function")
    assert done.cuboids() == [
        "apex.csv",
        "by-function-l1.csv",
        "by-function-l2.csv",
        "by-payee-then-function-l1.csv",
        "by-payee.csv",
    ]
    assert done.lines("by-payee.csv")[:3] == ["payee.payee,amount,_count", "p0,0,1", "p1,1,1"]
    assert len(done.lines("by-payee-then-function-l1.csv")) == 61
    assert "members-payee.csv" in done.files()
    assert "tree-payee.json" in done.files()
    # What is told of the dimension stays true: it takes part in no other cuboid.
    assert [one["dimensions"][0][0] for one in done.osds["skipped"]] == ["payee", "kind"]


def test_aggregate__what_is_added_is_not_bounded(lab: Lab) -> None:
    done = lab.run(TEXT, MEASURES, PAYEE, FUNCTION, rows=60, add="payee", max_files=1, max_cells=3, max_members=1)
    assert done.cuboids() == ["apex.csv", "by-payee.csv"]


def test_aggregate__a_cuboid_that_is_left_out(lab: Lab) -> None:
    text = "a,b,c,amount\n0,0,0,1\n1,1,1,2\n"
    dimensions = [dimension(name, name) for name in "abc"]
    done = lab.run(text, MEASURES, *dimensions, rows=2, without="a+b, c")
    assert done.cuboids() == ["apex.csv", "by-a.csv", "by-b.csv"]
    assert done.osds["skipped"][-1] == {
        "dimensions": [["a", ["a"]], ["b", ["b"]]],
        "reason": "it is left out by the setting `without`",
    }
