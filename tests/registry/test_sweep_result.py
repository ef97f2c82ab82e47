"""Results of a sweep: text to values to text, and that nothing else is believed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.errors import UnsafeInputError
from osds.registry.lines import check_value
from osds.registry.status import Verdict
from osds.registry.sweep_result import MAX_RESULT, Outcome, Result, detail_of, parse_result, render_result

LOOKED: dict[str, Any] = {
    "owner": "alice",
    "name": "budget",
    "url": "https://github.com/alice/budget",
    "outcome": Outcome.LOOKED,
    "commit": "a" * 40,
    "verdict": Verdict.VALID,
    "rows": 46,
    "seconds": 2,
    "until": "2024",
    "publish_data": "all",
    "gate": {"lost-rows": 25},
}
COUNTS = st.integers(0, 10**15)


def raw(**changes: object) -> bytes:
    return json.dumps({**json.loads(render_result(Result(**LOOKED))), **changes}).encode()


@given(st.sampled_from(Outcome), COUNTS, COUNTS, st.text(), st.sampled_from(["", "2024", "123"]))
def test_result__is_the_same_after_writing_and_reading(
    outcome: Outcome, rows: int, errors: int, detail: str, until: str
) -> None:
    changes = {"outcome": outcome, "rows": rows, "errors": errors, "detail": detail_of(detail), "until": until}
    result = Result(**{**LOOKED, **changes})
    assert parse_result(render_result(result).encode(), "result.json") == result


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"format": 1}',
        b" " * (MAX_RESULT + 1),
        raw(format=2),
        raw(format=True),
        raw(colour="red"),
        raw(outcome="fine"),
        raw(verdict="good"),
        raw(verdict=""),  # looked at, and no verdict
        raw(commit=""),
        raw(commit="HEAD"),
        raw(owner=".."),
        raw(name="a/b"),
        raw(url="javascript:alert(1)"),
        raw(rows="46"),
        raw(rows=-1),
        raw(rows=1.5),
        raw(rows=True),
        raw(rows=10**16),
        raw(until="MMXXIV"),
        raw(until="=1+1"),
        raw(detail="two\nlines"),
        raw(detail="=HYPERLINK()"),
        raw(detail="x" * 300),
        raw(publish_data="x" * 1001),
        raw(gate={"lost-rows": "many"}),
        raw(gate={"all": 1}),
        raw(gate=[]),
        raw().replace(b'"rows": 46', b'"rows": 46, "rows": 47'),
    ],
)
def test_parse__refuses_what_osds_does_not_write(content: bytes) -> None:
    with pytest.raises(UnsafeInputError, match=r"result\.json"):
        parse_result(content, "result.json")


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("git fetch failed: not found", "git fetch failed: not found"),
        ("fatal: '/tmp/osds-mirror-k3_9zq1x/objects' is full", "fatal: …/objects' is full"),
        ("=1+1", "1+1"),
        ("a\nb\x1b[31m", "a⏎b�[31m"),
        ("::error::x", ": :error: :x"),
    ],
)
def test_detail__is_one_harmless_line_that_stays_the_same(text: str, detail: str) -> None:
    assert detail_of(text) == detail


@given(st.text())
def test_detail__may_stand_in_the_registry_whatever_was_said(text: str) -> None:
    assert len(check_value(detail_of(text), "detail")) <= 210
