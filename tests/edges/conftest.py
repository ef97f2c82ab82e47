"""A small GitHub and a small git-lfs server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edges.lfs_client import CONTENT, POINTER
from tests.edges.lfs_server import LfsDouble, running_lfs
from tests.forge.people import inhabit
from tests.forge.server import serve
from tests.forge.state import Forge


@pytest.fixture
def github(tmp_path: Path) -> Iterator[Forge]:
    """A GitHub with alice and keeper, and an app."""
    with serve(tmp_path / "github") as forge:
        inhabit(forge)
        yield forge


@pytest.fixture
def lfs_server() -> Iterator[LfsDouble]:
    """A git-lfs server that has the content of `POINTER`."""
    with running_lfs() as double:
        double.objects[POINTER.oid] = CONTENT
        yield double
