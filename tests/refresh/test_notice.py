"""The issue that says that an update fails, word for word, and what it keeps from run to run."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.refresh.notice import (
    STAGES,
    Failing,
    failed_stage,
    is_well,
    read_failing,
    render_issue,
    render_recovery,
    title_of,
)

GOLDEN = Path(__file__).parent / "golden"
URL = "https://github.com/os-data/budget/actions/runs/12"
SINCE = datetime(2026, 11, 20, 4, 23, tzinfo=UTC)
FAILING = Failing(folder=".", since=SINCE, runs=3, run="12-1")
HOSTILE = "```\n<!-- osds:refresh --> @team closes #1 ::error::x <script>"


@pytest.mark.parametrize("stage", STAGES)
def test_render_issue__says(stage: str) -> None:
    problem = {"update": HOSTILE, "check": "Held back: rows of lines: 3 → 1 (-66.7%)"}.get(stage, "")
    said = render_issue(FAILING, stage, problem, URL) + "\n" + render_recovery(FAILING, URL)
    assert said == (GOLDEN / f"issue-{stage}.txt").read_text("utf-8")


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=60), st.integers(1, 999_999)
)
def test_failing__is_read_from_its_own_body(folder: str, runs: int) -> None:
    failing = Failing(folder=folder, since=SINCE, runs=runs, run="99-2")
    body = render_issue(failing, "update", "", URL)
    assert read_failing(body) == failing
    assert body.count("-->") == 1


@pytest.mark.parametrize(
    "body",
    [
        "",
        "The data could not be updated",
        "> <!-- osds:refresh of=. since=2026-11-20T04:23:00Z runs=3 run=12-1 -->",
        "<!-- osds:refresh of=. since=2026-99-20T04:23:00Z runs=3 run=12-1 -->",
        "<!-- osds:refresh of=. since=2026-11-20T04:23:00Z runs=x run=12-1 -->",
    ],
)
def test_read_failing__of_another_text_is_none(body: str) -> None:
    assert read_failing(body) is None


def test_again__counts_each_run_once() -> None:
    assert FAILING.again("12-1") == FAILING
    assert FAILING.again("13-1").runs == 4
    assert FAILING.again("13-1").since == SINCE


@pytest.mark.parametrize(
    ("results", "stage", "well"),
    [
        (("success", "success", "success", "success"), None, True),
        (("success", "success", "success", "skipped"), None, True),  # no store
        (("failure", "skipped", "skipped", "skipped"), "update", False),
        (("success", "failure", "skipped", "skipped"), "check", False),
        (("success", "success", "failure", "skipped"), "commit", False),
        (("success", "success", "success", "failure"), "publish", False),
        (("cancelled", "skipped", "skipped", "skipped"), None, False),
        (("success", "success", "success", "cancelled"), None, False),
        (("success", "skipped", "skipped", "skipped"), None, False),
    ],
)
def test_results__say_what_failed_and_what_is_well(results: tuple[str, ...], stage: str | None, well: bool) -> None:
    told = dict(zip(STAGES, results, strict=True))
    assert (failed_stage(told), is_well(told)) == (stage, well)


def test_title_of__names_a_folder_but_for_the_top() -> None:
    assert title_of(".") == "The data could not be updated"
    assert title_of("data/town") == "The data could not be updated: data/town"
