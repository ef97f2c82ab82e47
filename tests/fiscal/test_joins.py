from __future__ import annotations

from typing import Any

import pytest

from osds.dataset.package import DataPackage, read_package
from osds.fiscal.compile import compile_model
from osds.fiscal.joins import Join, Route, fact_resources, find_joins, find_route, named_resources
from osds.fiscal.lint import lint
from osds.fiscal.model import Attribute, FiscalModel
from tests.samples import MODEL, SCHEMA, descriptor

TO_CODES = {"fields": "code", "reference": {"resource": "codes", "fields": "id"}}
TO_AREAS = {"fields": ["area"], "reference": {"resource": "areas", "fields": ["id"]}}
JOIN = Join(target="codes", fields=("code",), target_fields=("id",))


def table(name: str, *fields: str, keys: Any = None) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [{"name": field, "type": "string"} for field in fields]}
    return {"name": name, "path": f"{name}.csv", "schema": {**schema, "foreignKeys": keys} if keys else schema}


def budget(keys: Any = None, **more: Any) -> dict[str, Any]:
    schema = {**SCHEMA, "foreignKeys": keys} if keys is not None else SCHEMA
    return {"name": "budget", "path": "budget.csv", "schema": schema, **more}


def elsewhere(resource: str = "codes", *, code: str = "id", label: str = "name") -> dict[str, Any]:
    """The model with the dimension `function` in another resource."""
    attributes = {
        "code": {"source": code, "resource": resource},
        "label": {"source": label, "resource": resource, "labelfor": "code"},
    }
    function = {"attributes": attributes, "primaryKey": "code"}
    return {**MODEL, "dimensions": {**MODEL["dimensions"], "function": function}}


def compiled(*resources: dict[str, Any], model: dict[str, Any] | None = None) -> tuple[FiscalModel | None, list[str]]:
    """The model and the messages, each after its code and the pointer."""
    found, findings = compile_model(read_package(descriptor(resources=list(resources), model=model or elsewhere())))
    return found, [f"{f.code} {f.place.pointer} {f.message}" for f in findings]


CODES = table("codes", "id", "name", "area", keys=[TO_AREAS])
AREAS = table("areas", "id", "name")
HEAD = "attribute-not-joined /model/dimensions/function "


def test_check_joins__a_foreign_key_leads_there() -> None:
    model, messages = compiled(budget([TO_CODES]), CODES)
    assert messages == []
    assert model is not None
    assert named_resources(model) == ("budget", "codes")
    assert fact_resources(model) == ("budget",)


@pytest.mark.parametrize("same", [[TO_CODES, TO_CODES], [TO_CODES, {**TO_CODES, "fields": ["code"]}]])
def test_check_joins__one_foreign_key_stated_twice_is_one(same: list[Any]) -> None:
    assert compiled(budget(same), CODES)[1] == []


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (budget(), ""),
        (budget("code"), ""),
        (budget(["code", {}, {"reference": {}}, {"reference": {"resource": ""}}]), ""),
        (budget(foreignKeys=[TO_CODES]), "; its `foreignKeys` stands beside its `schema`, not in it"),
    ],
)
def test_check_joins__no_foreign_key(facts: dict[str, Any], message: str) -> None:
    model, messages = compiled(facts, CODES)
    assert model is None
    assert messages == [
        f"{HEAD}'code', 'label' must be looked up in 'codes', but 'budget' has no foreign key to it{message}"
    ]


def test_check_joins__the_table_with_the_money_has_the_columns_itself() -> None:
    same = table("codes", "code", "label")
    _, messages = compiled(budget(), same, model=elsewhere(code="code", label="label"))
    assert [message.partition("; ")[2] for message in messages] == ["'budget' itself has such columns"]


def test_check_joins__two_steps() -> None:
    _, messages = compiled(budget([TO_CODES]), CODES, AREAS, model=elsewhere("areas"))
    assert messages == [
        f"{HEAD}'code', 'label' must be looked up in 'areas', but 'budget' has no foreign key to it: it leads there only "
        "by way of 'codes', and one step is followed"
    ]


@pytest.mark.parametrize(
    ("fields", "theirs", "problem"),
    [
        ("nope", "id", "names 'nope', which is no column of 'budget'"),
        ("code", ["nope"], "names 'nope', which is no column of 'codes'"),
        (["code", "label"], "id", "has 2 columns, but refers to 1"),
        ([], [], "has 0 columns, but refers to 0"),
        (None, 7, "has 0 columns, but refers to 0"),
    ],
)
def test_check_joins__bad_columns(fields: Any, theirs: Any, problem: str) -> None:
    key = {"fields": fields, "reference": {"resource": "codes", "fields": theirs}}
    model, messages = compiled(budget([key]), CODES)
    assert model is None
    assert messages == [f"{HEAD}the foreign key of 'budget' to 'codes' {problem}"]


def test_check_joins__payer_and_payee() -> None:
    keys = [TO_CODES, {**TO_CODES, "fields": "label"}]
    model, messages = compiled(budget(keys), CODES)
    assert model is None
    assert messages == [
        "lookup-ambiguous /model/dimensions/function 'budget' has several foreign keys to 'codes': by (code) and (label)"
    ]


def test_check_joins__the_first_resource_is_a_list_of_codes() -> None:
    """Attributes without `resource` are taken from the first one, also where the money stands in the second."""
    second = {**MODEL, "measures": {"amount": {"source": "amount", "currency": "EUR", "resource": "budget"}}}
    codes = table("codes", "code", "label", "year")
    _, messages = compiled(codes, budget(), model=second)
    assert [message.split()[0] for message in messages] == ["attribute-not-joined"] * 2


def package(*resources: dict[str, Any]) -> tuple[DataPackage, FiscalModel]:
    """Two tables with money, each named by a measure, and one dimension in the first."""
    measures = {name: {"source": "amount", "currency": "EUR", "resource": name} for name in ("budget", "spent")}
    found = read_package(descriptor(resources=list(resources), model={**MODEL, "measures": measures}))
    model, findings = compile_model(found)
    assert model is not None, findings
    return found, model


def attribute(source: str, resource: str) -> Attribute:
    return Attribute(name=source, resource=resource, source=source, constant=None)


def test_find_route() -> None:
    spent = table("spent", "code", "year", keys=[TO_CODES])
    spent["schema"]["fields"].append({"name": "amount", "type": "number"})
    described, model = package(budget([TO_CODES]), spent, CODES)

    def route(start: str, source: str, resource: str) -> Route | None:
        return find_route(described, model, start, attribute(source, resource))

    assert route("budget", "label", "budget") == Route(column="label", join=None)
    assert route("budget", "name", "codes") == Route(column="name", join=JOIN)
    assert route("spent", "year", "budget") == Route(column="year", join=None), "a column of the same name"
    assert route("spent", "label", "budget") is None
    assert route("spent", "code", "areas") is None, "a table without money is looked up by foreign keys only"
    assert [finding.code for finding in lint(described, model)] == ["dimension-incomplete"]


def test_find_joins__a_table_that_is_not_there() -> None:
    assert find_joins(read_package(descriptor()), "nowhere", "codes") == ()
