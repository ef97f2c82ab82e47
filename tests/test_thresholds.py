"""The key `gate` of `osds.yml`."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from osds.errors import UsageError
from osds.settings import resolve
from osds.thresholds import THRESHOLDS_SCHEMA, Thresholds, parse_thresholds


def test_parse_thresholds__defaults() -> None:
    assert parse_thresholds(None) == parse_thresholds({}) == Thresholds()
    assert resolve(file={}, environ={}, flags={}).gate == Thresholds()


def test_parse_thresholds__some() -> None:
    found = resolve(file={"gate": {"lost-rows": 25, "lost-columns": 0}}, environ={}, flags={}).gate
    assert found == Thresholds(lost_rows=25, lost_columns=0)


WRONG: tuple[object, ...] = (
    [],
    "off",
    3,
    {1: 1},
    {"lost_rows": 1},
    *({"lost-rows": number} for number in ("10", True, -1, 1.5, 10**7, None)),
)


@pytest.mark.parametrize("value", WRONG)
def test_parse_thresholds__refused(value: object) -> None:
    with pytest.raises(UsageError, match="gate"):
        parse_thresholds(value)
    if value != {1: 1}:
        assert not Draft202012Validator(THRESHOLDS_SCHEMA).is_valid(value)


def test_schema__names_every_threshold_and_its_default() -> None:
    Draft202012Validator.check_schema(dict(THRESHOLDS_SCHEMA))
    stated = {name.replace("-", "_"): each["default"] for name, each in THRESHOLDS_SCHEMA["properties"].items()}
    assert stated == {each.name: each.default for each in fields(Thresholds)}


def test_page__states_every_threshold_and_its_default() -> None:
    page = (Path(__file__).parents[1] / "docs/store.md").read_text("utf-8")
    stated = dict(re.findall(r"^\| `([a-z-]+)` \|.*\| (\d+) \|$", page, re.MULTILINE))
    assert stated == {each.name.replace("_", "-"): str(each.default) for each in fields(Thresholds)}
