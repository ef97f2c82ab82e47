from __future__ import annotations

from typing import Any

import pytest

from osds.dataset.descriptor import check_package, check_repository, check_structure
from osds.dataset.package import read_package
from osds.report import Severity
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


@pytest.mark.parametrize(
    ("name", "url", "told"),
    [
        ("city-budget", "https://github.com/town/city-budget", False),
        ("city-budget", "https://github.com/town/City-Budget", False),
        ("city-budget", "https://github.com/town/city-budget.git", False),
        ("city-budget", "https://github.com/town/budget", True),
        ("city-budget", "https://git.example.org/town/money", True),
        ("city-budget", None, False),  # nobody knows the repository
        ("city-budget", "file:///home/ada/budget", False),  # a folder of one's own may be called anything
        ("city-budget", "https://example.org/group/part/budget", False),  # not the address of one owner's repository
        ("", "https://github.com/town/budget", False),  # has no name, which is told already
    ],
)
def test_check_repository__another_name(name: str, url: str | None, told: bool) -> None:
    found = list(check_repository(read_package(descriptor(name=name)), url))
    assert [f.code for f in found] == ["name-unlike-repository"] * told
    assert all(f.severity is Severity.WARNING and f.message.count("'") == 4 for f in found)


def test_check_repository__a_registry_is_no_dataset() -> None:
    package = read_package(descriptor(name="registry", osds={"registry": "1.0"}))
    assert list(check_repository(package, "https://github.com/os-data/all-of-them")) == []
