"""What needs no migration, what cannot be migrated, and that every descriptor gets an answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.fiscal.migration.migrate import State, migrate
from osds.fiscal.migration.text import edit
from tests.fiscal.migration.lab import package, refused, table
from tests.samples import descriptor


def test_migrate__a_model_at_the_top_needs_nothing() -> None:
    assert migrate(descriptor()).state is State.CURRENT
    assert migrate(descriptor(mapping={"amount": "budget/amount"})).state is State.CURRENT


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ([], "must be object"),
        ({"name": "x"}, "'resources' is a required property"),
        (package(table("t", "a")), "says nowhere what the columns mean"),
        (package(table("t", "a"), mapping={"measures": {}, "dimensions": {}}), "says nowhere"),
        (package(table("t", "a"), mapping={"id": "t/a"}), "names no column with an `amount`"),
        (package(table("t", "a"), mapping={"amount": []}), "names no column with an `amount`"),
        (package(table("t", "a", model=[])), "must be object"),
        (package(table("t", "id", "amount:number", currency="EUR")), "says nowhere"),
    ],
)
def test_migrate__what_says_too_little_is_refused(raw: Any, words: str) -> None:
    refused(raw, words)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from(["t/amount", "amount", "source"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "source column attributes fields primaryKey measures id title name amount type payerId".split()
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values, st.sampled_from(["mapping", "openspending", "model", "resource-model", "schema"]))
def test_migrate__any_json_gives_an_answer(value: Any, place: str) -> None:
    facts = table("t", "id", "amount:number", "date", foreignKeys=value)
    mapping = value if isinstance(value, dict) else {}
    raw = {
        "mapping": package(facts, mapping={"amount": "t/amount", **mapping}),
        "openspending": package(facts, openspending={"mapping": mapping, "x": value}),
        "model": package(facts, mapping={"measures": value, "dimensions": {"a": value}}),
        "resource-model": package(table("u", "b"), {**facts, "model": mapping}),
        "schema": package({**facts, "currency": value, "status": value, "fiscalPeriod": value, "type": value}),
    }[place]
    done = migrate(raw)
    assert (done.descriptor is not None) == (done.state is State.MIGRATED)
    if done.descriptor is not None:
        assert migrate(done.descriptor).state is State.CURRENT
        assert json.loads(edit(json.dumps(raw), done.descriptor)) == done.descriptor
