"""Column types, and tables that are pivoted."""

from __future__ import annotations

from typing import Any

import pytest

from osds.fiscal.migration.migrate import State, migrate
from tests.fiscal.migration.lab import Raw, migrated, package, refused, table, understood


def typed(*fields: tuple[str, str], kind: str = "columnType", **schema: Any) -> Raw:
    columns = [
        {
            "name": name,
            "type": "number" if word == "value" else "string",
            kind: word,
            "currency": "EUR",
            "factor": 0.001,
        }
        for name, word in fields
    ]
    return {"name": "facts", "path": "facts.csv", "schema": {"fields": columns, **schema}}


FIELDS = (
    ("n2", "functional-classification:cofog:level2:label"),
    ("c2", "functional-classification:cofog:level2:code"),
    ("c1", "functional-classification:cofog:level1:code"),
    ("y", "date:fiscal-year"),
    ("v", "value"),
)


@pytest.mark.parametrize("kind", ["columnType", "osType"])
@pytest.mark.parametrize("before", [[], [table("codes", "a")]])
def test_migrate_columns__means_the_same(kind: str, before: list[Raw]) -> None:
    fields = [{"name": "Phase", "type": "string", "columnType": "phase:id", "constant": "approved"}]
    raw = package(*before, typed(*FIELDS, kind=kind, extraFields=fields), last=1)
    done = migrate(raw)
    assert done.descriptor is not None
    assert {**done.descriptor, "model": None} == {**raw, "model": None}
    assert list(done.descriptor)[-2:] == ["model", "last"]
    assert done.notes == ()
    old, new = understood(raw), understood(done.descriptor)
    assert new.measures == old.measures
    assert [d.name for d in new.axes] == ["date", "phase"]
    assert [sources(d) for d in new.dimensions] == [sources(d) for d in old.dimensions]


def sources(dimension: Any) -> Any:
    """All that is known of a dimension, but for the resource of constants, which has no meaning."""
    levels = [
        [a and (a.name, a.source, a.source and a.resource, a.constant) for a in (lv.key, lv.label)]
        for lv in dimension.levels
    ]
    return dimension.name, dimension.title, dimension.kind, dimension.axis, levels


def test_migrate_columns__written_out() -> None:
    model = migrated(package(typed(*FIELDS)))
    assert model["measures"] == {"v": {"source": "v", "currency": "EUR", "factor": 0.001}}
    assert model["dimensions"]["functional-classification"] == {
        "title": "functional classification",
        "dimensionType": "classification",
        "classificationType": "functional",
        "attributes": {"c1": {"source": "c1"}, "c2": {"source": "c2"}, "n2": {"source": "n2", "labelfor": "c2"}},
        "primaryKey": ["c1", "c2"],
    }


def pivoted(*columns: tuple[str, Raw], **types: str) -> Raw:
    fields: list[Raw] = [{"name": "f", "type": "string", "columnType": "activity:code"}]
    fields += [{"name": name, "type": "number", "title": name.title(), "normalize": values} for name, values in columns]
    extra: list[Raw] = [{"name": name, "type": "string", "columnType": word} for name, word in types.items()]
    extra += [
        {"name": "Money", "columnType": "value-currency:code", "constant": "MXN"},
        {"name": "Amount", "type": "number", "columnType": "value", "normalizationTarget": True},
    ]
    return package({"name": "t", "path": "t.csv", "schema": {"fields": fields, "extraFields": extra}})


def test_migrate_columns__phases_across_columns_become_measures() -> None:
    raw = pivoted(
        ("plan", {"P": "Approved", "D": "revenue"}),
        ("paid", {"P": "paid", "D": "revenue"}),
        P="phase:id",
        D="direction",
    )
    model = migrated(raw, "knows proposed, approved, adjusted, executed", "a measure for each of its columns")
    assert model["measures"] == {
        "plan": {
            "source": "plan",
            "title": "Plan",
            "currency": "MXN",
            "direction": "revenue",
            "phase": "approved",
        },
        "paid": {"source": "paid", "title": "Paid", "currency": "MXN", "direction": "revenue"},
    }
    assert list(model["dimensions"]) == ["activity", "value-currency"]
    assert model["dimensions"]["value-currency"]["attributes"] == {"Money": {"constant": "MXN"}}


@pytest.mark.parametrize(
    ("word", "told"), [("date:fiscal-year", "spreads years over"), ("administrator:id", "spreads administrator over")]
)
def test_migrate_columns__what_0_3_cannot_say_stays(word: str, told: str) -> None:
    done = migrate(
        pivoted(("a", {"X": "1", "P": "approved"}), ("b", {"X": "2", "P": "approved"}), X=word, P="phase:id")
    )
    assert (done.state, done.descriptor) == (State.CURRENT, None)
    assert [told in note for note in done.notes] == [True]


def test_migrate_columns__no_money_is_refused() -> None:
    refused(package(typed(("c", "activity:code"))), "no field has the columnType `value`")
