from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from osds.dataset.package import read_package
from osds.fiscal.compile import compile_model
from osds.fiscal.model import Axis, FiscalModel, Form
from osds.report import Finding


def field(name: str, column_type: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "number" if column_type == "value" else "string", "columnType": column_type, **more}


def compiled(*fields: dict[str, Any], **schema: Any) -> tuple[FiscalModel | None, tuple[Finding, ...]]:
    resource = {"name": "facts", "path": "facts.csv", "schema": {"fields": list(fields), **schema}}
    return compile_model(read_package({"name": "x", "resources": [resource]}))


def levels(model: FiscalModel | None) -> dict[str, list[tuple[str, str | None]]]:
    assert model is not None
    return {d.name: [(lv.key.name, lv.label.name if lv.label else None) for lv in d.levels] for d in model.dimensions}


def test_compile_columns__hierarchy_labels_axes_and_measure() -> None:
    model, findings = compiled(
        field("Name 2", "functional-classification:cofog:level2:label"),
        field("Code 2", "functional-classification:cofog:level2:code"),
        field("Code 1", "functional-classification:cofog:level1:code"),
        field("Name 1", "functional-classification:cofog:level1:label"),
        field("Year", "date:fiscal-year"),
        field("Phase", "phase:id"),
        field("Money", "value-currency:code"),
        field("Line", "budget-line-id"),
        field("Amount", "value", currency="EUR", factor=1000),
    )
    assert levels(model) == {
        "functional-classification": [("Code 1", "Name 1"), ("Code 2", "Name 2")],
        "date": [("Year", None)],
        "phase": [("Phase", None)],
        "value-currency": [("Money", None)],
        "budget-line-id": [("Line", None)],
    }
    assert model is not None
    assert model.form is Form.COLUMN_TYPE
    assert [d.axis for d in model.axes] == [Axis.YEAR, Axis.CURRENCY, Axis.PHASE]
    assert {d.name: d.kind for d in model.dimensions}["budget-line-id"] == "fact"
    (measure,) = model.measures
    assert (measure.name, measure.currency, measure.factor) == ("Amount", "EUR", Decimal(1000))
    assert findings == ()


def test_compile_columns__os_type_with_its_old_suffixes() -> None:
    model, findings = compile_model(
        read_package(
            {
                "name": "x",
                "resources": [
                    {
                        "name": "facts",
                        "path": "f.csv",
                        "schema": {
                            "fields": [
                                {
                                    "name": "a",
                                    "type": "string",
                                    "osType": "administrative-classification:generic:level1:code",
                                },
                                {
                                    "name": "b",
                                    "type": "string",
                                    "osType": "administrative-classification:generic:level2:code:part",
                                },
                                {"name": "v", "type": "number", "osType": "value"},
                            ]
                        },
                    }
                ],
            }
        )
    )
    assert levels(model) == {"administrative-classification": [("a", None), ("b", None)]}
    assert model is not None
    assert model.form is Form.OS_TYPE
    assert [f.code for f in findings] == ["model-form-os-type"]


def test_compile_columns__two_schemes_are_two_dimensions() -> None:
    model, _ = compiled(
        field("g", "economic-classification:gfsm2001:level1:code"),
        field("n", "economic-classification:generic:level1:code"),
        field("v", "value"),
    )
    assert list(levels(model)) == ["economic-classification-gfsm2001", "economic-classification-generic"]


def test_compile_columns__a_label_without_a_code_is_the_key() -> None:
    model, _ = compiled(field("who", "recipient:name"), field("v", "value"))
    assert levels(model) == {"recipient": [("who", None)]}


def test_compile_columns__unpivot() -> None:
    model, findings = compiled(
        field("f", "functional-classification:generic:level1:code"),
        {"name": "2014 approved", "type": "number", "normalize": {"Year": 2014, "Phase": "approved"}},
        {"name": "2015 approved", "type": "number", "normalize": {"Year": 2015, "Phase": "approved"}},
        extraFields=[
            {"name": "Year", "type": "integer", "columnType": "date:fiscal-year"},
            {"name": "Phase", "type": "string", "columnType": "phase:id"},
            {"name": "Money", "type": "string", "columnType": "value-currency:code", "constant": "MXN"},
            {"name": "Amount", "type": "number", "columnType": "value", "normalizationTarget": True},
        ],
    )
    assert findings == ()
    assert model is not None
    (measure,) = model.measures
    assert measure.name == "Amount"
    assert [(a.field, dict(a.fixed)) for a in measure.amounts] == [
        ("2014 approved", {"Year": "2014", "Phase": "approved"}),
        ("2015 approved", {"Year": "2015", "Phase": "approved"}),
    ]
    assert {d.name: d.axis for d in model.dimensions} == {
        "functional-classification": None,
        "date": Axis.YEAR,
        "phase": Axis.PHASE,
        "value-currency": Axis.CURRENCY,
    }
    assert {d.name: d.levels[0].key.constant for d in model.dimensions}["value-currency"] == "MXN"


@pytest.mark.parametrize(
    ("fields", "schema", "code"),
    [
        ([field("v", "value", type="string")], {}, "measure-not-numeric"),
        ([field("v", "value", factor=0)], {}, "factor-out-of-range"),
        ([field("y", "date:year")], {}, "no-measure"),
        ([field("v", "value")], {}, "no-dimension"),
        (
            [{"name": "v", "type": "number", "normalize": {"Year": 2014}}],
            {"extraFields": [{"name": "Phase", "columnType": "phase:id"}]},
            "normalize-incomplete",
        ),
        (
            [
                {"name": "a", "type": "number", "normalize": {"Year": 2014, "Phase": "x"}},
                {"name": "b", "type": "number", "normalize": {"Year": 2015}},
            ],
            {"extraFields": [{"name": "Year", "columnType": "date:year"}, {"name": "Phase", "columnType": "phase:id"}]},
            "normalize-incomplete",
        ),
    ],
)
def test_compile_columns__what_is_wrong(fields: list[dict[str, Any]], schema: dict[str, Any], code: str) -> None:
    found = [*fields, field("y", "unknown:thing")] if code == "measure-not-numeric" else fields
    model, findings = compiled(*found, **schema)
    assert model is None
    assert code in [f.code for f in findings]
