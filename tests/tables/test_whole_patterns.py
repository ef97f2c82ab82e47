"""Cells that match a pattern only in part: told by osds, whichever way the table was judged, beside frictionless' errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from osds.commands.dataset.looking import look_into
from osds.dataset.package import read_package
from osds.progress import Silent
from osds.tables.asking import ask
from osds.tables.judge import judge
from osds.tables.proof.scan import scan


def found(folder: Path, pattern: str, cells: list[str], *, proven: bool) -> list[tuple[str, int | None, str | None]]:
    text = "id,code\n" + "".join(f'{n},"{cell}"\n' for n, cell in enumerate(cells))
    (folder / "a.csv").write_text(text, "utf-8", newline="")
    fields = [
        {"name": "id", "type": "integer"},
        {"name": "code", "type": "string", "constraints": {"pattern": pattern}},
    ]
    package = read_package({"name": "x", "resources": [{"name": "a", "path": "a.csv", "schema": {"fields": fields}}]})
    proofs = look_into(
        folder,
        package,
        package.resources,
        {r.name for r in package.resources},
        memory=1 << 30,
        scan=scan,
        progress=Silent(),
    ).proofs
    (verdict,) = judge(
        folder, package, {"a"}, ask=ask, proofs=proofs if proven else {}, limit_errors=99, progress=Silent()
    )
    return [(f.code, f.place.row, f.value) for f in verdict.findings]


@pytest.mark.parametrize("proven", [True, False])
@pytest.mark.parametrize(
    ("pattern", "cells", "wrong"),
    [
        ("a|b", ["a", "b"], []),
        ("a|b", ["a", "aXXX", "Xb"], [("constraint-error", 4, "Xb"), ("pattern-in-part", 3, "aXXX")]),
        ("(?:a|b)", ["aX"], [("constraint-error", 2, "aX")]),
        ("abc", ["abc", "abc\n"], [("pattern-in-part", 3, "abc\n")]),
        (r"\bx|y", ["x!", "y"], [("pattern-in-part", 2, "x!")]),  # a pattern for which there is no rule
        ("", ["", "x"], [("constraint-error", 3, "x")]),
    ],
)  # fmt: skip
def test_whole_patterns__are_told_beside_frictionless(
    tmp_path: Path, pattern: str, cells: list[str], wrong: list[tuple[str, int, str]], *, proven: bool
) -> None:
    assert found(tmp_path, pattern, cells, proven=proven) == wrong
