from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.dataset.strict_json import MAX_BYTES, MAX_DEPTH, load
from osds.report import Severity

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON_VALUES)
def test_load__every_ordinary_value_is_read_as_json_reads_it(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return
    assert load(text) == (value, ())


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        (b"", "json-invalid", "line 1, column 1"),
        (b'{"a": 1,}', "json-invalid", "line 1"),
        (b'{"a": NaN}', "json-invalid", "NaN"),
        (b'{"a": -Infinity}', "json-invalid", "Infinity"),
        (b'{"a": "\xff"}', "json-invalid", "byte 8"),
        (b'{"a": "\\ud800"}', "json-invalid", "surrogate"),
        (b'{"a": ' + b"9" * 5_000_000 + b"}", "json-limit", "4,194,304"),
        (b'{"a": ' + b"9" * 50 + b"}", "json-invalid", "50 digits"),
        (b'{"name": "a", "name": "b"}', "json-duplicate-key", "'name'"),
        (b'{"a": {"b": 1, "b": 1}}', "json-duplicate-key", "'b'"),
        (b"[" * 100_000, "json-limit", "64 levels"),
        (b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1), "json-limit", "64 levels"),
        (b" " * (MAX_BYTES + 1), "json-limit", "bytes"),
        ("{}".encode("utf-16"), "json-invalid", "UTF-8"),
    ],
)
def test_load__refuses_what_readers_disagree_on(text: bytes, code: str, told: str) -> None:
    value, findings = load(text)
    assert value is None
    assert [f.code for f in findings] == [code]
    assert told in findings[0].message


def test_load__depth_at_the_limit_and_brackets_in_strings_are_fine() -> None:
    nested = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert load(nested)[1] == ()
    assert load(b'{"a": "' + b"[{" * 500 + b'\\""}')[1] == ()


def test_load__byte_order_mark_is_a_notice() -> None:
    value, findings = load(b'\xef\xbb\xbf{"a": 1}')
    assert value == {"a": 1}
    assert [(f.code, f.severity) for f in findings] == [("json-bom", Severity.NOTICE)]
