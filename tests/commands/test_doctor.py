"""The doctor as people call it: real git, GitHub at its own address, a registry, a store, a git-lfs server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from osds.cli import run
from osds.commands.dataset.lfs_sources import LfsAccess
from osds.commands.doctor.examining import Wanted, examine_dataset
from osds.commands.doctor.reading import ask_lfs
from osds.edges.web.https import Reach
from osds.edges.web.waiting import Waits
from osds.registry.template import registry_files
from tests.commands.watching import PATH
from tests.edges.git_backend import git
from tests.edges.http_faults import answer_with
from tests.edges.lfs_client import CONTENT, POINTER
from tests.edges.lfs_server import running_lfs
from tests.forge.at_home import Home, serve_at_home
from tests.forge.people import REGISTRY, inhabit
from tests.samples import ROWS, descriptor

WORKFLOW = (Path(__file__).parent.parent.parent / "osds/templates/workflow.yml").read_bytes()
DATASET = {
    "datapackage.json": json.dumps(descriptor(name="budget")).encode(),
    "budget.csv": ROWS.encode(),
    PATH: WORKFLOW,
}
ROW = "url,name,owner,core,repository_id,owner_id,status\nhttps://github.com/alice/budget,budget,alice,,,,{}\n"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """GitHub with alice's dataset, and a registry that lists it."""
    with serve_at_home(tmp_path / "github") as home:
        inhabit(home.forge)
        files = registry_files(title="Ours", core_organisation="os-data")
        home.forge.add(REGISTRY, files | {"data/catalog.csv": ROW.format("").encode()}, writers={"keeper"})
        home.forge.add("alice/budget", DATASET)
        home.forge.add_workflow("alice/budget", PATH)
        yield home


@pytest.fixture
def folder(home: Home, tmp_path: Path) -> Path:
    """A clone of the dataset."""
    target = tmp_path / "budget"
    bare = home.forge.repositories["alice/budget"].folder
    subprocess.run(["git", "clone", "--quiet", str(bare), str(target)], check=True)
    git(target, "remote", "set-url", "origin", "git@github.com:alice/budget.git")
    return target


def doctor(home: Home, folder: Path, *flags: str, token: str = "alice-token") -> tuple[int, Any]:  # noqa: S107
    """Exit code and JSON of a real run."""
    environ = {"PATH": os.environ["PATH"], **home.environ, "OSDS_TOKEN": token}
    command = [sys.executable, "-m", "osds", "doctor", str(folder), "--json", *flags]
    done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=120)
    assert "osds: " not in done.stderr
    return done.returncode, json.loads(done.stdout)


def codes(document: Any) -> list[str]:
    return [found["code"] for found in document["found"]]


def test_doctor__a_healthy_dataset(home: Home, folder: Path, tmp_path: Path) -> None:
    code, document = doctor(home, folder, "--registry", REGISTRY, "--store", str(tmp_path / "store"))
    assert (code, document["found"], document["healthy"]) == (0, [], True)
    assert document["about"] == "alice/budget"
    assert document["looked-at"][3:] == ["GitHub", "the registry", "the store"]
    assert document["not-asked"] == []
    assert not home.forge.writes()


def test_doctor__many_faults_at_once(home: Home, folder: Path) -> None:
    repository = home.forge.repositories["alice/budget"]
    repository.actions, repository.pinned_only = False, True
    repository.workflows[0].state = "disabled_inactivity"
    home.forge.rename("alice/budget", "alice/money")
    (folder / "datapackage.json").rename(folder / "datapackage.JSON")
    (folder / ".github/workflow").mkdir()
    (folder / ".github/workflow/osds.yml").write_bytes(WORKFLOW)
    code, document = doctor(home, folder, "--registry", "os-team/nowhere")
    assert code == 1
    assert set(codes(document)) == {
        *("descriptor-name", "workflow-misplaced", "unpinned", "repository-moved", "actions-off"),
        *("schedule-off", "registry-unreachable"),
    }


def test_doctor__only_githubs_fault(home: Home, folder: Path) -> None:
    home.forge.faults["GET", "/rate_limit"] = [answer_with(400, "broken")]
    code, document = doctor(home, folder)
    assert (code, codes(document)) == (4, ["github-fails"])


@pytest.mark.parametrize(("token", "found"), [("nobody", ["token-refused"]), ("app-token", [])])
def test_doctor__tokens(home: Home, folder: Path, token: str, found: list[str]) -> None:
    code, document = doctor(home, folder, token=token)
    assert codes(document) == found
    assert code == (1 if found else 0)


@pytest.mark.parametrize(
    ("token", "may"),
    [("alice-token", True), ("app-token", True), ("own-token", False), ("fine-token", False), ("bare-token", False)],
)
def test_doctor__which_token_may_ask_the_registry(home: Home, folder: Path, token: str, may: bool) -> None:
    home.forge.add_app("actions", token="own-token", repositories={"alice/budget"}, contents="write")
    home.forge.add_fine_grained("alice", token="fine-token", repositories={"alice/budget"}, contents="write")
    home.forge.tokens["bare-token"] = type(home.forge.tokens["alice-token"])(
        account=home.forge.accounts["alice"], scopes=()
    )
    _, document = doctor(home, folder, "--registry", REGISTRY, token=token)
    assert ("token-cannot-ask" in codes(document)) is not may


