from __future__ import annotations

from typing import Any

import pytest

from osds.dataset.descriptor import check_package, check_structure
from osds.dataset.package import read_package
from tests.samples import SCHEMA, descriptor

RESOURCE: dict[str, Any] = {"name": "budget", "path": "budget.csv", "schema": SCHEMA}


def test_check_structure__a_valid_descriptor() -> None:
    assert check_structure(descriptor()) == ()


@pytest.mark.parametrize(
    ("value", "pointer", "told"),
    [
        ([], "", "must be object"),
        (None, "", "must be object"),
        ({"name": "x"}, "", "'resources' is a required property"),
        (descriptor(resources=[]), "/resources", "must not be empty"),
        (descriptor(name=7), "/name", "must be string"),
        (descriptor(resources=[{**RESOURCE, "name": "Has Space"}]), "/resources/0/name", "must match"),
        (descriptor(resources=[{"name": "x", "schema": SCHEMA}]), "/resources/0", "needs one of 'path', 'data'"),
        (descriptor(resources=[{**RESOURCE, "path": 7}]), "/resources/0/path", "has the wrong form"),
        (
            descriptor(resources=[{**RESOURCE, "schema": {"fields": "year"}}]),
            "/resources/0/schema",
            "has the wrong form",
        ),
    ],
)
def test_check_structure__names_the_place(value: object, pointer: str, told: str) -> None:
    findings = check_structure(value)
    assert [(f.code, f.place.pointer) for f in findings] == [("descriptor-schema", pointer)]
    assert told in findings[0].message


def test_check_structure__many_errors_are_cut_and_said_so() -> None:
    findings = check_structure(descriptor(resources=[{"name": f"r{i}"} for i in range(80)]))
    assert len(findings) == 51
    assert "only 50 are listed" in findings[-1].message


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"name": "Not A Name"}, ["name-unusable"]),
        ({"name": "../up"}, ["name-unusable"]),
        ({"name": None}, ["name-unusable"]),
        ({"resources": [RESOURCE, {**RESOURCE, "path": "b.csv"}]}, ["resource-duplicate"]),
        ({"resources": [{**RESOURCE, "schema": "https://example.org/schema.json"}]}, ["reference-not-read"]),
        ({"resources": [{**RESOURCE, "dialect": "dialect.json"}]}, ["reference-not-read"]),
        ({"resources": [{"name": "budget", "path": "budget.csv"}]}, ["schema-missing"]),
        (
            {"resources": [{**RESOURCE, "schema": {"fields": [{"name": "a"}, {"name": "a"}]}}]},
            ["field-duplicate"],
        ),
    ],
)
def test_check_package__names_and_references(changes: dict[str, Any], codes: list[str]) -> None:
    assert [f.code for f in check_package(read_package(descriptor(**changes)))] == codes
