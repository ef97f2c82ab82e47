"""Frictionless CI (once Frictionless Repository): its inquiries, and the inputs of its step in a workflow.

https://github.com/frictionlessdata/frictionless-ci: docs/configuration.md, action.yml. In its first version an inquiry was
named (`inquiry: main`) and stood in `.github/frictionless.yaml`; in its second one it is a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from osds.peers.asked import Asked, is_descriptor, join, normal, texts

FILE = ".github/frictionless.yaml"
FILES = (FILE, ".github/frictionless.yml")
STEP = re.compile(r"frictionlessdata/(repository|frictionless-ci)(/\S*)?(@\S*)?")
EVERYTHING = Asked(packages=("**/datapackage.json",), tables=("**/*.csv",))  # as without any configuration

_KNOWN = {"path", "source", "type", "resource", "package", "name"}


def read_inquiries(value: Any) -> dict[str, Asked]:  # noqa: ANN401 (YAML of unknown origin)
    """What each inquiry of a file asks for, by its name; a file that is an inquiry itself is called `main`."""
    if not isinstance(value, dict):
        return {}
    if "tasks" in value:
        return {"main": _inquiry(value)}
    return {str(name): _inquiry(each) for name, each in value.items() if isinstance(each, dict)}


def read_step(inputs: Mapping[str, Any], inquiries: Mapping[str, Asked]) -> Asked:
    """What one step asks for, by its inputs and the inquiries of the repository: by name, and by the path of their file."""
    wanted = inputs.get("inquiry")
    given = [
        Asked(packages=tuple(map(normal, _patterns(inputs.get("packages"))))),
        Asked(packages=tuple(map(normal, _patterns(inputs.get("resources"))))),
        Asked(tables=tuple(map(normal, _patterns(inputs.get("tables"))))),
    ]
    if isinstance(wanted, str) and wanted.strip():
        found = inquiries.get(normal(wanted))
        missing = Asked(notes=(f"The inquiry {normal(wanted)!r} is not in the repository",))
        given.append(missing if found is None else found)
    elif not any(each.packages or each.tables for each in given):
        given.append(inquiries.get("main", EVERYTHING))
    return join(given)


def _inquiry(value: Mapping[Any, Any]) -> Asked:
    tasks = value.get("tasks")
    return join(_task(each) for each in (tasks if isinstance(tasks, list) else []) if isinstance(each, dict))


def _task(task: Mapping[Any, Any]) -> Asked:
    path = next((task[key] for key in ("path", "source", "package", "resource") if isinstance(task.get(key), str)), "")
    if not path.strip():
        return Asked()
    path = normal(path)
    is_package = task.get("type") == "package" or "package" in task or "resource" in task or is_descriptor(path)
    notes = tuple(_notes(path, task))
    return Asked(packages=(path,), notes=notes) if is_package else Asked(tables=(path,), notes=notes)


def _notes(path: str, task: Mapping[Any, Any]) -> Iterator[str]:
    if "schema" in task:
        yield f"The schema of {path} in the inquiry belongs into `schema` of its resource in the descriptor"
    others = sorted(str(key) for key in task if key not in _KNOWN | {"schema"})
    if others:
        yield f"What the inquiry says of {path} ({', '.join(others)}) belongs into its resource in the descriptor"


def _patterns(value: Any) -> tuple[str, ...]:  # noqa: ANN401 (as above)
    """An input may name several patterns, one a line."""
    return tuple(line.strip() for text in texts(value) for line in text.split("\n") if line.strip())
