"""Adding up again: a bundle as `osds aggregate` makes it adds up; any amount or count that is changed is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from osds.store.sums import wrong_sums
from tests.store.example import example_bundle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example_bundle(tmp_path_factory.mktemp("sums"))


def wrong(folder: Path, change: dict[str, Callable[[bytes], bytes]] | None = None) -> dict[str, str]:
    package = json.loads((folder / "datapackage.json").read_bytes())

    def read(name: str) -> bytes:
        content = (folder / name).read_bytes()
        return change[name](content) if change and name in change else content

    return dict(wrong_sums(package, read))


def test_wrong_sums__none_in_a_bundle_of_ours(bundle: Path) -> None:
    assert wrong(bundle) == {}


def _cent_more(content: bytes) -> bytes:
    """The last amount of the first row of a CSV file, raised by one cent."""
    head, row, rest = content.split(b"\n", 2)
    cells = row.split(b",")
    cells[-2] = str(Decimal(cells[-2].decode()) + Decimal("0.01")).encode()
    return b"\n".join([head, b",".join(cells), rest])


def _row_less(content: bytes) -> bytes:
    return content[: content.rstrip(b"\n").rindex(b"\n") + 1]


@pytest.mark.parametrize("change", [_cent_more, _row_less])
@pytest.mark.parametrize("name", ["by-unit.csv", "by-unit-then-function-code.csv"])
def test_wrong_sums__a_cuboid(bundle: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    assert wrong(bundle, {name: change}) == {name: "it does not add up to apex.csv"}


def test_wrong_sums__the_apex_is_not_what_is_stated(bundle: Path) -> None:
    assert wrong(bundle, {"apex.csv": _cent_more})["apex.csv"] == "it does not have the totals that the bundle states"


def test_wrong_sums__members_and_trees(bundle: Path) -> None:
    def other_amount(content: bytes) -> bytes:
        trees = json.loads(content)
        trees[0]["children"][0]["amount"] = "1.00"
        return json.dumps(trees).encode()

    found = wrong(bundle, {"members-unit.csv": _row_less, "tree-unit.json": other_amount})
    assert found == {
        "members-unit.csv": "its members do not have all facts",
        "tree-unit.json": "a node of the tree of approved is not the sum of its children",
    }


@pytest.mark.parametrize(
    "content", [b"", b"a,b\nx\n", b"\xff\xfe", b"year\n2023\n", b'"', b"y,a,e,_count\n2023,x,1,1\n"]
)
@pytest.mark.parametrize("name", ["apex.csv", "by-unit.csv", "members-unit.csv", "tree-unit.json"])
def test_wrong_sums__files_that_are_something_else(bundle: Path, name: str, content: bytes) -> None:
    assert name in wrong(bundle, {name: lambda _: content})
