from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from osds.dataset.package import read_package
from osds.fiscal.compile import compile_model
from osds.fiscal.model import Axis, FiscalModel, Form
from osds.report import Severity
from tests.samples import MODEL, SCHEMA, descriptor


def compiled(**changes: Any) -> FiscalModel:
    model, findings = compile_model(read_package(descriptor(**changes)))
    assert model is not None, findings
    return model


def codes(**changes: Any) -> list[str]:
    model, findings = compile_model(read_package(descriptor(**changes)))
    errors = [f for f in findings if f.severity is Severity.ERROR]
    assert (model is None) == bool(errors)
    return [f.code for f in findings]


def changed(path: str, value: Any) -> dict[str, Any]:
    """The model with one place changed; `del` removes it."""
    model = deepcopy(MODEL)
    *parents, last = path.split("/")
    place: Any = model
    for parent in parents:
        place = place[parent]
    if value == "del":
        del place[last]
    else:
        place[last] = value
    return model


def test_compile_model__measure_and_dimensions() -> None:
    model = compiled(model=changed("measures/amount/factor", 1000))
    (measure,) = model.measures
    assert (measure.name, measure.resource, measure.currency, measure.factor) == (
        "amount",
        "budget",
        "EUR",
        Decimal(1000),
    )
    assert [a.field for a in measure.amounts] == ["amount"]
    assert [(d.name, d.axis) for d in model.dimensions] == [("date", Axis.YEAR), ("function", None)]
    (level,) = model.dimensions[1].levels
    assert (level.key.source, level.label and level.label.source) == ("code", "label")


@pytest.mark.parametrize(
    ("attributes", "key"),
    [
        ({"a": {"source": "code"}, "b": {"source": "label", "parent": "a"}}, ["a", "b"]),
        ({"a": {"source": "code"}, "b": {"source": "label", "parent": "a"}}, ["b", "a"]),
        ({"a": {"source": "code"}, "b": {"source": "label", "parent": "a"}}, "b"),
        ({"a": {"source": "code"}, "b": {"source": "label"}}, ["a", "b"]),
    ],
)
def test_compile_model__key_order_and_parent_chain_are_one_hierarchy(attributes: dict[str, Any], key: Any) -> None:
    model = compiled(model={**MODEL, "dimensions": {"function": {"attributes": attributes, "primaryKey": key}}})
    assert [level.key.name for level in model.dimensions[0].levels] == ["a", "b"]


def test_compile_model__constant_attribute() -> None:
    dimension = {"attributes": {"id": {"constant": 7}}, "primaryKey": "id"}
    (level,) = compiled(model={**MODEL, "dimensions": {"payer": dimension}}).dimensions[0].levels
    assert (level.key.source, level.key.constant) == (None, "7")


@pytest.mark.parametrize(
    ("changes", "form", "notices"),
    [
        ({}, Form.MODEL, []),
        ({"model": None, "mapping": MODEL}, Form.MAPPING, ["model-form-mapping"]),
        (
            {"model": None, "resources": [{"name": "budget", "path": "budget.csv", "schema": SCHEMA, "model": MODEL}]},
            Form.RESOURCE_MODEL,
            ["model-form-resource"],
        ),
    ],
)
def test_compile_model__every_place_of_the_notation(changes: dict[str, Any], form: Form, notices: list[str]) -> None:
    assert compiled(**changes).form is form
    assert codes(**changes) == notices


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("measures/amount/source", "amuont", "dangling-source"),
        ("measures/amount/resource", "other", "dangling-resource"),
        ("measures/amount/source", "label", "measure-not-numeric"),
        ("measures/amount/factor", 0, "factor-out-of-range"),
        ("measures/amount/factor", -1, "factor-out-of-range"),
        ("measures/amount/factor", 1e300, "factor-out-of-range"),
        ("measures/amount/source", "del", "model-schema"),
        ("measures/amount/phase", "planned", "model-schema"),
        ("measures", {}, "no-measure"),
        ("dimensions", {}, "no-dimension"),
        ("dimensions", "del", "model-schema"),
        ("dimensions/function/attributes", {}, "model-schema"),
        ("dimensions/function/primaryKey", "nope", "dangling-primary-key"),
        ("dimensions/function/primaryKey", "del", "model-schema"),
        ("dimensions/function/attributes/code/source", "nope", "dangling-source"),
        ("dimensions/function/attributes/code/resource", "nope", "dangling-resource"),
        ("dimensions/function/attributes/code/parent", "nope", "dangling-parent"),
        ("dimensions/function/attributes/code/parent", "code", "attribute-cycle"),
        ("dimensions/function/attributes/label/labelfor", "nope", "dangling-parent"),
        ("dimensions/function/attributes/label/labelfor", "label", "attribute-cycle"),
    ],
)
def test_compile_model__what_is_wrong(path: str, value: Any, code: str) -> None:
    assert codes(model=changed(path, value)) == [code]


def test_compile_model__a_typo_gets_a_hint() -> None:
    _, findings = compile_model(read_package(descriptor(model=changed("measures/amount/source", "amuont"))))
    assert "did you mean 'amount'?" in findings[0].message


def test_compile_model__a_longer_circle_is_found() -> None:
    attributes = {"a": {"source": "code", "parent": "b"}, "b": {"source": "label", "parent": "a"}}
    assert (
        codes(model=changed("dimensions/function", {"attributes": attributes, "primaryKey": "a"}))
        == ["attribute-cycle"] * 2
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"model": None}, "no-fiscal-model"),
        ({"model": None, "mapping": {"amount": {"source": "cra/amount"}, "date": "cra/year"}}, "model-form-2015"),
        ({"model": None, "openspending": {"mapping": {"amount": {}, "id": ""}}}, "model-form-2015"),
        (
            {
                "model": None,
                "resources": [
                    {
                        "name": "b",
                        "path": "b.csv",
                        "currency": "USD",
                        "status": "approved",
                        "schema": {"fields": [{"name": "id"}, {"name": "amount", "type": "number"}]},
                    }
                ],
            },
            "model-form-0.2",
        ),
        ({"model": {"measures": {}, "dimensions": {}}}, "no-measure"),
        ({"model": []}, "model-schema"),
    ],
)
def test_compile_model__older_forms_and_none(changes: dict[str, Any], code: str) -> None:
    assert code in codes(**changes)


@pytest.mark.parametrize(
    ("name", "kind", "axis"),
    [
        ("date", "other", Axis.YEAR),
        ("whenever", "datetime", Axis.YEAR),
        ("fiscal_year", "other", Axis.YEAR),
        ("phase", "other", Axis.PHASE),
        ("direction", "other", Axis.DIRECTION),
        ("value-currency", "other", Axis.CURRENCY),
        ("function", "classification", None),
    ],
)
def test_axes__by_kind_and_by_name(name: str, kind: str, axis: Axis | None) -> None:
    dimension = {"attributes": {"k": {"source": "code"}}, "primaryKey": "k", "dimensionType": kind}
    assert compiled(model={**MODEL, "dimensions": {name: dimension}}).dimensions[0].axis is axis


def test_axes__one_dimension_each_and_the_year_first() -> None:
    day = {"dimensionType": "datetime", "attributes": {"d": {"source": "code"}, "year": {"source": "year"}}}
    dimensions = {"paid": {**day, "primaryKey": ["d", "year"]}, "booked": {**day, "primaryKey": ["d"]}}
    model = compiled(model={**MODEL, "dimensions": dimensions})
    assert [d.axis for d in model.dimensions] == [Axis.YEAR, None]
    assert [level.key.name for level in model.axes[0].levels] == ["year", "d"]
