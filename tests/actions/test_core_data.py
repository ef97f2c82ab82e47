"""core-data.yml: a dataset that updates itself on a schedule, run by act against a GitHub on loopback and a local store."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.forge.server import serve
from tests.forge.state import Forge

ROOT = Path(__file__).parents[2]
NAME = "os-data/budget"
TOKEN = "ghs_of-the-run"
SCRIPT = "#!/bin/sh\nset -e\necho '::warning::said by the dataset'\ncp \"$UPSTREAM\" data/lines.csv\n"
MORE = "year,code,label,amount\n2025,01,Schools,10.50\n2025,02,Roads,4.25\n2026,01,Schools,11.00\n2026,02,Roads,3.05\n"
HALF = "year,code,label,amount\n2025,01,Schools,10.50\n"

Act = Any  # conftest.Act, which a test module cannot import


@pytest.fixture
def github(tmp_path: Path) -> Iterator[Forge]:
    with serve(tmp_path / "github") as forge:
        forge.add_app("github-actions", token=TOKEN, repositories={NAME}, contents="write", issues="write")
        yield forge


@dataclass
class Desk:
    """A core dataset on GitHub, what its update finds upstream, and its store."""

    act: Act
    github: Forge
    clone: Path
    upstream: Path
    store: Path
    runs: int = 0

    def refresh(self) -> Any:
        """One scheduled run, from what the branch has now."""
        self.runs += 1
        self.git("fetch", "--quiet", f"{self.github.url}/{NAME}.git", "main")
        self.git("reset", "--quiet", "--hard", "FETCH_HEAD")
        environ = {
            "GITHUB_SERVER_URL": self.github.url,
            "GITHUB_API_URL": self.github.api_url,
            "GITHUB_RUN_ID": str(self.runs),
            "OSDS_OWNER": "os-data",  # on GitHub from its https address
            "UPSTREAM": str(self.upstream),
        }
        flags = [word for name, value in environ.items() for word in ("--env", f"{name}={value}")]
        done = self.act.run(self.clone, "schedule", {}, "--secret", f"GITHUB_TOKEN={TOKEN}", *flags)
        assert TOKEN not in done.everything
        return done

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.clone), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def tip(self, form: str = "%s") -> str:
        """The newest commit on GitHub."""
        folder = self.github.repositories[NAME].folder
        command = ["git", "-C", str(folder), "log", "-1", f"--format={form}", "main"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    def published(self) -> dict[str, Any]:
        current: dict[str, Any] = json.loads(
            (self.store / "datasets/os-data/budget/datapackage.json").read_text("utf-8")
        )
        return current

    def issues(self) -> list[Any]:
        found = self.github.repositories[NAME].conversations
        return [found[number] for number in sorted(found)]


@pytest.fixture
def desk(act: Act, github: Forge, dataset: Mapping[str, str], tmp_path: Path) -> Desk:
    called = (act.project / ".github/workflows/core-data.yml").read_text("utf-8")
    template = (act.project / "osds/templates/core-workflow.yml").read_text("utf-8")
    caller = template.replace(
        "openspending/osds/.github/workflows/core-data.yml@v0", "./.github/workflows/core-data.yml"
    )
    caller = caller.replace('inputs.accept }}" }', f'inputs.accept }}}}", store: {tmp_path / "store"} }}')
    files = {
        **dataset,
        "osds.yml": "update: sh scripts/update.sh\n",
        "scripts/update.sh": SCRIPT,
        ".github/workflows/core-data.yml": called.replace("uses: $/setup", f"uses: {act.ready}"),
        ".github/workflows/ci.yml": caller,
    }
    github.add(NAME, {name: text.encode() for name, text in files.items()})
    clone, upstream = tmp_path / "clone", tmp_path / "upstream.csv"
    (tmp_path / "store").mkdir()
    command = ["git", "clone", "--quiet", str(github.repositories[NAME].folder), str(clone)]
    subprocess.run(command, check=True)
    made = Desk(act=act, github=github, clone=clone, upstream=upstream, store=tmp_path / "store")
    made.git("remote", "set-url", "origin", f"https://github.com/{NAME}.git")
    return made


def test_refresh__commits_and_publishes_what_is_new_and_then_nothing(desk: Desk) -> None:
    desk.upstream.write_text(MORE, "utf-8")
    before = desk.tip("%H")
    done = desk.refresh()
    assert done.exit_code == 0, done.everything
    assert done.jobs == dict.fromkeys(["update", "check", "commit", "publish", "report"], "success")
    assert desk.tip("%s") == "Update the data: 1 row added"
    assert "amount, 2026, EUR: 11.00 → 14.05 (+3.05)" in desk.tip("%b")
    assert desk.tip("%P %an") == f"{before} osds"
    published = desk.published()
    assert published["osds"]["source"]["commit"] == desk.tip("%H")
    assert not done.annotations("warning"), "a line of the update was obeyed"
    assert ": :warning: :said by the dataset" in done.text

    writes, version, files = desk.github.writes(), published, snapshot(desk.store)
    again = desk.refresh()
    assert again.exit_code == 0, again.everything
    assert desk.github.writes() == writes
    assert (desk.published(), snapshot(desk.store)) == (version, files)
    assert desk.issues() == []


def snapshot(folder: Path) -> dict[str, int]:
    return {
        path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()
    }


def test_refresh__that_fails_has_one_issue_until_it_succeeds(desk: Desk) -> None:
    before = desk.tip("%H")
    for run in (1, 2):
        failed = desk.refresh()
        assert failed.exit_code == 1
        assert failed.jobs == {"update": "failure", "report": "success"}
        [issue] = desk.issues()
        assert issue.title == "The data could not be updated"
        assert f"in {run} run" in issue.body
        assert "The update command failed with exit code 1" in issue.body
        assert f"/actions/runs/{run}" in issue.body
    assert desk.tip("%H") == before
    desk.upstream.write_text(MORE, "utf-8")
    done = desk.refresh()
    assert done.exit_code == 0, done.everything
    [issue] = desk.issues()
    assert issue.state == "closed"
    assert [comment.author.login for comment in issue.comments] == ["github-actions[bot]"]


def test_refresh__that_halves_the_data_is_held_back(desk: Desk) -> None:
    before = desk.tip("%H")
    desk.upstream.write_text(HALF, "utf-8")
    done = desk.refresh()
    assert done.jobs == {"update": "success", "check": "failure", "report": "success"}
    assert (desk.tip("%H"), list(desk.store.iterdir())) == (before, [])
    [issue] = desk.issues()
    assert "rows of lines: 3 → 1 (-66.7%)" in issue.body
    assert any("would lose more than it may" in summary for summary in done.summaries)
