"""Workflow files of strangers: which osds they call, when, and with which rights."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.workflows.files import Call, NotAWorkflowError, Workflow, parse_workflow, uses_osds

PATH = ".github/workflows/osds.yml"
REUSABLE = "openspending/osds/.github/workflows/dataset.yml@v0"


def parse(text: str) -> Workflow:
    return parse_workflow(PATH, text.encode())


def test_parse__everything_it_says() -> None:
    found = parse(
        """
        on:
          push: {branches: [main]}
          schedule:
            - cron: "17 5 * * *"
            - cron: "0 6 * * 1"
              timezone: Europe/Berlin
            - cron: nonsense
            - 7
        permissions: {}
        jobs:
          data:
            permissions: {contents: read, id-token: write}
            uses: openspending/osds/.github/workflows/dataset.yml@v0
          more:
            uses: ./.github/workflows/own.yml
          step:
            steps: [{uses: actions/checkout@v5}, {uses: province/osds@0123abcd}, {uses: openspending/osds/setup@v1}]
          bad: 3
        """
    )
    assert found.triggers == {"push", "schedule"}
    assert [str(line) for line in found.schedule] == ["17 5 * * *", "0 6 * * 1 Europe/Berlin"]
    assert found.unread == 2
    assert found.permissions == {}
    assert found.local == {".github/workflows/own.yml"}
    rights = {"contents": "read", "id-token": "write"}
    assert found.calls == (
        Call(job="data", repository="openspending/osds", file="dataset.yml", ref="v0", permissions=rights),
        Call(job="step", repository="province/osds", file="", ref="0123abcd", permissions=None),
        Call(job="step", repository="openspending/osds", file="", ref="v1", permissions=None),
    )


@pytest.mark.parametrize(
    ("text", "triggers"),
    [
        ("on: push", {"push"}),
        ("on: [push, pull_request]", {"push", "pull_request"}),
        ('"on": {schedule: {}}', {"schedule"}),
        ("on: 7", set()),
        ("x: 1", set()),
    ],
)
def test_parse__what_starts_it(text: str, triggers: set[str]) -> None:
    assert parse(f"{text}\njobs: {{}}").triggers == triggers


@pytest.mark.parametrize(
    ("text", "permissions"),
    [
        ("", None),
        ("permissions:", {}),
        ("permissions: read-all", "read-all"),
        ("permissions: {a: b, 1: 2}", {"a": "b", "1": "2"}),
    ],
)
def test_parse__permissions_of_the_whole(text: str, permissions: object) -> None:
    assert parse(f"{text}\njobs: {{}}").permissions == permissions


@pytest.mark.parametrize(
    ("uses", "calls"),
    [
        (REUSABLE, 1),
        ("any-one/of.theirs/.github/workflows/core-data.yml@0123", 1),
        ("openspending/osds/.github/workflows/registry-merge.yml@v0", 1),
        ("openspending/osds/.github/workflows/ci.yml@v0", 0),
        ("openspending/osds/.github/workflows/dataset.yml", 0),
        ("openspending/osds/.github/workflows/dataset.yaml@v0", 0),
    ],
)
def test_parse__calls_of_osds(uses: str, calls: int) -> None:
    assert len(parse(f"jobs: {{a: {{uses: '{uses}'}}}}").calls) == calls


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", None),
        (b"just text", None),
        (b"on: push", None),
        (b"jobs: []", None),
        (b"a: 1\nb: {", 2),
        (b"a: &a {b: 1}\nc: {<<: *a}\njobs: {}", 2),
        (b"\xff\xfe\xfd", None),
        (b"jobs: {}\n" + b"#" * 70_000, None),
    ],
)
def test_parse__what_is_no_workflow(content: bytes, line: int | None) -> None:
    with pytest.raises(NotAWorkflowError) as refused:
        parse_workflow(PATH, content)
    assert refused.value.line == line


def test_parse__aliases_are_followed_within_limits() -> None:
    steps = f"[{', '.join(['{uses: openspending/osds@v0}'] * 1000)}]"
    jobs = "\n".join(f"  j{n}: {{steps: *s}}" for n in range(1000))
    assert len(parse(f"x: &s {steps}\njobs:\n{jobs}").calls) == 100 * 200


def test_uses_osds__also_by_a_workflow_beside_it() -> None:
    files = {
        "a.yml": parse("jobs: {x: {uses: ./.github/workflows/b.yml}}"),
        ".github/workflows/b.yml": parse("jobs: {x: {uses: ./.github/workflows/c.yml}}"),
        ".github/workflows/c.yml": parse(f"jobs: {{x: {{uses: {REUSABLE}}}}}"),
        "e.yml": parse("jobs: {x: {uses: openspending/osds/.github/workflows/registry-merge.yml@v0}}"),
        "d.yml": parse("jobs: {x: {uses: ./.github/workflows/d.yml}}"),
    }
    assert list(uses_osds(files)) == ["a.yml", ".github/workflows/b.yml", ".github/workflows/c.yml"]


@given(st.text(alphabet="jobs:on{}[]&*a \n-'\"<!|>schedulcrt,", max_size=200))
def test_parse__any_text_is_a_workflow_or_is_not(text: str) -> None:
    with suppress(NotAWorkflowError):
        assert parse(text).path == PATH
