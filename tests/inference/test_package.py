"""Whole descriptors: names, resources, the model and the sentences about it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from osds.dataset.identity import check_name
from osds.dataset.package import read_package
from osds.fiscal.compile import compile_model
from osds.fiscal.model import Axis
from osds.inference.package import guess_package, name_of
from tests.inference.tables import file_of

BUDGET = (
    "year,unit_code,unit,chapter,approved,executed\n"
    "2023,01,Schools,1,10.50,9\n2023,02,Roads,2,5,5\n2024,01,Schools,1,11,\n2024,02,Roads,2,6,6.75\n"
)


def guess(*texts: str, **changes: Any) -> tuple[dict[str, Any], str]:
    """The descriptor of files with these texts, called `data/budget-1.csv` and so on, and all guesses as one text."""
    files = [file_of(text, f"data/budget-{number}.csv") for number, text in enumerate(texts, start=1)]
    guessed = guess_package("town-budget", files, **{"currency": None, **changes})
    return dict(guessed.descriptor), "\n".join(guessed.guesses)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("town-budget", "town-budget"),
        ("Haushalt 2014/15", "haushalt-2014-15"),
        ("Presupuesto de Logroño", "presupuesto-de-logrono"),
        ("_.private._", "private"),
        ("a..b--c", "a-b-c"),
        ("budget.git", "budget.git-dataset"),
        ("予算", "fallback"),
        ("", "fallback"),
        ("x" * 120, "x" * 100),
        ("x" * 98 + ".git", "x" * 98 + ".g"),
        ("x" * 95 + "-.git", "x" * 92 + "-dataset"),
    ],
)
def test_name_of__is_a_name_that_osds_takes(text: str, name: str) -> None:
    assert check_name(name_of(text, "fallback")) == name


def test_guess_package__resource() -> None:
    descriptor, _ = guess(BUDGET)
    (resource,) = descriptor["resources"]
    assert (descriptor["name"], descriptor["title"]) == ("town-budget", "Town budget")
    assert resource == {
        "name": "budget-1",
        "path": "data/budget-1.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(BUDGET),
        "hash": "sha256:00",
        "schema": {
            "fields": [
                {"name": "year", "type": "year"},
                {"name": "unit_code", "type": "string"},
                {"name": "unit", "type": "string"},
                {"name": "chapter", "type": "string"},  # a code is a name, not a quantity
                {"name": "approved", "type": "number"},
                {"name": "executed", "type": "number"},
            ]
        },
    }


def test_guess_package__model_is_marked_as_guessed_and_compiles() -> None:
    descriptor, said = guess(BUDGET, currency="EUR")
    model = descriptor["model"]
    assert model["measures"]["executed"] == {
        "title": "executed",
        "source": "executed",
        "currency": "EUR",
        "phase": "executed",
        "guess": True,
    }
    assert model["dimensions"]["unit"] == {
        "title": "Unit",
        "dimensionType": "classification",
        "classificationType": "administrative",
        "attributes": {"code": {"source": "unit_code"}, "title": {"source": "unit", "labelfor": "code"}},
        "primaryKey": "code",
        "guess": True,
    }
    assert list(model["dimensions"]) == ["year", "unit", "chapter"]
    assert all(part["guess"] is True for kind in model.values() for part in kind.values())
    compiled, findings = compile_model(read_package(descriptor))
    assert (findings, compiled is not None and [axis.axis for axis in compiled.axes]) == ((), [Axis.YEAR])
    assert (
        'data/budget-1.csv: "executed" is a measure: its header says "executed"; currency EUR; phase executed' in said
    )
    assert '"unit_code" is a dimension: nearly every code has one name in "unit"' in said


def test_guess_package__hierarchy_has_an_ordered_key_and_parents() -> None:
    descriptor, _ = guess("func1,func1_name,func2,amount\n1,A,11,5\n1,A,12,5\n2,B,21,5\n")
    assert descriptor["model"]["dimensions"]["func_1"] == {
        "title": "func1",
        "dimensionType": "classification",
        "classificationType": "functional",
        "attributes": {
            "func_1": {"source": "func1"},
            "func_1_title": {"source": "func1_name", "labelfor": "func_1"},
            "func2": {"source": "func2", "parent": "func_1"},
        },
        "primaryKey": ["func_1", "func2"],
        "guess": True,
    }


@pytest.mark.parametrize(
    ("column", "axis"),
    [
        ("Typ\nAusgabe\nEinnahme\n", "direction"),
        ("status\napproved\nexecuted\ncommitted\n", "phase"),
        ("stage\nfirst\nsecond\n", "phase"),
        ("moneda\nEUR\nUSD\n", "currency"),
        ("kind\ncapital expenditure\ncurrent expenditure\n", None),  # one direction only
        ("Direction\nÉcoles\nRoutes\n", None),  # a department in French
    ],
)
def test_guess_package__columns_across_which_nothing_is_summed(column: str, axis: str | None) -> None:
    header, *values = column.split()[:1] + column.strip().split("\n")[1:]
    descriptor, _ = guess("\n".join((f"{header},amount", *(f"{value},5" for value in values))) + "\n", currency="EUR")
    compiled, findings = compile_model(read_package(descriptor))
    assert findings == ()
    assert compiled is not None
    assert [found.axis for found in compiled.axes] == ([] if axis is None else [Axis(axis)])


def test_guess_package__currency_column_takes_the_place_of_the_measures_currency() -> None:
    descriptor, said = guess("ccy,amount\nEUR,5\nUSD,6\n")
    assert "currency" not in descriptor["model"]["measures"]["amount"]
    assert "it states the currency, so nothing is summed across it" in said


def test_guess_package__unknown_currency_is_said() -> None:
    descriptor, said = guess(BUDGET)
    assert descriptor["model"]["measures"]["approved"]["currency"] == "XXX"
    assert 'nothing names the currency of "approved", "executed": replace "XXX"' in said


def test_guess_package__headers_that_are_no_keys() -> None:
    descriptor, _ = guess("年度,款,予算額,2014-15,2014\n2014,議会費,1000,1,2\n2015,総務費,2000,3,4\n")
    assert list(descriptor["model"]["measures"]) == ["amount_3", "amount_2014_15", "amount_2014"]
    assert list(descriptor["model"]["dimensions"]) == ["time_1", "dimension_2"]


def test_guess_package__placeholders_become_missing_values() -> None:
    descriptor, said = guess("region,amount\nNorth,5\nSouth,nfp\n")
    assert descriptor["resources"][0]["schema"]["missingValues"] == ["", "nfp"]
    assert "\"amount\": 'nfp' stands where there is no figure" in said


def test_guess_package__totals_among_the_rows_are_said() -> None:
    assert '"region" has the value "TOTAL"' in guess("region,amount\nNorth,5\nSouth,6\nTOTAL,11\n")[1]


def test_guess_package__no_money() -> None:
    descriptor, said = guess("code,name\n01,Schools\n02,Roads\n")
    assert descriptor["model"] == {"measures": {}, "dimensions": {}}
    assert "no column looks like money" in said
    assert "no measure was found" in said


def test_guess_package__header_only() -> None:
    descriptor, said = guess("year,amount\n")
    assert [field["type"] for field in descriptor["resources"][0]["schema"]["fields"]] == ["string", "string"]
    assert "it has a header but no rows" in said


def test_guess_package__ragged_rows_are_said() -> None:
    assert (
        "rows without the 2 cells of the header: 2; the first is row 3 with 1" in guess("a,amount\nx,1\ny\nz,1,2\n")[1]
    )


def test_guess_package__files_with_the_same_columns_are_one_table() -> None:
    second = BUDGET.replace("2023", "2025").replace("2024", "2026").replace("6.75", "n/a")
    descriptor, said = guess(BUDGET, second)
    (resource,) = descriptor["resources"]
    assert resource["path"] == ["data/budget-1.csv", "data/budget-2.csv"]
    assert resource["name"] == "budget"
    assert "bytes" not in resource
    assert "hash" not in resource
    assert resource["schema"]["missingValues"] == ["", "n/a"]
    assert "are parts of one table" in said


def test_guess_package__files_that_do_not_say_when_are_not_joined() -> None:
    descriptor, said = guess("region,amount\nNorth,5\n", "region,amount\nNorth,6\nSouth,7\n")
    assert [resource["path"] for resource in descriptor["resources"]] == ["data/budget-1.csv", "data/budget-2.csv"]
    assert [measure["resource"] for measure in descriptor["model"]["measures"].values()] == ["budget-2"]
    assert "data/budget-1.csv: it has money too, but a model is about one table" in said


def test_guess_package__a_file_without_a_last_line_break_is_not_joined() -> None:
    files = [file_of(BUDGET, "a.csv", complete=False), file_of(BUDGET, "b.csv")]
    assert len(guess_package("x", files, currency=None).descriptor["resources"]) == 2


def test_guess_package__a_list_of_codes_is_described_beside_the_facts() -> None:
    descriptor, said = guess("code,name\n1,Schools\n2,Roads\n", BUDGET)
    assert [resource["name"] for resource in descriptor["resources"]] == ["budget-1", "budget-2"]
    assert {measure["resource"] for measure in descriptor["model"]["measures"].values()} == {"budget-2"}
    compiled, findings = compile_model(read_package(descriptor))
    assert (findings, compiled is not None) == ((), True)
    assert "data/budget-1.csv: no column looks like money" in said


def test_guess_package__same_names_are_told_apart() -> None:
    files = [file_of(BUDGET, "budget.csv"), file_of("code,name\n1,a\n", "data/budget.csv")]
    resources = guess_package("x", files, currency=None).descriptor["resources"]
    assert [resource["name"] for resource in resources] == ["budget", "budget_2"]


def test_guess_package__hostile_headers_do_not_reach_the_terminal() -> None:
    descriptor, said = guess('"\x1b[31m::error::\nx",amount\na,5\n')
    assert "\x1b" not in said
    assert "::error::" not in said
    json.dumps(descriptor)
