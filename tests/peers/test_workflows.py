"""Taking a step out of a workflow: the rest stays to the letter, or osds keeps its hands off."""

from __future__ import annotations

import pytest

from osds.peers.frictionless_ci import STEP
from osds.peers.workflows import find_steps

ONLY = """\
name: portals

on:
  push:
    branches:
      - master
  pull_request:
    branches:
      - master

jobs:
  validate:
    runs-on: ubuntu-latest
    steps:
      - name: Checkout repository
        uses: actions/checkout@v2
      - name: Validate data
        uses: frictionlessdata/repository@v1
"""
FLAT = """\
name: Flat
on: {schedule: [{cron: "0 0 * * *"}], workflow_dispatch: {}}
jobs:
  scheduled:
    runs-on: ubuntu-latest
    steps: # This workflow has 3 steps
      # The first step is to check out
      - name: Check out repo
        uses: actions/checkout@v2
        with: {lfs: true}
      - uses: githubocto/flat@v2   # odd   spacing
        with:
          http_url: https://example.org/x.json
          postprocess: |
            two
            lines
      # The last one is validation
      # in two lines of comment
      - name: Frictionless
        uses: frictionlessdata/frictionless-ci@v2
        with:
          inquiry: data/inquiry.yaml
        # a comment at its end
  other:
    runs-on: ubuntu-latest
    steps:
    - uses: frictionlessdata/repository@main
    - run: |
        echo hello

        echo world
"""
FLAT_REST = """\
name: Flat
on: {schedule: [{cron: "0 0 * * *"}], workflow_dispatch: {}}
jobs:
  scheduled:
    runs-on: ubuntu-latest
    steps: # This workflow has 3 steps
      # The first step is to check out
      - name: Check out repo
        uses: actions/checkout@v2
        with: {lfs: true}
      - uses: githubocto/flat@v2   # odd   spacing
        with:
          http_url: https://example.org/x.json
          postprocess: |
            two
            lines
        # a comment at its end
  other:
    runs-on: ubuntu-latest
    steps:
    - run: |
        echo hello

        echo world
"""
FLOW = "on: push\njobs: {a: {steps: [{uses: frictionlessdata/repository@v2}, {run: echo}]}}\n"
LONELY = """\
on: push
jobs:
  a:
    steps:
      - uses: frictionlessdata/repository@v2
  b:
    steps:
      - run: echo
"""


def test_find_steps__of_a_workflow_that_does_nothing_else() -> None:
    found = find_steps(ONLY, "x.yaml", STEP)
    assert found is not None
    assert (found.rest, found.by_hand, found.name, found.branches) == (None, False, "portals", ("master",))
    assert (found.triggers, found.lfs, found.paths, found.steps) == (("push", "pull_request"), False, False, ({},))


def test_find_steps__keeps_all_others_to_the_letter() -> None:
    found = find_steps(FLAT, "x.yaml", STEP)
    assert found is not None
    assert found.rest == FLAT_REST
    assert found.steps == ({"inquiry": "data/inquiry.yaml"}, {})
    assert (found.lfs, found.triggers, found.branches) == (True, ("schedule", "workflow_dispatch"), ())


@pytest.mark.parametrize("text", [FLOW, LONELY])
def test_find_steps__leaves_alone_what_it_cannot_take_out(text: str) -> None:
    found = find_steps(text, "x.yaml", STEP)
    assert found is not None
    assert (found.rest, found.by_hand) == (text, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "jobs: 3",
        "jobs: {a: 3, b: {steps: 4}, c: {steps: [3, {uses: 4}]}}",
        "jobs: {a: {steps: [{uses: frictionlessdata/repository-demo@v1}, {uses: me/frictionlessdata/repository@v1}]}}",
        "jobs: {a: {steps: [{run: uses frictionlessdata/repository@v1}]}}",
    ],
)
def test_find_steps__of_other_workflows_is_none(text: str) -> None:
    assert find_steps(text, "x.yaml", STEP) is None
