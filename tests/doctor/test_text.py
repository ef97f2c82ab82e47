"""An examination for people, for machines and for the job summary. Texts are golden."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from osds.doctor import diagnoses, elsewhere
from osds.doctor.diagnosis import Examination, Found
from osds.doctor.examine import examine
from osds.doctor.text import render_summary, render_text, to_json
from osds.registry.watch import State
from tests.doctor.clinic import HEALTHY, files, ill, promise, workflow

GOLDEN = Path(__file__).parent / "golden"


def examination(*found: Found) -> Examination:
    return Examination(
        about="alice/budget",
        found=found,
        looked_at=("the folder", "its workflow files", "git"),
        not_asked=("GitHub (there is no token: set OSDS_TOKEN)",),
    )


MANY = examination(
    *examine(
        ill(
            files=files(workflow(on='{schedule: [{cron: "0 5 * * *"}]}', grants="permissions: {}")),
            github={"workflows": (promise(State.INACTIVITY),)},
        )
    )
)
CASES = {"healthy": examination(*examine(HEALTHY)), "many": MANY}


@pytest.mark.parametrize("name", CASES)
def test_render__is_as_it_was(name: str) -> None:
    text = f"{render_text(CASES[name])}\n\n---\n\n{render_summary(CASES[name])}\n"
    path = GOLDEN / f"{name}.txt"
    if not path.exists():
        path.write_text(text, "utf-8")
        pytest.fail(f"{path.name} is new: read it, and commit it")
    assert path.read_text("utf-8") == text


def test_json__says_the_same() -> None:
    document = json.loads(json.dumps(to_json(MANY)))
    assert [(each["code"], each["whose"], each["advice"]) for each in document["found"]] == [
        ("permissions", "yours", False),
        ("schedule-off", "github", False),
        ("cron-crowded", "yours", True),
    ]
    assert not document["healthy"]


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ((), 0),
        ((diagnoses.CRON_CROWDED.at(),), 0),
        ((diagnoses.GITHUB_FAILS.at(),), 4),
        ((elsewhere.QUARANTINED.at(), elsewhere.OF_TROUBLE["failed"].at()), 4),  # type: ignore[index]
        ((diagnoses.GITHUB_FAILS.at(), diagnoses.PERMISSIONS.at()), 1),
    ],
)
def test_exit_code__is_1_only_for_what_is_yours(found: tuple[Found, ...], code: int) -> None:
    assert examination(*found).exit_code == code


def test_render__nothing_of_a_stranger_gets_through() -> None:
    hostile = "x\n::error::y\u202e<script>`|**"
    shown = replace(examination(diagnoses.WORKFLOW_MISPLACED.at(hostile)), about=hostile)
    for text in (render_text(shown), render_summary(shown)):
        assert "::error" not in text
        assert "\u202e" not in text
    assert "``x⏎" in render_summary(shown)
