"""GitHub's own OpenAPI description as the judge of the double: every request sent to it, every answer it gives.

A field that GitHub does not describe is a fault, like one of another type or one that is missing. The description is cut by
`python -m scripts.github_contract`; where it is not, `find_contract` gives None and the tests of it say that they skip.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from scripts.github_contract import OUTPUT, is_current

# GitHub describes these for some calls only; they may come from every one.
_ANYWHERE = frozenset({301, 304, 307, 401, 403, 404, 429, 500, 502, 503, 504})
_MANY_SEGMENTS = frozenset({"{path}", "{ref}", "{basehead}"})
# What GitHub serves and does not describe: where a renamed repository is redirected to.
_UNDESCRIBED = re.compile(r"/repositories/\d+(/.*)?|/graphql|/installation/token")
_NAME = "urn:github"


@dataclass(frozen=True)
class Operation:
    """One call of the description: a method on a path, both as GitHub writes them."""

    method: str
    template: str
    described: Mapping[str, Any] = field(hash=False, compare=False)


class Contract:
    """The description, indexed. Problems are sentences; an empty list is agreement."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        contents = Resource.from_contents(document, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(_NAME, contents)
        self._templates = [(template, _pattern(template)) for template in document["paths"]]
        self._validators: dict[str, Draft202012Validator] = {}
        self._seen: dict[tuple[str, str], list[str]] = {}

    def find(self, method: str, path: str) -> Operation | None:
        """The operation of a request; the template with most words of its own wins."""
        found = [template for template, pattern in self._templates if pattern.fullmatch(path)]
        found.sort(key=lambda template: (template.count("{") - template.count("/"), template.count("{")))
        for template in found:
            described = self._document["paths"][template].get(method.lower())
            if described:
                return Operation(method.lower(), template, described)
        return None

    def check_request(self, method: str, path: str, query: Mapping[str, list[str]], body: Any) -> list[str]:
        """What is wrong with a request."""
        operation = self.find(method, path)
        if operation is None:
            return [] if _UNDESCRIBED.fullmatch(path) else [f"GitHub has no {method} {path}"]
        named = {parameter["name"]: parameter for parameter in self._parameters(operation)}
        problems = [f"{method} {path} takes no {name!r} in its query" for name in query if name not in named]
        for name, values in query.items():
            allowed = named.get(name, {}).get("schema", {}).get("enum")
            problems += [
                f"{name}={value} is not one of {allowed}" for value in values if allowed and value not in allowed
            ]
        if body is not None:
            problems += self._body_problems(operation, body)
        return [f"request {method} {path}: {problem}" for problem in problems]

    def check_response(self, method: str, path: str, status: int, body: Any) -> list[str]:
        """What is wrong with an answer."""
        operation = self.find(method, path)
        if operation is None:
            return []
        described = operation.described["responses"].get(str(status))
        if described is None:
            known = status in _ANYWHERE
            return [] if known else [f"response {method} {path}: GitHub does not answer {status} here"]
        pointer = self._pointer(operation, f"responses/{status}", described)
        if pointer is None:
            return [] if body is None else [f"response {method} {path}: {status} has no body"]
        problems = self._problems(pointer, body, closed=status < 400)  # of refusals GitHub describes the least
        return [f"response {status} {method} {path}: {problem}" for problem in problems]

    def _parameters(self, operation: Operation) -> Iterator[dict[str, Any]]:
        for parameter in operation.described.get("parameters", []):
            name = parameter.get("$ref", "").rpartition("/")[2]
            yield self._document["components"]["parameters"][name] if name else parameter

    def _body_problems(self, operation: Operation, body: Any) -> list[str]:
        described = operation.described.get("requestBody")
        if described is None:
            return ["it takes no body"]
        pointer = self._pointer(operation, "requestBody", described)
        return self._problems(pointer, body) if pointer else []

    def _pointer(self, operation: Operation, where: str, described: Mapping[str, Any]) -> str | None:
        """Where the schema of a body stands in the document; None if there is no body."""
        if "$ref" in described:
            _, _, kind, name = described["$ref"].split("/")
            described, start = self._document["components"][kind][name], f"/components/{kind}/{name}"
        else:
            start = f"/paths/{operation.template.replace('/', '~1')}/{operation.method}/{where}"
        media = next((m for m in described.get("content", {}) if "json" in m), None)
        return f"{start}/content/{media.replace('/', '~1')}/schema" if media else None

    def _problems(self, pointer: str, body: Any, *, closed: bool = True) -> list[str]:
        """Validated once for each shape of a body: which keys, which types, and the words that may be one of a few."""
        key = (pointer, json.dumps(_shape(body), sort_keys=True))
        if key not in self._seen:
            errors = self._validator(pointer, closed).iter_errors(body)
            self._seen[key] = [f"{error.json_path}: {error.message[:400]}" for error in errors][:5]
        return self._seen[key]

    def _validator(self, pointer: str, closed: bool) -> Draft202012Validator:
        if pointer not in self._validators:
            schema = self._closed(pointer) if closed else {"$ref": _reference(pointer)}
            self._validators[pointer] = Draft202012Validator(schema, registry=self._registry)
        return self._validators[pointer]

    def _closed(self, pointer: str) -> dict[str, Any]:
        """The schema, with unknown fields forbidden at its top, and at the top of each item of a list."""
        found: Any = self._document
        for part in pointer.split("/")[1:]:
            found = found[part.replace("~1", "/")]
        if found.get("type") == "array" and found.get("items"):
            return {"type": "array", "items": self._closed(f"{pointer}/items")}
        return {"$ref": _reference(pointer), "unevaluatedProperties": False}


def _reference(pointer: str) -> str:
    return f"{_NAME}#{quote(pointer, safe='/~+')}"


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted({json.dumps(_shape(item), sort_keys=True) for item in value})
    if isinstance(value, str):
        return value if re.fullmatch(r"[A-Za-z_-]{1,20}", value) else "text"
    return type(value).__name__


def _pattern(template: str) -> re.Pattern[str]:
    parts = [
        ".+" if part in _MANY_SEGMENTS else "[^/]+" if part.startswith("{") else re.escape(part)
        for part in template.split("/")
    ]
    return re.compile("/".join(parts))


@cache
def find_contract(path: Path = OUTPUT) -> Contract | None:
    """The description, if this computer has it."""
    return Contract(json.loads(path.read_bytes())) if is_current(path) else None