def test_doctor__the_registry_says_more(home: Home, folder: Path, tmp_path: Path) -> None:
    registry = tmp_path / "registry"
    assert run(["registry", "init", str(registry)]) == 0
    _, document = doctor(home, folder, "--registry", str(registry))
    assert codes(document) == ["not-listed"]
    (registry / "data/catalog.csv").write_text(ROW.format("quarantine"))
    standing = {"trouble": "failed", "since": "2026-01-01T00:00:00Z", "told": True}
    status = {"owner": "alice", "name": "budget", "url": "https://github.com/alice/budget", "troubles": [standing]}
    (registry / "data/status.json").write_text(json.dumps({"format": 1, "datasets": [status]}))
    git(registry, "add", "-A")
    git(registry, "commit", "-qm", "Change")
    code, document = doctor(home, folder, "--registry", str(registry))
    assert (code, codes(document)) == (4, ["quarantined", "told-failed"])
    (registry / "data/catalog.csv").write_text("url\n")
    git(registry, "commit", "-qam", "Break")
    code, document = doctor(home, folder, "--registry", str(registry))
    assert (code, codes(document)) == (4, ["registry-broken"])


def test_doctor__offline_asks_nobody(home: Home, folder: Path) -> None:
    asked = len(home.forge.requests)
    code, document = doctor(home, folder, "--offline", "--registry", REGISTRY, "--store", "s3://bucket/x")
    assert (code, document["found"]) == (0, [])
    assert document["not-asked"] == ["GitHub (--offline)", "the registry (--offline)", "the store (--offline)"]
    assert len(home.forge.requests) == asked


def test_doctor__the_workflow_is_only_on_another_branch(home: Home, folder: Path) -> None:
    git(folder, "checkout", "-qb", "work")
    git(folder, "mv", PATH, ".github/workflows/new.yml")
    git(folder, "commit", "-qm", "Move")
    _, document = doctor(home, folder, "--offline")
    (found,) = document["found"]
    assert (found["code"], found["place"]) == (
        "not-on-default-branch",
        ".github/workflows/new.yml is not on main; you are on work",
    )


def test_doctor__a_dataset_below_the_top_of_its_repository(home: Home, folder: Path) -> None:
    below = folder / "data" / "2026"
    below.mkdir(parents=True)
    (folder / "datapackage.json").rename(below / "datapackage.json")
    _, document = doctor(home, below, "--offline")
    assert document["found"] == []


def test_doctor__a_policy_from_an_old_tutorial(home: Home, folder: Path, tmp_path: Path) -> None:
    condition = {"StringEquals": {"token.actions.githubusercontent.com:sub": "repo:alice/budget:ref:refs/heads/main"}}
    (tmp_path / "role.json").write_text(json.dumps({"Statement": [{"Effect": "Allow", "Condition": condition}]}))
    code, document = doctor(home, folder, "--offline", "--trust-policy", str(tmp_path / "role.json"))
    assert (code, codes(document)) == (1, ["trust-stale"])


def test_doctor__settings_that_are_none(home: Home, folder: Path) -> None:
    (folder / "osds.yml").write_text("limt-errors: 7\n")
    code, document = doctor(home, folder, "--offline")
    (found,) = document["found"]
    assert (code, found["code"]) == (1, "settings")
    assert found["place"].startswith("osds.yml: 'limt-errors' cannot be set here")


def test_doctor__a_registrys_folder(home: Home, tmp_path: Path) -> None:
    registry = tmp_path / "registry"
    assert run(["registry", "init", str(registry)]) == 0
    code, document = doctor(home, registry, "--offline")
    assert (code, document["found"]) == (0, []), "in a folder nothing could start workflows"
    git(registry, "remote", "add", "origin", "https://github.com/os-team/registry")
    (registry / ".github/workflows/registry-merge.yml").unlink()
    (registry / "data/changes.csv").write_text("id\n")
    (registry / "osds.yml").write_text("freeze: true\n")
    code, document = doctor(home, registry, "--offline")
    assert code == 1
    assert {("registry-file", "yours"), ("registry-workflow", "yours"), ("frozen", "yours")} <= {
        (found["code"], found["whose"]) for found in document["found"]
    }


def test_doctor__git_lfs_over_its_quota() -> None:
    said = (
        "This repository is over its data quota. Account responsible for LFS bandwidth should purchase more data packs."
    )
    access = LfsAccess(reach=Reach(loopback=True, silence=5), waits=Waits(budget=1, scale=0.001))
    with running_lfs() as server:
        server.objects[POINTER.oid] = CONTENT
        assert ask_lfs(POINTER, server.repository(), access) is None
        server.refusal = (403, said)
        found = ask_lfs(POINTER, server.repository(), access)
        assert found is not None
        assert found.diagnosis.code == "lfs-quota"
        assert not any("/storage/" in heard.path for heard in server.heard), "nothing was fetched"


def test_doctor__a_store_that_cannot_be_used(home: Home, folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "store/datasets/alice/budget"
    place.mkdir(parents=True)
    (place / "datapackage.json").write_text("{}")
    code, document = doctor(home, folder, "--offline", "--store", str(tmp_path / "store"))
    assert (code, codes(document)) == (4, ["store-unreadable"])


def test_doctor__a_folder_that_is_not_there(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "nowhere"]) == 2
    assert (
        capfd.readouterr().err == "osds: There is no folder 'nowhere'. Give the folder of a dataset or of a registry\n"
    )


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"resources": 7}', '{"resources": [7, {"path": "../x"}, {"path": ["a"]}]}']
)
def test_examine_dataset__a_descriptor_of_any_kind(tmp_path: Path, content: str) -> None:
    from datetime import UTC, datetime

    (tmp_path / "datapackage.json").write_text(content)
    found = examine_dataset(tmp_path, Wanted(offline=True), datetime.now(UTC)).found
    assert {each.diagnosis.code for each in found} == {"workflow-missing", "no-repository"}
