"""`osds store …` as a person types it: what is said, what JSON says, and the exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from osds.cli import run
from tests.store.example import example_dataset

NAME = "demo/nerolithos-budget"


class Shell:
    """Types commands on one store, and gives what they said."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capfd = capfd

    def __call__(self, *arguments: str, code: int = 0) -> str:
        self._capfd.readouterr()
        assert run([*arguments, "--store", str(self.folder / "store")]) == code
        said = self._capfd.readouterr()
        return (said.out if code in (0, 1) else said.err).replace(str(self.folder), "FOLDER")

    def json(self, *arguments: str, code: int = 0) -> Any:
        return json.loads(self(*arguments, "--json", code=code))


@pytest.fixture
def shell(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Shell:
    """A store with two versions of the example."""
    shell = Shell(tmp_path, capfd)
    half, whole = example_dataset(tmp_path / "half", rows=30), example_dataset(tmp_path / "whole")
    shell("publish", str(half), "--owner", "demo")
    shell("publish", str(whole), "--owner", "demo", "--publish-data", "all")
    return shell


def test_store__looked_after_by_a_person(shell: Shell) -> None:
    assert shell("store", "show") == f"1 dataset in FOLDER/store:\n  {NAME}\n"
    assert re.sub(r"\d{2},\d{3}", "N", shell("store", "versions", NAME)) == VERSIONS
    assert re.sub(r"\d{2},\d{3}", "N", shell("store", "verify")) == VERIFIED
    told = shell("store", "rollback", NAME, "1", "--dry-run")
    assert told.startswith(f"Would publish version 3 of {NAME}, which says what version 1 said\n")
    told = shell("store", "rollback", NAME, "1", "--reason", "The second half is not final")
    assert told.startswith(f"Published version 3 of {NAME}, which says what version 1 said\n")
    shown = shell("store", "show", NAME)
    assert "  version      3\n" in shown
    assert "  note         back to version 1: The second half is not final\n" in shown
    gone = shell("store", "gc", "--dry-run")
    assert gone == f"Would remove 0 files of {NAME} that no version refers to (0 bytes); 23 objects stay\n"


VERSIONS = f"""\
2 versions of {NAME}, the newest first:
       2     12 files           N bytes
       1     11 files           N bytes
"""
VERIFIED = f"{NAME} is whole: 2 versions, 23 objects (N bytes), sums of 2 versions added up again\n"


def test_store__json_says_the_same(shell: Shell) -> None:
    assert shell.json("store", "show") == {"store": "FOLDER/store", "datasets": [NAME]}
    assert shell.json("store", "show", NAME)["sequence"] == 2
    assert [one["sequence"] for one in shell.json("store", "versions", NAME)["versions"]] == [1, 2]
    (verified,) = shell.json("store", "verify")["datasets"]
    assert (verified["dataset"], verified["sums"], verified["damage"]) == (NAME, 2, [])
    assert shell.json("store", "rollback", NAME, "2") == {
        "dataset": NAME, "changed": False, "sequence": 2, "target": 2, "dry-run": False,
        "url": f"FOLDER/store/datasets/{NAME}/datapackage.json",
    }  # fmt: skip
    assert shell.json("store", "gc")["datasets"][0]["removed"] == []
    pulled = shell.json("store", "pull", NAME, "--output", str(shell.folder / "pulled"))
    assert (pulled["sequence"], len(pulled["fetched"]), pulled["kept"]) == (2, 12, 0)


def test_store__pulled_into_a_folder_that_is_a_dataset(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shell.folder)
    told = shell("store", "pull", NAME)
    assert re.sub(r"\d{2},\d{3}", "N", told) == (
        f"Pulled version 2 of {NAME} into nerolithos-budget: 12 files (N bytes), every hash verified\n"
    )
    assert shell("store", "pull", NAME) == f"Unchanged: nerolithos-budget holds version 2 of {NAME}\n"
    from frictionless import Package

    described = Package(str(shell.folder / "nerolithos-budget/datapackage.json"))
    assert "budget" in described.resource_names
    rows = described.get_resource("apex").read_rows()  # type: ignore[attr-defined]
    assert len(rows) == 2


def test_store__damage_is_an_error(shell: Shell) -> None:
    (found,) = (shell.folder / "store").rglob("objects/*/budget.csv")
    found.write_bytes(found.read_bytes()[:-1])
    told = shell("store", "verify", code=1)
    assert told.startswith(f"{NAME} is damaged in 1 place; compared: 2 versions, 23 objects")
    assert "/budget.csv: its content is not what its hash says\n" in told
    refused = shell("store", "pull", NAME, "--output", str(shell.folder / "pulled"), code=4)
    assert f"then `osds store pull {NAME} --store FOLDER/store --output FOLDER/pulled` goes on" in refused


def test_policy__one_document_as_a_tool_takes_it(capfd: pytest.CaptureFixture[str]) -> None:
    store = ["store", "policy", "--store", "s3://data.example.org"]
    assert run([*store, "--only", "bucket"]) == 0
    document = json.loads(capfd.readouterr().out)
    assert "arn:aws:s3:::data.example.org/datasets/*" in document["Statement"][0]["Resource"]
    trust = ["--account", "123456789012", "--repository", "os-team/registry", "--owner-id", "1", "--repository-id", "2"]
    assert run([*store, *trust, "--dataset", NAME]) == 0
    told = capfd.readouterr().out
    assert "# session: The publisher's role narrowed to demo/nerolithos-budget\n" in told
    assert '"repo:os-team@1/registry@2:environment:publish"' in told
    assert run([*store, *trust, "--json"]) == 0
    assert "trust" in json.loads(capfd.readouterr().out)
    assert run([*store, "--only", "nothing"]) == 2
    assert run([*store, "--account", "123456789012"]) == 2


def test_store__where_is_not_said(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(["store", "show"]) == 2
    assert "Nobody says which store. Give --store, or OSDS_STORE" in capfd.readouterr().err
    monkeypatch.setenv("OSDS_STORE", "./nowhere")
    assert run(["store", "show"]) == 0
    assert capfd.readouterr().out == "Nothing is published in nowhere\n"
