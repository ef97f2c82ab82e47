"""The workflows: that they are safe by their form, and that a runner does with dataset.yml what it says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from osds.settings import OPTIONS
from scripts.github_workflows import PARSER

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").iterdir())
DATASET = ROOT / ".github" / "workflows" / "dataset.yml"
CALLERS = [ROOT / "osds" / "templates" / "workflow.yml"]
Act = Any  # conftest.Act, which a test module cannot import
MakeRepository = Callable[[Mapping[str, str]], Path]

PUSH = {"ref": "refs/heads/main", "repository": {"default_branch": "main"}}
PUSH_ELSEWHERE = {"ref": "refs/heads/draft", "repository": {"default_branch": "main"}}
PULL_REQUEST: dict[str, Any] = {
    "number": 7,
    "pull_request": {"number": 7, "head": {"ref": "draft"}, "base": {"ref": "main"}},
    "repository": {"default_branch": "main"},
}
FORKED = {
    **PULL_REQUEST,
    "pull_request": {
        **PULL_REQUEST["pull_request"],
        "head": {"ref": "main", "repo": {"fork": True, "full_name": "mallory/budget"}},
        "base": {"ref": "main", "repo": {"fork": False, "full_name": "ada/budget"}},
    },
}


def load(path: Path) -> dict[Any, Any]:
    """A YAML file. Beware: YAML reads the key `on` as True."""
    value = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(value, dict)
    return value


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = load(path)["jobs"]
    return found


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in jobs(path).values() for step in job.get("steps", [])]


def program(name: str) -> str:
    """A program that is installed beside this Python."""
    return str(Path(sys.executable).with_name(name))


# By their form


@pytest.mark.parametrize("path", [*WORKFLOWS, *CALLERS], ids=lambda path: path.name)
def test_permissions__start_from_none(path: Path) -> None:
    assert load(path)["permissions"] == {}
    assert all("permissions" in job for job in jobs(path).values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_jobs__are_named_and_end(path: Path) -> None:
    for job in jobs(path).values():
        assert job["name"]
        assert "uses" in job or job["timeout-minutes"] <= 120


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_uses__are_pinned_or_our_own(path: Path) -> None:
    used = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    pinned = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    own = re.compile(r"\$/[\w./-]+|\./ # zizmor: .*")
    assert used
    assert [line for line in used if not pinned.fullmatch(line) and not own.fullmatch(line)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_checkout__leaves_no_credential(path: Path) -> None:
    for step in steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_scripts__contain_no_expression(path: Path) -> None:
    assert not [step["run"] for step in steps(path) if "${{" in step.get("run", "")]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_triggers__let_no_stranger_act_for_us(path: Path) -> None:
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(load(path)[True])


def test_zizmor__finds_nothing() -> None:
    command = [program("zizmor"), "--offline", "--persona=auditor", "--no-progress", str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "No findings to report" in done.stdout


def test_actionlint__finds_nothing(find_tool: Callable[[str], str]) -> None:
    files = [str(path) for path in (*WORKFLOWS, *CALLERS)]
    done = subprocess.run([find_tool("actionlint"), *files], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def parsed(*paths: Path) -> dict[str, Any]:
    """What GitHub's own parser finds in workflows."""
    if not PARSER.is_dir() or shutil.which("node") is None:
        pytest.skip("GitHub's parser is not here; `python -m scripts.github_workflows` fetches it where npm is")
    command = ["node", str(Path(__file__).with_name("parse_workflows.mjs")), str(PARSER), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return {Path(path).name: found for path, found in json.loads(done.stdout).items()}


def test_parser_of_github__understands_every_workflow() -> None:
    templates = [
        path for path in (ROOT / "osds" / "registry" / "template").iterdir() if path.stem.startswith("registry-")
    ]
    paths = [*WORKFLOWS, *CALLERS, ROOT / "osds" / "templates" / "core-workflow.yml", *templates]
    assert parsed(*paths) == {path.name: {"errors": [], "jobs": list(jobs(path))} for path in paths}


def test_parser_of_github__sees_what_is_wrong(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text("on: push\njobs: {a: {runs-on: x, stepz: []}}\n", encoding="utf-8")
    assert parsed(bad)["bad.yml"]["errors"]


@pytest.mark.parametrize("path", CALLERS, ids=lambda path: path.name)
def test_caller__is_short_and_grants_what_the_jobs_ask_for(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 15
    [call] = jobs(path).values()
    assert "/.github/workflows/dataset.yml@" in call["uses"]
    asked = {grant for job in jobs(DATASET).values() for grant in job["permissions"].items()}
    assert set(call["permissions"].items()) == asked
    assert set(call.get("with", {})) <= set(load(DATASET)[True]["workflow_call"]["inputs"])


def test_ci__uses_datasets_that_are_there() -> None:
    ci = jobs(ROOT / ".github" / "workflows" / "ci.yml")
    for path in (ci["action"]["steps"][1]["with"]["path"], ci["dataset"]["with"]["path"]):
        assert (ROOT / path / "datapackage.json").is_file()


def test_ci__gate_waits_for_every_job() -> None:
    ci = jobs(ROOT / ".github" / "workflows" / "ci.yml")
    gate = ci.pop("gate")
    assert gate["needs"] == list(ci)
    assert gate["steps"][0]["run"] == f'test "$RESULTS" = "{" ".join(["success"] * len(ci))}"'


def test_dataset__gives_each_command_only_settings_it_takes() -> None:
    known = {f"INPUT_{option.attribute.upper()}": option.commands for option in OPTIONS}
    for step in steps(DATASET):
        environ = dict(step.get("env", {}))
        command = environ.pop("INPUT_COMMAND", None)
        for name in environ.keys() - {"OSDS_PYTHON", "INPUT_PATH"}:
            assert command in known[name], name


def test_dataset__one_job_may_ask_for_a_token_and_none_may_write() -> None:
    granted = {name: job["permissions"] for name, job in jobs(DATASET).items()}
    assert [name for name, grants in granted.items() if "id-token" in grants] == ["publish"]
    assert {grants["contents"] for grants in granted.values()} == {"read"}


# What a runner makes of dataset.yml


def caller(act: Act, **inputs: object) -> dict[str, str]:
    """A workflow that calls dataset.yml, and dataset.yml with `$/setup` put in words that act knows."""
    called = (act.project / ".github" / "workflows" / "dataset.yml").read_text(encoding="utf-8")
    assert called.count("uses: $/setup") == called.count("$/setup\n")
    call = {"uses": "./.github/workflows/dataset.yml", "with": inputs, "secrets": "inherit"}
    calling = {"on": ["push", "pull_request"], "jobs": {"call": call}}
    return {
        ".github/workflows/dataset.yml": called.replace("uses: $/setup", f"uses: {act.setup}"),
        ".github/workflows/ci.yml": yaml.safe_dump(calling),
    }


def osds(*arguments: str) -> None:
    """Run the command line of this checkout."""
    subprocess.run([sys.executable, "-m", "osds", *arguments], check=True, capture_output=True)


@pytest.mark.parametrize(("event", "payload"), [("pull_request", PULL_REQUEST), ("push", PUSH_ELSEWHERE)])
def test_dataset__only_validates_what_is_not_on_the_default_branch(
    act: Act,
    make_repository: MakeRepository,
    dataset: dict[str, str],
    tmp_path: Path,
    event: str,
    payload: Mapping[str, Any],
) -> None:
    store, registry = tmp_path / "store", tmp_path / "registry"
    files = {**dataset, **caller(act, store=str(store), registry=str(registry))}
    run = act.run(make_repository(files), event, payload)
    assert run.exit_code == 0, run.everything
    assert run.jobs == {"validate": "success"}
    assert not store.exists()


def test_dataset__tells_a_pull_request_from_a_fork_what_is_wrong_and_does_no_more(
    act: Act, make_repository: MakeRepository, broken_dataset: dict[str, str], tmp_path: Path
) -> None:
    store, registry, canary = tmp_path / "store", tmp_path / "registry", tmp_path / "canary"
    hostile = {
        "data/lines.csv": broken_dataset["data/lines.csv"].replace("plenty", "::error title=evil::<script> @team"),
        "osds.py": f"open({str(canary)!r}, 'w')\n",
        ".github/osds.yml": f"on: pull_request\njobs: {{ evil: {{ steps: [{{ run: touch {canary} }}] }} }}\n",
        "osds.yml": f"store: {store}\nregistry: {registry}\n",
    }
    files = {**broken_dataset, **hostile, **caller(act, store=str(store), registry=str(registry))}
    # GitHub gives such a run a token that may read, and none of the secrets.
    run = act.run(make_repository(files), "pull_request", FORKED, "--secret", "GITHUB_TOKEN=ghs-only-to-read")
    assert run.exit_code == 1
    assert run.jobs == {"validate": "failure"}
    assert not store.exists()
    assert not registry.exists()
    assert not canary.exists()
    assert "ghs-only-to-read" not in run.everything
    [(place, message)] = [found for found in run.annotations("error") if "file" in found[0]]
    assert (place["file"], place["line"]) == ("data/lines.csv", "3")
    assert "in row 3" in message
    [summary] = run.summaries
    assert "data/lines.csv" in summary
    assert "evil" not in {properties.get("title") for properties, _ in run.annotations("error")}
    outside = re.sub(r"`[^`]*`", "", summary)  # what is not in a code span
    assert "<script>" not in outside
    assert "@team" not in outside


def test_dataset__stops_at_an_invalid_dataset(
    act: Act, make_repository: MakeRepository, broken_dataset: dict[str, str], tmp_path: Path
) -> None:
    run = act.run(make_repository({**broken_dataset, **caller(act, store=str(tmp_path / "store"))}), "push", PUSH)
    assert run.exit_code == 1
    assert run.jobs["validate"] == "failure"
    assert "aggregate" not in run.jobs
    report = json.loads((act.artifacts / "osds-aggregates-report" / "osds-report.json").read_text("utf-8"))
    assert report["valid"] is False
    assert not (tmp_path / "store").exists()


def test_dataset__publishes_and_registers_nothing_unasked(
    act: Act, make_repository: MakeRepository, dataset: dict[str, str]
) -> None:
    run = act.run(make_repository({**dataset, **caller(act)}), "push", PUSH)
    assert run.exit_code == 0, run.everything
    assert run.jobs == {"validate": "success", "aggregate": "success"}


def test_dataset__goes_all_the_way_on_the_default_branch(
    act: Act, make_repository: MakeRepository, dataset: dict[str, str], tmp_path: Path
) -> None:
    store, registry = tmp_path / "store", tmp_path / "registry"
    store.mkdir()
    osds("registry", "init", str(registry))
    repository = make_repository({**dataset, **caller(act, store=str(store), registry=str(registry))})
    run = act.run(repository, "push", PUSH, "--secret", "registry-token=sesame-sesame")
    assert run.exit_code == 0, run.everything
    assert run.jobs == dict.fromkeys(["validate", "aggregate", "publish", "register"], "success")
    assert run.outputs("osds", job="publish")["published"] == "true"
    assert "sesame-sesame" not in run.everything
    current = json.loads((store / "datasets" / "ada" / "budget" / "datapackage.json").read_text(encoding="utf-8"))
    assert current["resources"]
    command = ["git", "-C", str(registry), "show", "HEAD:data/catalog.csv"]
    catalog = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "https://github.com/ada/budget,budget,ada," in catalog
