"""What people install: a built wheel, alone in an empty environment, runs the demo."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    uv("build", "--quiet", "--wheel", "--out-dir", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


def uv(*arguments: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "uv", *arguments], check=True, timeout=300, stdin=subprocess.DEVNULL)


def test_wheel__holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"osds"}
    data = {p.relative_to(ROOT).as_posix() for p in (ROOT / "osds").rglob("*") if p.is_file() and p.suffix != ".pyc"}
    assert data <= names
    assert "osds/py.typed" in names


def test_wheel__runs_the_demo_on_its_own(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    uv("venv", "--quiet", "--python", sys.executable, environment)
    python = environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    uv("pip", "install", "--quiet", "--python", python, "--constraint", ROOT / "requirements.lock", wheel)
    done = subprocess.run(
        [python, "-I", "-m", "osds.demo"], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=True
    )
    assert "# Where to look" in done.stdout
    assert (tmp_path / "osds-demo/registry/data/catalog.csv").read_text().count("\n") == 2
