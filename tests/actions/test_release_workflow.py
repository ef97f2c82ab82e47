"""release.yml: that a branch publishes nothing, that each grant is where it is said to be, and its build run for real.

What follows the build needs services that only GitHub and PyPI have: attestations, releases, trusted publishing.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from osds import __version__

ROOT = Path(__file__).parents[2]
Act = Any  # conftest.Act, which a test module cannot import
MakeRepository = Callable[[Mapping[str, str]], Path]
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8"))


def test_jobs__one_after_the_other_and_only_for_a_tag() -> None:
    jobs = WORKFLOW["jobs"]
    order = list(jobs)
    assert order == ["build", "attest", "pypi", "release", "move"]
    assert [jobs[name].get("needs") for name in order] == [None, *order[:-1]]
    assert jobs["attest"]["if"] == "github.ref_type == 'tag'"  # those behind it are skipped with it
    assert not any("if" in job for name, job in jobs.items() if name != "attest")


def test_grants__each_job_has_what_it_needs_and_no_more() -> None:
    assert {name: job["permissions"] for name, job in WORKFLOW["jobs"].items()} == {
        "build": {"contents": "read"},
        "attest": {"id-token": "write", "attestations": "write"},
        "pypi": {"id-token": "write"},
        "release": {"contents": "write"},
        "move": {"contents": "write"},
    }
    behind_a_reviewer = {name: job["environment"] for name, job in WORKFLOW["jobs"].items() if "environment" in job}
    assert behind_a_reviewer == {"pypi": "pypi", "release": "release", "move": "release"}


def test_writing_jobs__run_no_code_of_the_checkout() -> None:
    for name, job in WORKFLOW["jobs"].items():
        used = [step.get("uses", "").partition("@")[0] for step in job["steps"]]
        assert name == "build" or "actions/checkout" not in used


def test_on_a_branch__it_builds_and_tries_and_stops(act: Act, make_repository: MakeRepository, tmp_path: Path) -> None:
    shutil.copytree(act.project, tmp_path / "dataset")
    payload = {"ref": "refs/heads/main", "repository": {"default_branch": "main"}}
    arguments = ("--workflows", ".github/workflows/release.yml")
    run = act.run(make_repository({}), "workflow_dispatch", payload, *arguments)
    assert run.exit_code == 0, run.everything
    assert run.jobs == {"build": "success"}
    assert "The wheel, alone in an empty environment, runs the demo." in run.text
    release = act.artifacts / "release"
    assert sorted(path.name for path in release.iterdir()) == ["SHA256SUMS", "packages"]
    assert sorted(path.name for path in (release / "packages").iterdir()) == [
        f"osds-{__version__}-py3-none-any.whl",
        f"osds-{__version__}.tar.gz",
    ]
