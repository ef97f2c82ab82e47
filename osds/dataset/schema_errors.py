"""JSON Schema, with errors that name the place. The schemas ship with osds and refer to nothing outside themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from itertools import islice
from typing import TYPE_CHECKING, Any

from osds.dataset.package import Json
from osds.report import Check, Finding, in_descriptor

if TYPE_CHECKING:
    from jsonschema import ValidationError

MAX_FINDINGS = 50
MAX_ERRORS = 10_000  # of millions, which a short text can have, the first are enough


def read_schema(package: str, name: str) -> dict[str, Any]:
    """A JSON Schema that ships with osds, for instance `read_schema("osds.dataset", "schemas/data-package.json")`."""
    schema: dict[str, Any] = json.loads(files(package).joinpath(name).read_text(encoding="utf-8"))
    return schema


def schema_problems(value: Json, schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each place where `value` breaks `schema`: a JSON Pointer into `value`, and what is wrong there in words."""
    from jsonschema import Draft202012Validator

    errors = islice(Draft202012Validator(schema).iter_errors(value), MAX_ERRORS)
    for error in sorted(errors, key=lambda e: [str(p) for p in e.absolute_path]):
        yield _pointer(error), _words(error)


def schema_findings(value: Json, schema: Mapping[str, Any], check: Check, *, below: str = "") -> tuple[Finding, ...]:
    """The same as findings of `check` in the descriptor, at most 50; `below` is the pointer of `value` itself."""
    found: list[Finding] = []
    for pointer, words in schema_problems(value, schema):
        if len(found) == MAX_FINDINGS:
            found.append(check.at(in_descriptor(below), "there are more errors of this kind; only 50 are listed"))
            break
        found.append(check.at(in_descriptor(below + pointer), words))
    return tuple(found)


def _pointer(error: ValidationError) -> str:
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in error.absolute_path)
    return "".join(f"/{part}" for part in parts)


def _words(error: ValidationError) -> str:
    """The validator's message, or a plainer one where its own repeats the whole offending value."""
    wanted: Any = error.validator_value
    match error.validator:
        case "type":
            return f"must be {' or '.join(wanted) if isinstance(wanted, list) else wanted}"
        case "enum":
            return f"must be one of {', '.join(map(str, wanted))}"
        case "anyOf" if all(isinstance(option, dict) and "required" in option for option in wanted):
            return f"needs one of {', '.join(repr(option['required'][0]) for option in wanted)}"
        case "anyOf":
            return "has the wrong form"
        case "pattern":
            return f"must match {wanted}"
        case "minItems" | "minProperties" | "minLength":
            return "must not be empty"
        case _:
            return error.message[:200]
