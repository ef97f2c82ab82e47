from __future__ import annotations

from typing import Any

import pytest

from osds.dataset.package import read_package
from osds.fiscal.compile import compile_model
from osds.fiscal.countries import IN_USE, MONEY
from osds.fiscal.iso4217 import CURRENCIES
from osds.fiscal.lint import lint
from tests.samples import MODEL, SCHEMA, descriptor


def linted(**changes: Any) -> list[str]:
    package = read_package(descriptor(**changes))
    model, findings = compile_model(package)
    assert model is not None, findings
    return [finding.code for finding in lint(package, model)]


def measure(**more: Any) -> dict[str, Any]:
    return {**MODEL, "measures": {"amount": {"source": "amount", **more}}}


def without_date() -> dict[str, Any]:
    return {**MODEL, "dimensions": {name: raw for name, raw in MODEL["dimensions"].items() if name != "date"}}


def headed(name: str) -> dict[str, Any]:
    fields = [*SCHEMA["fields"][:-1], {"name": "amount", "title": name, "type": "number"}]
    return {"resources": [{"name": "budget", "path": "budget.csv", "schema": {"fields": fields}}]}


def test_lint__a_clean_model() -> None:
    assert linted() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"model": measure()}, "currency-missing"),
        ({"model": measure(currency="ZZZ")}, "currency-unknown"),
        ({"model": measure(currency="eur")}, "currency-unknown"),
        (headed("Budget (million guaraníes)"), "factor-suspect"),
        (headed("Betrag in Tsd EUR"), "factor-suspect"),
        ({"countryCode": "UK"}, "country-code"),
        ({"countryCode": "uk"}, "country-code"),
        ({"countryCode": ["DE", "au"]}, "country-code"),
        ({"countryCode": "XX"}, "country-code"),
        ({"countryCode": "US"}, "currency-foreign"),
        ({"countryCode": ["US", "GB"]}, "currency-foreign"),
        ({"model": measure(currency="USD"), "countryCode": "DE"}, "currency-foreign"),
        ({"model": without_date()}, "period-unknown"),
        ({"fiscalPeriod": {"start": "2014-12-31", "end": "2014-01-01"}}, "fiscal-period"),
        ({"fiscalPeriod": {"start": "2014-02-31", "end": "2014-12-31"}}, "fiscal-period"),
        ({"fiscalPeriod": "2014"}, "fiscal-period"),
        ({"licenses": None}, "no-licence"),
    ],
)
def test_lint__what_is_doubtful(changes: dict[str, Any], code: str) -> None:
    assert linted(**changes) == [code]


@pytest.mark.parametrize(
    "changes",
    [
        {"model": measure(currency="CSK")},  # withdrawn, but real in old budgets
        {"countryCode": ["GB", "DE"]},
        {"countryCode": "HR"},
        {"countryCode": "DE", "model": measure(currency="DEM")},  # old money is not foreign
        {"countryCode": "DE", "model": measure(currency="XDR")},  # nor is that of nobody
        {"model": without_date(), "fiscalPeriod": {"start": "2014-01-01", "end": "2014-12-31"}},
        {"fiscalPeriod": {"start": "2014-01-01", "end": "2014-12-31"}},
        {"licenses": None, "license": "PDDL-1.0"},
        {**headed("Thousands of euro"), "model": measure(currency="EUR", factor=1000)},
        headed("Millionaires' tax"),
    ],
)
def test_lint__what_is_fine(changes: dict[str, Any]) -> None:
    assert linted(**changes) == []


@pytest.mark.parametrize(("code", "told"), [("UK", "; 'GB' may be"), ("el", "; 'GR' may be"), ("de", "; 'DE' may be")])
def test_lint__the_country_that_may_be_meant(code: str, told: str) -> None:
    package = read_package(descriptor(countryCode=code))
    model, _ = compile_model(package)
    assert model is not None
    (finding,) = lint(package, model)
    assert finding.message == f"{code!r} is not a country{told}"


def test_countries__all_of_iso_3166_with_known_money() -> None:
    assert len(MONEY) == 249 + 1  # and Kosovo
    assert IN_USE < CURRENCIES
    assert all(len(code) == 2 and code.isupper() for code in MONEY)


def test_lint__a_column_of_currencies_is_enough() -> None:
    dimensions = {
        **MODEL["dimensions"],
        "currency": {"attributes": {"code": {"source": "label"}}, "primaryKey": "code"},
    }
    found = linted(model={**measure(), "dimensions": dimensions})
    assert "currency-missing" not in found


def test_lint__two_dimensions_on_one_column() -> None:
    dimensions: dict[str, Any] = MODEL["dimensions"]
    twice = {**dimensions, "fund": {"attributes": {"id": {"source": "year"}}, "primaryKey": "id"}}
    assert linted(model={**MODEL, "dimensions": twice}) == ["source-shared"]


def test_lint__guesses_that_stand() -> None:
    guessed = {**MODEL, "measures": {"amount": {"source": "amount", "currency": "EUR", "guess": True}}}
    assert linted(model=guessed) == ["model-guessed"]


def table(name: str, *fields: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "path": f"{name}.csv", "schema": {"fields": list(fields) or SCHEMA["fields"]}}


@pytest.mark.parametrize(
    ("other", "codes"),
    [
        (table("budget-2024"), ["facts-left-out"]),
        (table("budget-2024", *reversed(SCHEMA["fields"])), ["facts-left-out"]),
        (table("typed", {"name": "v", "type": "number", "columnType": "value"}), ["facts-left-out"]),
        (table("wide", {"name": "2015", "type": "number", "normalize": {"Year": 2015}}), ["facts-left-out"]),
        (table("shorter", *SCHEMA["fields"][1:]), []),
        (table("otherwise", *SCHEMA["fields"][:-1], {"name": "amount", "type": "string"}), []),
        ({"name": "readme", "path": "README.md"}, []),
    ],
)
def test_lint__a_table_with_money_that_no_measure_names(other: dict[str, Any], codes: list[str]) -> None:
    assert linted(resources=[table("budget"), other]) == codes


def test_lint__tables_with_money_that_measures_name() -> None:
    both = {name: {"source": "amount", "currency": "EUR", "resource": name} for name in ("budget", "spending")}
    resources = [table("budget"), table("spending")]
    assert linted(resources=resources, model={**MODEL, "measures": both}) == []
    assert linted(resources=[*resources, table("third")], model={**MODEL, "measures": both}) == ["facts-left-out"]


def test_lint__a_dimension_that_a_part_of_the_money_lacks() -> None:
    fields = [field for field in SCHEMA["fields"] if field["name"] not in {"code", "label"}]
    both = {name: {"source": "amount", "currency": "EUR", "resource": name} for name in ("budget", "short")}
    package = read_package(
        descriptor(resources=[table("budget"), table("short", *fields)], model={**MODEL, "measures": both})
    )
    model, _ = compile_model(package)
    assert model is not None
    (finding,) = lint(package, model)
    assert finding.code == "dimension-incomplete"
    assert finding.message == "the money in 'short' has no 'code', 'label' of the dimension 'function'"
    assert finding.place.pointer == "/model/dimensions/function"
