"""A small GitHub and a small git-lfs server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edges.github_double import GitHubDouble, github_double
from tests.edges.lfs_client import CONTENT, POINTER
from tests.edges.lfs_server import LfsDouble, running_lfs


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHubDouble]:
    """A GitHub with the user alice (token `alice-token`), the keeper of os-team/registry, and an app."""
    with github_double(tmp_path / "github") as double:
        double.users = {"alice-token": ("alice", 7), "keeper-token": ("keeper", 8)}
        double.apps = {"app-token"}
        yield double


@pytest.fixture
def lfs_server() -> Iterator[LfsDouble]:
    """A git-lfs server that has the content of `POINTER`."""
    with running_lfs() as double:
        double.objects[POINTER.oid] = CONTENT
        yield double
