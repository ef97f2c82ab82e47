"""A small GitHub, and a home folder without anybody's git configuration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

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
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return folder
