"""A changed value in the text it was read from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.fiscal.migration.text import edit

Raw = dict[str, Any]


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ('{"a": 1.50, "b":\t[1,  2]}', {"a": 1.5, "b": [1, 3]}, '{"a": 1.50, "b":\t[1,  3]}'),
        ('{\n  "a": "\\u00e9",\n  "b": 2\n}\n', {"a": "é", "c": 2}, '{\n  "a": "\\u00e9",\n  "c": 2\n}\n'),
        ('{\n "a": 1,\n "b": 2\n}', {"a": 1}, '{\n "a": 1\n}'),
        ('{\n "a": 1,\n "b": 2\n}', {"b": 2}, '{\n "b": 2\n}'),
        ('{\n\t"a": 1\n}', {"a": 1, "b": {"c": "é"}}, '{\n\t"a": 1,\n\t"b": {\n\t\t"c": "é"\n\t}\n}'),
        (
            '{\r\n  "a" : 1\r\n}\r\n',
            {"a": 1, "b": {"c": 2}},
            '{\r\n  "a" : 1,\r\n  "b": {\r\n    "c": 2\r\n  }\r\n}\r\n',
        ),
        ('{"a": 1, "b": 2}', {"a": 1, "b": 2, "c": [2]}, '{"a": 1, "b": 2, "c": [2]}'),
        ('{\n  "r": [{\n    "x": 1,\n    "m": {}\n  }]\n}', {"r": [{"x": 1}]}, '{\n  "r": [{\n    "x": 1\n  }]\n}'),
        ('{\n  "a": 1\n  , "b": 2\n}', {"a": 1, "b": 3}, '{\n  "a": 1\n  , "b": 3\n}'),
        ('{"x": {"k": 1, "l": 2}}', {"y": {"k": 1, "l": 3}}, '{"y": {"k": 1, "l": 3}}'),
        ('{"a:b": 1, "x": 2}', {"a:b": 1, "y": 2}, '{"a:b": 1, "y": 2}'),
        ('{\n  "a": {"b": 1}\n}', {"a": {"b": 1, "c": {"d": 2}}}, '{\n  "a": {"b": 1,"c": {"d": 2}}\n}'),
        (' {"a": {}} ', {"a": {"b": 1}}, ' {"a": {"b": 1}} '),
    ],
)
def test_edit__keeps_every_other_character(old: str, new: Any, wanted: str) -> None:
    assert edit(old, new) == wanted
    assert json.loads(wanted) == new


def documents() -> st.SearchStrategy[Raw]:
    leaf = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=2)
    value = st.recursive(
        leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab:", max_size=2), inner, max_size=3)
    )
    return st.dictionaries(st.sampled_from("abcd"), value, max_size=4)


def spellings(value: Any) -> Iterator[str]:
    yield json.dumps(value)
    yield json.dumps(value, indent=3, ensure_ascii=False).replace("\n", "\r\n")
    yield json.dumps(value, indent="\t", separators=(" ,", " : "))


@given(documents(), documents())
def test_edit__the_new_text_says_the_new_value(old: Raw, new: Raw) -> None:
    for text in spellings(old):
        edited = edit(text, new)
        assert json.loads(edited) == new
        assert old == new or list(json.loads(edited)) == list(new)
        assert edit(edited, new) == edited
    for text in spellings(old):
        assert edit(text, old) == text
