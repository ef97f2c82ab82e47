from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osds.edges.runner import FULL, SUMMARY_LIMIT, Runner, find_runner
from tests.runner_grammar import read_values


def runner_for(folder: Path) -> Runner:
    runner = find_runner(
        {
            "GITHUB_ACTIONS": "true",
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary"),
            "RUNNER_TEMP": str(folder),
            "GITHUB_REPOSITORY": "os-data/town",
            "GITHUB_REPOSITORY_ID": "77",
            "GITHUB_SERVER_URL": "https://github.example.org",
        }
    )
    assert runner is not None
    return runner


def test_find_runner__only_on_actions() -> None:
    assert find_runner({}) is None
    assert find_runner({"GITHUB_ACTIONS": "false", "GITHUB_OUTPUT": "x"}) is None


def test_find_runner__the_repository(tmp_path: Path) -> None:
    runner = runner_for(tmp_path)
    assert runner.repository_url == "https://github.example.org/os-data/town"
    assert runner.repository_id == 77
    assert runner.api_url == "https://api.github.com"


@given(st.text(max_size=60))
def test_set_output__no_value_can_set_another_output(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    folder = tmp_path_factory.mktemp("runner")
    runner = runner_for(folder)
    hostile = f"{value}\nvalid<<X\ntrue\nX\n"
    try:
        hostile.encode()
    except UnicodeEncodeError:
        return
    runner.set_output("report", hostile)
    runner.set_output("errors", "0")
    text = (folder / "output").read_bytes().decode()
    assert read_values(text) == {"report": hostile, "errors": "0"}


def test_set_output__only_the_actions_own(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="PATH"):
        runner_for(tmp_path).set_output("PATH", "x")


def test_add_summary__appends(tmp_path: Path) -> None:
    runner = runner_for(tmp_path)
    runner.add_summary("a")
    runner.add_summary("b")
    assert (tmp_path / "summary").read_text() == "a\nb\n"


def test_set_step_output__only_what_our_workflows_read(tmp_path: Path) -> None:
    runner = find_runner({"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(tmp_path / "output")})
    assert runner is not None
    runner.set_step_output("problem", "two\nlines")
    assert "problem<<" in (tmp_path / "output").read_text("utf-8")
    with pytest.raises(ValueError, match="not an output"):
        runner.set_step_output("path", "x")


@pytest.mark.parametrize(
    ("environ", "run"),
    [({}, None), ({"GITHUB_RUN_ID": "7"}, "7-1"), ({"GITHUB_RUN_ID": "7", "GITHUB_RUN_ATTEMPT": "2"}, "7-2")],
)
def test_find_runner__names_the_run_and_its_page(environ: dict[str, str], run: str | None) -> None:
    runner = find_runner({"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "ada/budget", **environ})
    assert runner is not None
    assert runner.run == run
    if run:
        assert runner.run_url == "https://github.com/ada/budget/actions/runs/7"


def test_add_summary__never_so_much_that_the_runner_drops_it_all(tmp_path: Path) -> None:
    runner = runner_for(tmp_path)
    for number in range(40):
        runner.add_summary(f"# {number}\n" + "é" * 20_000)
        assert (tmp_path / "summary").stat().st_size <= SUMMARY_LIMIT
    text = (tmp_path / "summary").read_text("utf-8")
    assert text.count("# ") == SUMMARY_LIMIT // 40_006
    assert text.count(FULL) == 1
    assert text.endswith(FULL)


def test_told__of_this_step_and_of_the_job(tmp_path: Path) -> None:
    runner = runner_for(tmp_path)
    assert runner.told() == ({}, 0)
    runner.note_told(["error", "error", "notice"])
    later = replace(runner, summary_file=tmp_path / "another step's")
    later.note_told(["warning"])
    assert runner.told() == ({"error": 2, "notice": 1}, 4)
    assert later.told() == ({"warning": 1}, 4)
    assert replace(runner, temporary=None).told() == ({}, 0)
