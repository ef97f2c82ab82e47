"""A dataset whose table is in git-lfs, and the stores that it is backed up to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from osds.edges.store.objects import ObjectStore, open_store
from tests.backup.backing import PACKAGE
from tests.edges.lfs_repository import commit_files
from tests.edges.lfs_server import LfsDouble, running_lfs
from tests.samples import ROWS
from tests.store.s3 import new_bucket, running_s3, s3_environment
from tests.store.s3_front import Front, running_front


@pytest.fixture(autouse=True)
def nobodys_home(home: Path) -> None:
    """Nobody's git configuration."""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A dataset's repository: one commit, its table in git-lfs."""
    commit_files(tmp_path / "source", {"datapackage.json": PACKAGE, "budget.csv": ROWS.encode()})
    return tmp_path / "source"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with running_s3() as endpoint:
        yield endpoint


@pytest.fixture
def front(monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    s3_environment(monkeypatch)
    with running_front("bucket") as server:
        yield server


@pytest.fixture(params=["folder", "moto", "front"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    if request.param == "folder":
        return open_store(str(tmp_path / "store"))
    s3_environment(monkeypatch)
    if request.param == "moto":
        endpoint = request.getfixturevalue("s3")
        return open_store(f"s3://{new_bucket(endpoint)}/pre", endpoint=endpoint)
    return open_store("s3://bucket/pre", endpoint=request.getfixturevalue("front").endpoint)


@pytest.fixture
def folder(tmp_path: Path) -> ObjectStore:
    return open_store(str(tmp_path / "store"))


@pytest.fixture
def lfs_server() -> Iterator[LfsDouble]:
    with running_lfs() as double:
        yield double
