"""A workflow's text without the steps of another service; all other characters stay as they are."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from osds.peers.yaml_text import compose_yaml, load_yaml

_CHECKOUT = re.compile(r"actions/checkout(@\S*)?")


@dataclass(frozen=True, kw_only=True)
class Found:
    """A workflow that has steps of the service: what they were given, and what the workflow says around them.

    `rest` is the text without them, None if nothing is left to do in it; `by_hand` says that osds cannot take them out.
    """

    name: str
    steps: tuple[Mapping[str, Any], ...]
    branches: tuple[str, ...]
    lfs: bool
    rest: str | None
    by_hand: bool
    triggers: tuple[str, ...]
    paths: bool  # it ran for some paths alone


def find_steps(text: str, file: str, wanted: re.Pattern[str]) -> Found | None:
    """The steps whose `uses` is `wanted`; None if there are none. Raises `UsageError` if it is not plain YAML."""
    value, node = load_yaml(text, file), compose_yaml(text, file)
    places = list(_places(node, wanted))
    if not isinstance(value, dict) or not places:
        return None
    steps = [value["jobs"][job]["steps"][number] for job, number, _ in places]
    others = list(_others(value, wanted))
    idle = all(_CHECKOUT.fullmatch(str(step.get("uses", ""))) for step in others)
    rest = None if idle else _cut(text, [place for _, _, place in places])
    by_hand = rest is not None and not _is_the_same(rest, file, value, wanted)
    on = value.get("on", value.get(True))  # YAML reads the key `on` as True
    return Found(
        name=str(value.get("name", "")),
        steps=tuple(step["with"] if isinstance(step.get("with"), dict) else {} for step in steps),
        branches=_branches(on),
        lfs=any(isinstance(step.get("with"), dict) and step["with"].get("lfs") is True for step in others),
        rest=text if by_hand else rest,
        by_hand=by_hand,
        triggers=tuple(str(key) for key in (on if isinstance(on, dict | list) else [on])),
        paths=isinstance(on, dict) and any(isinstance(each, dict) and "paths" in each for each in on.values()),
    )


def _places(node: yaml.Node | None, wanted: re.Pattern[str]) -> Iterator[tuple[str, int, yaml.Node]]:
    """Job, number and node of each step that is wanted."""
    for job, body in _members(_member(node, "jobs")):
        steps = _member(body, "steps")
        for number, step in enumerate(steps.value if isinstance(steps, yaml.SequenceNode) else []):
            uses = _member(step, "uses")
            if isinstance(uses, yaml.ScalarNode) and wanted.fullmatch(uses.value):
                yield job, number, step


def _members(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    for key, value in node.value if isinstance(node, yaml.MappingNode) else []:
        if isinstance(key, yaml.ScalarNode):
            yield key.value, value


def _member(node: yaml.Node | None, name: str) -> yaml.Node | None:
    return next((value for key, value in _members(node) if key == name), None)


def _others(value: Mapping[Any, Any], wanted: re.Pattern[str]) -> Iterator[Mapping[str, Any]]:
    """The steps that stay; a job without steps, which calls a workflow, counts as one."""
    for job in value["jobs"].values():
        steps = job.get("steps") if isinstance(job, dict) else None
        for step in steps if isinstance(steps, list) else [{"run": "a workflow that is called"}]:
            if not (isinstance(step, dict) and wanted.fullmatch(str(step.get("uses", "")))):
                yield step if isinstance(step, dict) else {}


def _cut(text: str, nodes: list[yaml.Node]) -> str:
    """The text without the lines of these items of lists, and without the comments right above them."""
    lines = text.split("\n")
    for node in sorted(nodes, key=lambda each: each.start_mark.line, reverse=True):
        start, end = node.start_mark.line, _last_line(node) + 1
        while start > 0 and not lines[start].lstrip().startswith("-"):
            start -= 1
        indent = len(lines[start]) - len(lines[start].lstrip())
        while start > 0 and lines[start - 1].startswith(f"{' ' * indent}#"):
            start -= 1
        del lines[start:end]
    return "\n".join(lines)


def _last_line(node: yaml.Node) -> int:
    if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
        ends_before = node.end_mark.column == 0 and node.end_mark.line > node.start_mark.line
        return int(node.end_mark.line) - ends_before
    children = [part for pair in node.value for part in pair] if isinstance(node, yaml.MappingNode) else node.value
    return max(_last_line(child) for child in children)


def _is_the_same(rest: str, file: str, value: Mapping[Any, Any], wanted: re.Pattern[str]) -> bool:
    """True if the text says what it said, but for the steps, and every job has a step left."""
    expected = copy.deepcopy(dict(value))
    for job in expected["jobs"].values():
        if isinstance(job, dict) and isinstance(job.get("steps"), list):
            job["steps"] = [
                s for s in job["steps"] if not (isinstance(s, dict) and wanted.fullmatch(str(s.get("uses", ""))))
            ]
            if not job["steps"]:
                return False
    return bool(load_yaml(rest, file) == expected)


def _branches(on: Any) -> tuple[str, ...]:  # noqa: ANN401 (YAML of unknown origin)
    push = on.get("push") if isinstance(on, dict) else None
    branches = push.get("branches") if isinstance(push, dict) else None
    found = branches if isinstance(branches, list) else [branches]
    return tuple(branch for branch in found if isinstance(branch, str) and re.fullmatch(r"[\w./*-]{1,100}", branch))
