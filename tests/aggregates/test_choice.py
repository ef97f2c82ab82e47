from __future__ import annotations

from typing import Any

import pytest

from osds.aggregates.choice import read_wish
from osds.errors import UsageError
from osds.settings import Settings
from tests.aggregates.lab import YEAR, Lab, dimension, measure, model

MODEL = model(
    [measure("amount")],
    YEAR,
    dimension("unit", "unit"),
    dimension("economic class", "a", "b"),
    dimension("x, y", "x"),
)


@pytest.mark.parametrize(
    ("only", "without", "kept"),
    [
        (None, None, ["date", "unit", "economic class", "x, y"]),
        ("unit", None, ["date", "unit"]),
        (" economic class ,unit,", None, ["date", "unit", "economic class"]),
        ('"x, y"', None, ["date", "x, y"]),
        ("date,unit", None, ["date", "unit"]),
        (None, "unit, economic class", ["date", "x, y"]),
        ("unit,economic class", "unit", ["date", "economic class"]),
    ],
)
def test_read_wish__dimensions(only: str | None, without: str | None, kept: list[str]) -> None:
    wish = read_wish(MODEL, Settings(only=only, without=without))
    assert [d.name for d in wish.model.dimensions] == kept
    assert [one.dimensions[0][0] for one in wish.skipped] == [d.name for d in MODEL.dimensions if d.name not in kept]


def test_read_wish__says_why() -> None:
    wish = read_wish(MODEL, Settings(only="unit", without="economic class"))
    assert [(one.dimensions, one.reason) for one in wish.skipped] == [
        ((("economic class", ("a", "b")),), "it is left out by the setting `without`"),
        ((("x, y", ("x",)),), "it is not named by the setting `only`"),
    ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"only": "units"}, "only: the dataset has no dimension 'units'"),
        ({"without": "unit,Unit"}, "without: the dataset has no dimension 'Unit'"),
        ({"without": "date"}, "without: 'date' cannot be left out"),
        ({"only": '"unit'}, "is not a list of names"),
        ({"formats": "csv,xlsx"}, "formats: 'xlsx' is not known"),
        ({"formats": "parquet"}, "formats: cuboids are always written as csv"),
    ],
)
def test_read_wish__refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message) as error:
        read_wish(MODEL, Settings(**settings))
    if "no dimension" in message:
        assert error.value.next_step == "Its dimensions: unit, economic class, x, y"


@pytest.mark.parametrize(
    ("text", "formats"),
    [("csv", ("csv",)), ("parquet, csv", ("csv", "parquet")), ("csv,csv", ("csv",))],
)
def test_read_wish__formats(text: str, formats: tuple[str, ...]) -> None:
    assert read_wish(MODEL, Settings(formats=text)).formats == formats


def test_aggregate__only_these_dimensions(lab: Lab) -> None:
    done = lab.run(
        "year,a,b,amount\n2014,1,1,1\n2014,2,2,2\n",
        [measure("amount")],
        YEAR,
        dimension("a", "a"),
        dimension("b", "b"),
        rows=2,
        only="b",
    )
    assert done.cuboids() == ["apex.csv", "by-b.csv"]
    assert list(done.osds["dimensions"]) == ["b"]
    assert done.osds["skipped"] == [{"dimensions": [["a", ["a"]]], "reason": "it is not named by the setting `only`"}]


def test_aggregate__a_name_that_is_none_writes_nothing(lab: Lab) -> None:
    with pytest.raises(UsageError, match="no dimension 'c'"):
        lab.run("a,amount\n1,1\n", [measure("amount")], dimension("a", "a"), rows=1, without="c")
    assert [path.name for path in lab.root.iterdir()] == ["facts.csv"]
