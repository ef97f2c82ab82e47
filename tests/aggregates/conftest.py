"""A laboratory per test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.aggregates.lab import Lab


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """An empty laboratory."""
    return Lab(root=tmp_path)
