"""What goodtables.io and Frictionless CI were told, in the shapes in which real repositories told it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.errors import UsageError
from osds.peers.asked import NOTHING, Asked, join
from osds.peers.frictionless_ci import EVERYTHING, read_inquiries, read_step
from osds.peers.goodtables import read_goodtables
from osds.peers.patterns import matching
from osds.peers.yaml_text import load_yaml

ALL = ("**/datapackage.json",), ("**/*.csv",)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["files", "settings", "tasks", "path"]), inner)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "packages", "tables", "limit", "words"),
    [
        ("datapackages:\n  - 'data/datapackage.json'\n", ("data/datapackage.json",), (), None, []),
        ("datapackages: datapackage.json\n", ("datapackage.json",), (), None, []),
        ("files: '*.csv'\n", (), ("*.csv",), None, []),
        ("files: '*'\nsettings:\n  error_limit: 10\n", (), ("*",), 10, []),
        ("files:\n  - source: data.csv\n", (), ("data.csv",), None, []),
        (
            "files:\n  - source: irve/good.csv\n    schema: irve/schema.json\n    encoding: utf-8\n",
            *((), ("irve/good.csv",), None),
            ["The schema of irve/good.csv is irve/schema.json", "How irve/good.csv is read (encoding)"],
        ),
        ("files:\n  - source: ./data/codes.csv\n    schema: datapackage.json\n", (), ("data/codes.csv",), None, []),
        (
            "datapackages:\n  - a/datapackage.json\nsettings:\n  row_limit: 10000\n",
            *(("a/datapackage.json",), (), None),
            ["`row_limit` has no counterpart"],
        ),
        ("settings:\n  row_limit: -1\n", *ALL, None, []),
        ("settings:\n  skip_checks:\n    - duplicate-row\n", *ALL, None, ["`skip_checks` (duplicate-row)"]),
        (
            "settings:\n  checks:\n    - structure\n    - blank-header\n  table_limit: 1\n  infer_schema: True\n",
            *(*ALL, None),
            ["`table_limit`", "`infer_schema`", "`checks` has no counterpart"],
        ),
        ("settings:\n  checks: [structure, schema]\n", *ALL, None, []),
        ("settings:\n  checks: structure\n", *ALL, None, ["`checks`"]),
        ("settings:\n  error_limit: -1\n  order_fields: false\n", *ALL, None, []),
        ("", *ALL, None, []),
        ("[]", *ALL, None, []),
        ("files: 3\ndatapackages: {a: b}\nsettings: x\n", *ALL, None, []),
        ("files: [3, {schema: x}, {source: 4}, {source: ' '}]\n", *ALL, None, []),
    ],
)
def test_goodtables__asks_for(
    text: str, packages: tuple[str, ...], tables: tuple[str, ...], limit: int | None, words: list[str]
) -> None:
    asked = read_goodtables(load_yaml(text, "goodtables.yml"))
    assert (asked.packages, asked.tables, asked.limit_errors) == (packages, tables, limit)
    assert len(asked.notes) == len(words)
    for note, word in zip(asked.notes, words, strict=True):
        assert note.startswith(word)


@pytest.mark.parametrize(
    ("text", "name", "packages", "tables", "words"),
    [
        (
            "main:\n  tasks:\n    - source: a/datapackage.json\n      type: package\n",
            "main",
            ("a/datapackage.json",),
            (),
            [],
        ),
        ("main:\n  tasks:\n    - path: data/datapackage.json\n", "main", ("data/datapackage.json",), (), []),
        (
            "main:\n  tasks:\n    - source: a/datapackage.yaml\n      type: package\n",
            "main",
            ("a/datapackage.yaml",),
            (),
            [],
        ),
        ("extra:\n  tasks:\n    - path: a.csv\n    - path: b.csv\n", "extra", (), ("a.csv", "b.csv"), []),
        ("main:\n  tasks:\n    - path: meta/*.yaml\n", "main", (), ("meta/*.yaml",), []),
        ("tasks:\n  - source: data/valid.csv\n", "main", (), ("data/valid.csv",), []),
        ("tasks:\n  - resource: dataresource.json\n", "main", ("dataresource.json",), (), []),
        (
            "main:\n  tasks:\n    - path: a.csv\n      schema:\n        missingValues: [NA]\n      dialect: {}\n",
            *("main", (), ("a.csv",)),
            ["The schema of a.csv in the inquiry", "What the inquiry says of a.csv (dialect)"],
        ),
        ("main:\n  tasks: 3\n", "main", (), (), []),
        ("main:\n  tasks: [3, {}, {path: 4}, {path: ''}]\n", "main", (), (), []),
    ],
)
def test_inquiry__asks_for(
    text: str, name: str, packages: tuple[str, ...], tables: tuple[str, ...], words: list[str]
) -> None:
    found = read_inquiries(load_yaml(text, ".github/frictionless.yaml"))
    assert list(found) == [name]
    assert (found[name].packages, found[name].tables) == (packages, tables)
    assert [note for note, word in zip(found[name].notes, words, strict=True) if not note.startswith(word)] == []


@pytest.mark.parametrize("text", ["", "[]", "3", "main: 3", "main: [a]"])
def test_inquiries__of_something_else_are_none(text: str) -> None:
    assert read_inquiries(load_yaml(text, "x")) == {}


MAIN, EXTRA = Asked(tables=("main.csv",)), Asked(tables=("extra.csv",))


@pytest.mark.parametrize(
    ("inputs", "asked"),
    [
        ({}, MAIN),
        ({"inquiry": "extra"}, EXTRA),
        ({"inquiry": "./data/inquiry.yaml"}, NOTHING),
        ({"packages": "data/datapackage.json"}, Asked(packages=("data/datapackage.json",))),
        ({"packages": "a.json\nb.json\n"}, Asked(packages=("a.json", "b.json"))),
        ({"resources": "a/*.resource.yaml"}, Asked(packages=("a/*.resource.yaml",))),
        ({"tables": "path/to/**/*.csv"}, Asked(tables=("path/to/**/*.csv",))),
        ({"inquiry": "none"}, Asked(notes=("The inquiry 'none' is not in the repository",))),
        ({"packages": 3, "inquiry": None}, MAIN),
    ],
)
def test_step__asks_for(inputs: dict[str, Any], asked: Asked) -> None:
    assert read_step(inputs, {"main": MAIN, "extra": EXTRA, "data/inquiry.yaml": NOTHING}) == asked


def test_step__without_any_configuration_asks_for_everything() -> None:
    assert read_step({}, {}) == EVERYTHING


@given(ANYTHING)
def test_configurations__of_any_form_raise_nothing(value: Any) -> None:
    join([read_goodtables(value), *read_inquiries(value).values(), read_step({"inquiry": value, "tables": value}, {})])


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x]\nb: [*a, *a]\n",
        "a: !!python/object/apply:os.system [id]\n",
        "a: !custom x\n",
        "a: [\n",
        "a: 2026-99-99\n",
        "? [a]\n: b\n? {a: b}\n: c\n",
        "a: \x00\n",
        "[" * 60 + "]" * 60,
        "[" * 5000,
        "a: b\n---\nc: d\n",
        "x" * 200_001,
    ],
)
def test_yaml__that_could_do_something_is_refused_by_name(text: str) -> None:
    with pytest.raises(UsageError, match=r"^goodtables\.yml\b.*(Correct the file|remove it)") as caught:
        load_yaml(text, "goodtables.yml")
    assert "\n" not in str(caught.value)


PATHS = ["a.csv", "data/b.csv", "data/deep/c.csv", "data/b.txt", "[x].csv"]


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        (["*.csv"], ["[x].csv", "a.csv"]),
        (["**/*.csv"], ["[x].csv", "a.csv", "data/b.csv", "data/deep/c.csv"]),
        (["data/*"], ["data/b.csv", "data/b.txt"]),
        (["data/**"], ["data/b.csv", "data/b.txt", "data/deep/c.csv"]),
        (["data/?.csv"], ["data/b.csv"]),
        (["none.csv", "a.csv"], ["a.csv", "none.csv"]),
        (["[x].csv"], ["[x].csv"]),
        ([], []),
        (["*" * 50 + "x"], []),
    ],
)
def test_matching__is_by_globs(patterns: list[str], found: list[str]) -> None:
    assert list(matching(patterns, PATHS)) == found
