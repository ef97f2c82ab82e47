from __future__ import annotations

from typing import Any

import pytest

from osds.dataset.package import read_package
from osds.fiscal.compile import compile_model
from osds.fiscal.lint import lint
from tests.samples import MODEL, SCHEMA, descriptor


def linted(**changes: Any) -> list[str]:
    package = read_package(descriptor(**changes))
    model, findings = compile_model(package)
    assert model is not None, findings
    return [finding.code for finding in lint(package, model)]


def measure(**more: Any) -> dict[str, Any]:
    return {**MODEL, "measures": {"amount": {"source": "amount", **more}}}


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
        ({"countryCode": ["GB", "au"]}, "country-code"),
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
        {"countryCode": ["GB", "AU"]},
        {"fiscalPeriod": {"start": "2014-01-01", "end": "2014-12-31"}},
        {"licenses": None, "license": "PDDL-1.0"},
        {**headed("Thousands of euro"), "model": measure(currency="EUR", factor=1000)},
        headed("Millionaires' tax"),
    ],
)
def test_lint__what_is_fine(changes: dict[str, Any]) -> None:
    assert linted(**changes) == []


def test_lint__two_dimensions_on_one_column() -> None:
    dimensions: dict[str, Any] = MODEL["dimensions"]
    twice = {**dimensions, "fund": {"attributes": {"id": {"source": "year"}}, "primaryKey": "id"}}
    assert linted(model={**MODEL, "dimensions": twice}) == ["source-shared"]


def test_lint__guesses_that_stand() -> None:
    guessed = {**MODEL, "measures": {"amount": {"source": "amount", "currency": "EUR", "guess": True}}}
    assert linted(model=guessed) == ["model-guessed"]
