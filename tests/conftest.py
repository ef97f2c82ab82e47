"""What all tests share: tiny datasets made on the spot, and no network by accident."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.samples import ROWS, descriptor


@pytest.fixture
def make_dataset(tmp_path: Path) -> Callable[..., Path]:
    """Write a dataset: `make_dataset()` is valid; `files` replaces or adds files, other arguments change the descriptor."""

    def make(folder: str = "dataset", files: dict[str, str | bytes] | None = None, **changes: Any) -> Path:
        root = tmp_path / folder
        root.mkdir(parents=True)
        contents: dict[str, str | bytes] = {"datapackage.json": json.dumps(descriptor(**changes)), "budget.csv": ROWS}
        for name, content in {**contents, **(files or {})}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return make


@pytest.fixture(autouse=True)
def no_outside_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that reaches for another machine fails at once, and says so."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test tried to connect to {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting, token or runner of the machine leaks into a test."""
    import os

    for name in list(os.environ):
        if name.startswith(("OSDS_", "INPUT_", "GITHUB_", "RUNNER_", "AWS_", "GIT_")) and name != "OSDS_TOOLS_BIN":
            monkeypatch.delenv(name)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return folder
