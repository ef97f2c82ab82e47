"""A desk per test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.audit.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty desk."""
    return Desk(root=tmp_path)
