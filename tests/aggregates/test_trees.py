"""Trees are small here, so that every amount can be added up by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.aggregates.tree_proof import prove_trees
from osds.aggregates.trees import node_id
from osds.errors import BugError
from osds.fiscal.model import Axis
from tests.aggregates.lab import YEAR, Lab, Outcome, dimension, measure

TEXT = (
    "year,f1,n1,f2,amount\n"
    "2014,1,One,01,1.50\n2014,1,One,01,-4\n2014,1,One,02,3\n2014,2,Two,01,9\n2015,2,Two,/~,\n2015,2,Two,,0.25\n"
)


def made(lab: Lab) -> Outcome:
    return lab.run(TEXT, [measure("amount")], YEAR, dimension("f", "f1:n1", "f2"), rows=6)


def test_write_trees__a_tree_by_hand(lab: Lab) -> None:
    assert made(lab).tree("tree-f.json")[0] == {
        "name": "A budget",
        "measure": "amount",
        "currency": "EUR",
        "direction": None,
        "phase": None,
        "year": "2014",
        "amount": "9.50",
        "positive": "13.50",
        "negative": "-4.00",
        "count": 4,
        "children": [
            {
                "id": "2",
                "path": ["2"],
                "label": "Two",
                "amount": "9.00",
                "positive": "9.00",
                "negative": "0.00",
                "count": 1,
                "children": [
                    {
                        "id": "2/01",
                        "path": ["2", "01"],
                        "label": None,
                        "amount": "9.00",
                        "positive": "9.00",
                        "negative": "0.00",
                        "count": 1,
                    }
                ],
            },
            {
                "id": "1",
                "path": ["1"],
                "label": "One",
                "amount": "0.50",
                "positive": "4.50",
                "negative": "-4.00",
                "count": 3,
                "children": [
                    {
                        "id": "1/02",
                        "path": ["1", "02"],
                        "label": None,
                        "amount": "3.00",
                        "positive": "3.00",
                        "negative": "0.00",
                        "count": 1,
                    },
                    {
                        "id": "1/01",
                        "path": ["1", "01"],
                        "label": None,
                        "amount": "-2.50",
                        "positive": "1.50",
                        "negative": "-4.00",
                        "count": 2,
                    },
                ],
            },
        ],
    }


def test_write_trees__no_amount_is_null_and_comes_last(lab: Lab) -> None:
    (two,) = made(lab).tree("tree-f.json")[1]["children"]
    assert [(node["id"], node["path"], node["amount"], node["count"]) for node in two["children"]] == [
        ("2/~", ["2", ""], "0.25", 1),
        ("2/~1~0", ["2", "/~"], None, 1),
    ]
    assert (two["children"][1]["positive"], two["children"][1]["negative"]) == (None, None)


def test_write_trees__equal_amounts_by_code(lab: Lab) -> None:
    done = lab.run("d,amount\nb,1\na,1\n,1\nc,2\n", [measure("amount")], dimension("d", "d"), rows=4)
    (root,) = done.tree("tree-d.json")
    assert [node["id"] for node in root["children"]] == ["c", "a", "b", "~"]


def test_write_trees__one_root_per_measure_and_axes(lab: Lab) -> None:
    done = lab.run(
        "year,cur,d,plan,real\n2014,EUR,a,1,2\n2014,USD,b,4,\n2015,EUR,a,,16\n",
        [measure("plan"), measure("real", factor="1000")],
        YEAR,
        dimension("currency", "cur", axis=Axis.CURRENCY),
        dimension("d", "d"),
        rows=3,
    )
    roots = done.tree("tree-d.json")
    assert [(root["measure"], root["year"], root["currency"], root["amount"]) for root in roots] == [
        ("plan", "2014", "EUR", "1"),
        ("plan", "2014", "USD", "4"),
        ("real", "2014", "EUR", "2000"),
        ("real", "2015", "EUR", "16000"),
    ]


def test_write_trees__levels_with_a_single_member_are_kept(lab: Lab) -> None:
    """Such a level makes no cuboid, but a path is not a path without it."""
    done = lab.run("f1,f2,amount\nx,1,1\nx,2,2\n", [measure("amount")], dimension("f", "f1", "f2"), rows=2)
    (root,) = done.tree("tree-f.json")
    assert [node["id"] for node in root["children"]] == ["x"]
    assert [node["id"] for node in root["children"][0]["children"]] == ["x/2", "x/1"]
    assert done.cuboids() == ["apex.csv", "by-f-f2.csv"]


def test_write_trees__a_resource_of_the_bundle(lab: Lab) -> None:
    done = made(lab)
    assert done.aggregation.bundle is not None
    found = done.aggregation.bundle.descriptor["resources"][-1]
    content = done.files()["tree-f.json"]
    assert {key: found[key] for key in ("name", "path", "format", "mediatype", "encoding", "bytes", "osds")} == {
        "name": "tree-f",
        "path": "tree-f.json",
        "format": "json",
        "mediatype": "application/json",
        "encoding": "utf-8",
        "bytes": len(content),
        "osds": {"tree": "f", "levels": ["f1", "f2"]},
    }
    assert content.count(b"\n") == 4, "one root per line"


def test_judge_tree__as_deep_as_max_cells_allows(lab: Lab) -> None:
    text = "f1,f2,amount\n" + "".join(f"{n % 2},{n},1\n" for n in range(9))
    done = lab.run(text, [measure("amount")], dimension("f", "f1", "f2"), rows=9, max_cells=10)
    assert "children" not in done.tree("tree-f.json")[0]["children"][0]
    reason = "its tree would have 11 nodes, more than max-cells (10)"
    assert done.osds["skipped"] == [{"dimensions": [["f", ["f1", "f2"]]], "reason": reason}]
    assert lab.run(text, [measure("amount")], dimension("f", "f1", "f2"), rows=9, max_cells=11).osds["skipped"] == []


def test_judge_tree__no_tree_at_all(lab: Lab) -> None:
    text = "d,amount\n" + "".join(f"{n},1\n" for n in range(3))
    done = lab.run(text, [measure("amount"), measure("again", "amount")], dimension("d", "d"), rows=3, max_cells=5)
    assert done.cuboids() == ["apex.csv", "by-d.csv"]
    assert [name for name in done.files() if name.startswith(("tree", "members"))] == ["members-d.csv"]


def test_write_trees__more_digits_than_a_float_has(lab: Lab) -> None:
    text = f"d,amount\na,{'9' * 30}.01\na,-{'9' * 30}\nb,{'8' * 30}.50\n"
    (root,) = lab.run(text, [measure("amount")], dimension("d", "d"), rows=3).tree("tree-d.json")
    assert root["amount"] == "8" * 30 + ".51"
    assert root["children"][1]["amount"] == "0.01"
    assert root["children"][1]["negative"] == "-" + "9" * 30 + ".00"


def test_write_trees__hostile_text(lab: Lab) -> None:
    text = 'd,label,amount\n"</script>\n","a""\\\\\u2028",1\n\x00,é,2\n'
    (root,) = lab.run(text, [measure("amount")], dimension("d", "d:label"), rows=2).tree("tree-d.json")
    assert [(node["path"], node["label"]) for node in root["children"]] == [
        (["\x00"], "é"),
        (["</script>\n"], 'a"\\\\\u2028'),
    ]


@given(paths=st.lists(st.lists(st.text("/~01a", max_size=3), min_size=1, max_size=3), min_size=2, max_size=2))
def test_node_id__unique(paths: list[list[str]]) -> None:
    one, two = paths
    assert (node_id(one) == node_id(two)) == (one == two)


def _change(change: dict[str, Any], *steps: int) -> Any:
    def do(roots: list[dict[str, Any]]) -> None:
        node = roots[steps[0]]
        for step in steps[1:]:
            node = node["children"][step]
        node.update(change)

    return do


@pytest.mark.parametrize(
    "damage",
    [
        _change({"amount": "9.51", "positive": "13.51"}, 0),
        _change({"count": 5}, 0, 1),
        _change({"amount": "-2.49", "positive": "1.51"}, 0, 1, 1),
        _change({"positive": "0.00", "negative": "-2.50"}, 0, 1, 1),
        _change({"amount": "2.99"}, 0, 1, 0),
        _change({"children": []}, 0, 1),
        _change({"amount": None, "positive": None, "negative": None}, 1, 0, 0),
        _change({"amount": -2.5}, 0, 1, 1),
        _change({"year": "2015"}, 0),
        _change({"measure": "other"}, 0),
        lambda roots: roots.pop(),
        lambda roots: roots.append(roots[0]),
        lambda roots: roots[0]["children"].pop(),
    ],
)
def test_prove_trees__a_wrong_node_is_a_bug(lab: Lab, damage: Any) -> None:
    import json

    from osds.aggregates.planning import plan_facts
    from tests.aggregates.lab import model, package

    done = made(lab)
    table = lab.table(TEXT, rows=6)
    plan, _ = plan_facts(
        package(table.fields, {}),
        model([measure("amount")], YEAR, dimension("f", "f1:n1", "f2")),
        {"facts": table},
    )
    assert plan is not None
    apex = [line.split(",") for line in done.lines("apex.csv")[1:]]
    path = done.folder / "tree-f.json"
    prove_trees(path, plan, apex)
    roots = done.tree("tree-f.json")
    damage(roots)
    path.write_text(json.dumps(roots))
    with pytest.raises(BugError):
        prove_trees(path, plan, apex)


def test_write_trees__percentages_can_be_computed(lab: Lab) -> None:
    for root in made(lab).tree("tree-f.json"):
        parts = [Decimal(node["amount"]) / Decimal(root["amount"]) for node in root["children"]]
        assert abs(sum(parts, Decimal(-1))) < Decimal("1e-20")
