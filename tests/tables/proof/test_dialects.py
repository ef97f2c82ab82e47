"""Dialects that are proven on the fast route, and those that are left to frictionless: the errors are the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from osds.dataset.package import read_package
from scripts.fuzzes.tables import compare

FIELDS = [{"name": "id", "type": "integer"}, {"name": "word", "type": "string", "constraints": {"required": True}}]
ROWS = "".join(f"{number}, a\n" for number in range(30))
DOUBTED = "proven, doubtful rows judged"


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize(
    ("content", "dialect", "how"),
    [
        ("id, word\n" + ROWS, {"skipInitialSpace": False}, "proven"),
        ("id, word\n" + ROWS + "1, \n1,\n", {"skipInitialSpace": False}, DOUBTED),
        ("id, word\n" + ROWS, {"csv": {"skipInitialSpace": False, "delimiter": ","}}, "proven"),
        ("id, word\n" + ROWS, {}, "frictionless: frictionless guesses tha"),
        ("id, word\n" + ROWS, {"delimiter": ","}, "frictionless: frictionless guesses tha"),
        ("id, word\n" + ROWS, {"skipInitialSpace": True}, "frictionless: its dialect states skipI"),
    ],
)
def test_dialect__same_errors(tmp_path: Path, content: str, dialect: dict[str, Any], how: str) -> None:
    (tmp_path / "a.csv").write_text(content, "utf-8", newline="")
    table = {"name": "a", "path": "a.csv", "encoding": "utf-8", "dialect": dialect, "schema": {"fields": FIELDS}}
    assert compare(tmp_path, read_package({"name": "x", "resources": [table]}), limit=100) == how
