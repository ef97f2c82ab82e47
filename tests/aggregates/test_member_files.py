from __future__ import annotations

from pathlib import Path

import pytest

from osds.aggregates.tree_proof import prove_members
from osds.errors import BugError
from tests.aggregates.lab import YEAR, Lab, dimension, measure


def test_write_members__every_path_at_every_depth(lab: Lab) -> None:
    rows = [
        "2014,1,One,01,Eins,1",
        "2015,1,One,01,Uno,1",
        "2013,1,One,01,Eins,1",
        "2015,2,Two,01,,1",
        '2014,2,"Deux, zwei",,Nothing,1',
        ",2,Zwo,02,x,1",
        "2016,2,Two,02,x,",
    ]
    done = lab.run(
        "year,f1,n1,f2,n2,amount\n" + "\n".join(rows) + "\n",
        [measure("amount")],
        YEAR,
        dimension("f", "f1:n1", "f2:n2"),
        rows=7,
    )
    assert done.lines("members-f.csv") == [
        "f.f1,f.f2,label,alternatives,labels,depth,_count,first_year,last_year",
        "1,,One,,1,1,3,2013,2015",
        "1,01,Eins,Uno,2,2,3,2013,2015",
        '2,,Two,"Deux, zwei | Zwo",3,1,4,2014,2016',
        "2,01,,,0,2,1,2015,2015",
        "2,02,x,,1,2,2,2016,2016",
        "2,,Nothing,,1,2,1,2014,2014",
    ]


def test_write_members__without_years_and_labels(lab: Lab) -> None:
    done = lab.run("d,amount\nb,1\na,\na,2\n", [measure("amount")], dimension("d", "d"), rows=3)
    assert done.lines("members-d.csv") == [
        "d.d,label,alternatives,labels,depth,_count",
        "a,,,0,1,2",
        "b,,,0,1,1",
    ]


def test_write_members__at_most_twenty_alternatives(lab: Lab) -> None:
    rows = "".join(f"a,name {n:02},1\n" for n in range(30)) + "b,x,1\n"
    done = lab.run("d,label,amount\n" + rows, [measure("amount")], dimension("d", "d:label"), rows=31)
    cells = done.lines("members-d.csv")[1].split(",")
    assert cells[1] == "name 00"
    assert cells[2].split(" | ") == [f"name {n:02}" for n in range(1, 21)]
    assert cells[3] == "30"


def test_write_members__only_of_dimensions_with_a_cuboid(lab: Lab) -> None:
    text = "a,b,amount\n1,1,1\n2,2,2\n"
    done = lab.run(text, [measure("amount")], dimension("a", "a"), dimension("b", "b"), rows=2, max_files=2)
    assert [name for name in done.files() if name.startswith("members")] == ["members-a.csv"]


def test_write_members__names_that_meet(lab: Lab) -> None:
    text = "a,b,amount\n1,1,1\n2,2,2\n"
    done = lab.run(text, [measure("amount")], dimension("x y", "a"), dimension("X-Y", "b"), rows=2)
    assert [name for name in done.files() if name.startswith(("members", "tree"))] == [
        "members-x-y-2.csv",
        "members-x-y.csv",
        "tree-x-y-2.json",
        "tree-x-y.json",
    ]


def test_prove_members__lost_facts_are_a_bug(tmp_path: Path) -> None:
    path = tmp_path / "members-d.csv"
    header = "d.a,d.b,label,alternatives,labels,depth,_count,first_year,last_year\n"
    good = "1,,,,0,1,3,,\n1,x,,,0,2,1,,\n1,y,,,0,2,2,,\n"
    apex = [["2014", "5", "1"], ["2015", "5", "2"]]
    path.write_text(header + good)
    prove_members(path, 2, apex)
    for bad in (good.replace("2,1", "2,2"), good.replace("1,y,,,0,2,2,,\n", ""), good.replace("0,2", "0,3")):
        path.write_text(header + bad)
        with pytest.raises(BugError, match="do not add up"):
            prove_members(path, 2, apex)
