"""The drafts of 0.3, and a model inside a resource."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import pytest

from osds.fiscal.migration.migrate import State, migrate
from osds.fiscal.model import Form
from tests.fiscal.migration.lab import YEAR, Raw, migrated, table, understood
from tests.samples import MODEL, descriptor


def same_meaning(raw: Raw, new: Raw) -> None:
    """osds reads the same from both, but for the form."""
    assert replace(understood(new), form=Form.MODEL) == replace(understood(raw), form=Form.MODEL)


def test_migrate_draft__mapping_is_renamed_in_place() -> None:
    raw = {key if key != "model" else "mapping": value for key, value in descriptor(last=1).items()}
    raw["mapping"] = {"about": "kept", **MODEL}
    done = migrate(raw)
    assert done.descriptor == {**descriptor(last=1), "model": {"about": "kept", **MODEL}}
    assert list(done.descriptor) == ["name", "title", "licenses", "resources", "model", "last"]
    assert done.notes == ()
    same_meaning(raw, done.descriptor)


ALPHA_5: Raw = {
    "measures": [{"name": "amount", "source": "amount", "currency": "EUR"}],
    "dimensions": [
        {"name": "date", "dimensionType": "datetime", "fields": [{"name": "year", "source": "year"}]},
        {
            "name": "function",
            "dimensionType": "project",
            "fields": [{"name": "label", "source": "label"}, {"name": "code", "source": "code"}],
        },
    ],
}
AUGUST_2015: Raw = {
    "measures": {"amount": {"source": "amount", "currency": "EUR"}},
    "date": {"dimensionType": "datetime", "fields": {"year": {"source": "year", "primaryKey": True}}},
    "function": {
        "dimensionType": "activity",
        "fields": {"label": {"source": "label"}, "code": {"source": "code", "primaryKey": ""}},
    },
}


@pytest.mark.parametrize(("mapping", "notes"), [(ALPHA_5, ["'code' is a guess"]), (AUGUST_2015, [])])
def test_migrate_draft__lists_and_fields(mapping: Raw, notes: list[str]) -> None:
    assert migrated(descriptor(model=None, mapping=mapping), *notes) == {
        "measures": {"amount": {"source": "amount", "currency": "EUR"}},
        "dimensions": {
            "date": YEAR,
            "function": {
                "dimensionType": "activity",
                "attributes": {"label": {"source": "label"}, "code": {"source": "code"}},
                "primaryKey": "code",
            },
        },
    }


def test_migrate_draft__the_stated_currency_is_for_measures_without_one() -> None:
    measures = {"a": {"source": "amount", "currency": "USD"}, "b": {"source": "amount"}}
    model = migrated(descriptor(model=None, currency="EUR", mapping={**MODEL, "measures": measures}))
    assert {name: m["currency"] for name, m in model["measures"].items()} == {"a": "USD", "b": "EUR"}


def test_migrate_draft__errors_of_the_model_are_said() -> None:
    done = migrate(descriptor(model=None, mapping={"measures": {"a": {}}, "dimensions": "x"}))
    assert done.state is State.MIGRATED
    assert any(note.startswith("To correct: /model/dimensions") for note in done.notes)


def test_migrate_resource_model__to_the_top() -> None:
    raw = descriptor(model=None, last=1)
    raw["resources"] = [{**raw["resources"][0], "model": MODEL, "bytes": 1}]
    done = migrate(raw)
    assert done.descriptor == {**descriptor(last=1), "resources": [{**descriptor()["resources"][0], "bytes": 1}]}
    assert list(done.descriptor)[-2:] == ["model", "last"]
    same_meaning(raw, done.descriptor)


def test_migrate_resource_model__of_the_second_resource() -> None:
    raw = descriptor(model=None)
    dimensions = deepcopy(MODEL["dimensions"])
    dimensions["function"]["attributes"]["label"] |= {"source": "name", "resource": "codes"}
    nameless = {"measures": {"amount": {"source": "amount"}}, "dimensions": dimensions}
    facts = {**deepcopy(raw["resources"][0]), "currency": "EUR", "model": nameless}
    facts["schema"]["foreignKeys"] = [{"fields": "code", "reference": {"resource": "codes", "fields": "code"}}]
    raw["resources"] = [table("codes", "code", "name"), facts, table("third", "a", model={})]
    done = migrate(raw)
    assert done.descriptor is not None
    assert done.descriptor["model"]["measures"]["amount"] == {
        "source": "amount",
        "resource": "budget",
        "currency": "EUR",
    }
    assert understood(done.descriptor).dimensions == understood(raw).dimensions
    assert any("'third' stay where they are" in note for note in done.notes)
