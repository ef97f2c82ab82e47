"""The whole change: as much is checked as before, and what is not carried over is said."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

import osds
from osds.peers.plan import Repository, TakenOver, take_over

TEMPLATE = (Path(osds.__file__).parent / "templates/workflow.yml").read_text("utf-8")
CI = "on: {push: {branches: [BRANCH]}}\njobs: {a: {steps: [{uses: actions/checkout@v2}, {uses: STEP}]}}\n"
WORKFLOW = ".github/workflows/osds.yml"


def taken(texts: Mapping[str, str], **named: set[str]) -> TakenOver:
    """The change for these files; `named` are, by folder (`_` the top), the files that the descriptor there names."""
    folders = {"" if folder == "_" else f"{folder}/": files for folder, files in named.items()}
    descriptors = {f"{folder}datapackage.json": frozenset(files) for folder, files in folders.items()}
    paths = frozenset({*texts, *descriptors, *(path for files in named.values() for path in files), "stray.csv"})
    change = take_over(Repository(texts=texts, paths=paths, named=descriptors, template=TEMPLATE))
    assert change is not None
    return change


def jobs(change: TakenOver) -> dict[str, Any]:
    text = change.texts[WORKFLOW]
    assert text is not None
    found: dict[str, Any] = yaml.safe_load(text)["jobs"]
    return {name: {**job.get("with", {})} for name, job in found.items()}


def test_take_over__of_a_repository_without_a_service_is_none() -> None:
    texts = {"README.md": "https://goodtables.io/github/a/b", ".github/workflows/test.yml": "on: push\njobs: {}\n"}
    assert take_over(Repository(texts=texts, paths=frozenset(texts))) is None


def test_take_over__of_one_dataset_at_the_top_is_the_template_itself() -> None:
    change = taken({"goodtables.yml": "datapackages: [datapackage.json]\n"}, _={"a.csv"})
    assert change.texts == {"goodtables.yml": None, WORKFLOW: TEMPLATE}
    assert change.notes == ()


def test_take_over__has_a_job_for_each_folder() -> None:
    inquiry = "main: {tasks: [{path: a/datapackage.json}, {path: b c/datapackage.json}]}\n"
    change = taken({".github/frictionless.yaml": inquiry}, a={"a/x.csv"}, **{"b c": {"b c/x.csv"}})
    assert jobs(change) == {
        "dataset": {"path": "a"},
        "dataset-2": {"path": "b c", "artifact": "osds-aggregates-2"},
    }
    assert change.texts[".github/frictionless.yaml"] is None


@pytest.mark.parametrize("name", ["frictionlessdata/repository@v1", "frictionlessdata/frictionless-ci@v2"])
def test_take_over__of_everything_finds_every_dataset(name: str) -> None:
    text = CI.replace("STEP", name).replace("BRANCH", "trunk")
    change = taken({".github/workflows/frictionless.yaml": text}, _={"x.csv"}, deep={"deep/y.csv"})
    assert jobs(change) == {"dataset": {}, "dataset-2": {"path": "deep", "artifact": "osds-aggregates-2"}}
    assert change.texts[".github/workflows/frictionless.yaml"] is None
    assert "branches: [trunk] }\n" in (change.texts[WORKFLOW] or "")
    assert change.notes == ("stray.csv is in no descriptor: add it as a resource, or let `osds init` make one",)


def test_take_over__finds_the_dataset_of_a_table() -> None:
    change = taken({"goodtables.yml": "files: [{source: b/y.csv}]\n"}, a={"a/x.csv"}, b={"b/y.csv"})
    assert jobs(change) == {"dataset": {"path": "b"}}
    assert change.notes == ()


def test_take_over__carries_git_lfs_and_the_limit_and_keeps_settings() -> None:
    text = CI.replace("STEP", "frictionlessdata/repository@v2").replace(
        "checkout@v2}", "checkout@v2, with: {lfs: true}}"
    )
    files = {".github/workflows/a.yml": text, "goodtables.yml": "settings: {error_limit: 50}\n", "osds.yml": "store: x"}
    change = taken(files, _={"stray.csv"})
    assert jobs(change) == {"dataset": {"lfs": True}}
    assert change.texts["osds.yml"] == "store: x\nlimit-errors: 50\n"
    kept = taken({**files, "osds.yml": "limit-errors: 7\n"}, _={"stray.csv"})
    assert "osds.yml" not in kept.texts


def test_take_over__keeps_a_workflow_of_osds_that_is_here() -> None:
    change = taken({"goodtables.yml": "datapackages: [datapackage.json]\n", WORKFLOW: "on: push\njobs: {}\n"}, _=set())
    assert change.texts == {"goodtables.yml": None}
    assert change.notes[0].startswith(f"{WORKFLOW} is here already and is kept")


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (
            "datapackages: ['https://example.org/datapackage.json']",
            "https://example.org/datapackage.json is at another",
        ),
        ("datapackages: [x/datapackage.yaml]", "x/datapackage.yaml is not read by osds"),
        ("files: far.csv", "far.csv is in no descriptor"),
    ],
)
def test_take_over__says_what_it_cannot_carry_over(text: str, note: str) -> None:
    change = taken({"goodtables.yml": text}, _=set())
    assert change.notes[0].startswith(note)


def test_take_over__says_what_is_left_to_be_done_by_hand() -> None:
    text = CI.replace("STEP", "frictionlessdata/repository@v2").replace("]}}", ", {run: echo}]}}")
    text = text.replace("on: {push:", "on: {schedule: [{cron: x}], pull_request: {paths: [a]}, push:")
    change = taken({".github/workflows/a.yml": text}, _={"stray.csv"})
    assert ".github/workflows/a.yml" not in change.texts
    assert [note.split(":")[0] for note in change.notes] == [
        ".github/workflows/a.yml",
        ".github/workflows/a.yml also ran on schedule",
        ".github/workflows/a.yml ran for some paths alone",
    ]


def test_take_over__of_many_is_bounded() -> None:
    listed = "\n".join(f"  - d{number}/datapackage.yaml" for number in range(200))
    change = taken({"goodtables.yml": f"datapackages:\n{listed}\n"}, _=set())
    assert len(jobs(change)) == 50
    assert len(change.notes) == 31
