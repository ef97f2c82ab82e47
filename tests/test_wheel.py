"""What people install: a built wheel holds the package alone. tests/test_release.py has it run."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_wheel__holds_the_package_and_nothing_else(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "uv", "build", "--quiet", "--wheel", "--out-dir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, timeout=300, stdin=subprocess.DEVNULL)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"osds"}
    data = {p.relative_to(ROOT).as_posix() for p in (ROOT / "osds").rglob("*") if p.is_file() and p.suffix != ".pyc"}
    assert data <= names
    assert "osds/py.typed" in names
