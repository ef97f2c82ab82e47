"""What a stranger's repository may say, and that reading it costs and risks little."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from osds.edges.git.datasets import look_at
from osds.registry.dataset_facts import DatasetFacts, Sight
from tests.edges.git_backend import fake_git, git, make_bare

GOOD = {"datapackage.json": b'{"name": "budget"}', "osds.yml": b"registry: os-team/registry\n"}
SEEN = DatasetFacts(sight=Sight.SEEN, name="budget", claims="os-team/registry")


def test_look_at__a_folder(tmp_path: Path) -> None:
    make_bare(tmp_path / "a.git", GOOD)
    assert look_at(str(tmp_path / "a.git")) == look_at(f"file://{tmp_path}/a.git") == SEEN


@pytest.mark.parametrize(
    ("files", "name", "claims"),
    [
        ({"README.md": b"x"}, None, None),
        ({"datapackage.json": b"{"}, None, None),
        ({"datapackage.json": b"[]"}, None, None),
        ({"datapackage.json": b'{"name": 7}'}, None, None),
        ({"datapackage.json": b'{"name": "a/../b"}'}, None, None),
        ({"datapackage.json": b'{"name": "a", "name": "b"}'}, None, None),
        ({"datapackage.json": b'{"name": "' + b"a" * 5_000_000 + b'"}'}, None, None),
        ({"datapackage.json": b"[" * 100_000}, None, None),
        (GOOD | {"osds.yml": b"registry: [a]"}, "budget", None),
        (GOOD | {"osds.yml": b"- a"}, "budget", None),
        (GOOD | {"osds.yml": b"registry: !!python/object/apply:os.system [id]"}, "budget", None),
        (GOOD | {"osds.yml": b"registry: a/b\n" + b"#" * 70_000}, "budget", None),
        (GOOD | {"osds.yml": b"\xff"}, "budget", None),
        (GOOD | {"osds.yml": b"[" * 10_000}, "budget", None),
        ({"sub/datapackage.json": b'{"name": "budget"}'}, None, None),
    ],
)
def test_look_at__believes_no_nonsense(
    tmp_path: Path, files: dict[str, bytes], name: str | None, claims: str | None
) -> None:
    make_bare(tmp_path / "a.git", files)
    assert look_at(str(tmp_path / "a.git")) == DatasetFacts(sight=Sight.SEEN, name=name, claims=claims)


def test_look_at__follows_no_link(tmp_path: Path) -> None:
    make_bare(tmp_path / "a.git", GOOD)
    (tmp_path / "canary").write_text('{"name": "canary"}')
    blob = git(tmp_path / "a.git", "hash-object", "-w", str(_text(tmp_path, str(tmp_path / "canary"))))
    git(tmp_path / "a.git", "update-index", "--add", "--cacheinfo", f"120000,{blob},datapackage.json")
    tree = git(tmp_path / "a.git", "write-tree")
    git(tmp_path / "a.git", "update-ref", "refs/heads/main", git(tmp_path / "a.git", "commit-tree", tree, "-m", "x"))
    assert look_at(str(tmp_path / "a.git")).name is None


def _text(folder: Path, text: str) -> Path:
    (folder / "text").write_text(text)
    return folder / "text"


def test_look_at__nothing_there(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    git(tmp_path, "init", "--quiet", "no-commit")
    for folder in ("nowhere", "empty", "no-commit"):
        assert look_at(str(tmp_path / folder)) == DatasetFacts(sight=Sight.HIDDEN)


def test_look_at__a_repository_elsewhere_without_its_other_files(github: Any) -> None:
    repository = github.add("alice/budget", GOOD | {"big": os.urandom(3_000_000)})
    url = f"{github.url}/alice/budget"
    assert look_at(url) == SEEN
    assert look_at(url, largest=1_000_000) == DatasetFacts(sight=Sight.UNREACHABLE), "a host that leaves nothing out"
    git(repository.folder, "config", "uploadpack.allowFilter", "true")
    assert look_at(url, largest=1_000_000) == SEEN
    assert look_at(f"{github.url}/alice/nothing") == DatasetFacts(sight=Sight.HIDDEN)
    assert {request.authorization for request in github.requests} == {""}, "no token goes to a dataset"


def test_look_at__a_slow_host_is_unreachable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_git(tmp_path, monkeypatch, 'case "$*" in *" fetch "*) exec sleep 20;; *) exit 0;; esac')
    start = time.monotonic()
    assert look_at("https://github.com/alice/budget", seconds=0.3).sight is Sight.UNREACHABLE
    assert time.monotonic() - start < 10
