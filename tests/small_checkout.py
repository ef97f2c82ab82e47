"""A small project with our scripts, for tests of how its environment is made.

The real locks take pip a minute, so here a lock names wheels that lie in a folder.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

PROJECT = """
[project]
name = "osds"
version = "0"

[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
# What pip asks a build backend for (PEP 660), so that none has to be fetched.
BACKEND = """
import wheels
def build_editable(folder, config_settings=None, metadata_directory=None):
    return wheels.write(folder, "osds")
"""
WHEELS = """
import pathlib, sys, zipfile
def write(folder, name):
    wheel = pathlib.Path(folder) / f"{name}-0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{name}.py", "")
        archive.writestr(f"{name}-0.dist-info/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: 0\\n")
        archive.writestr(f"{name}-0.dist-info/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        archive.writestr(f"{name}-0.dist-info/RECORD", "")
    return wheel.name
if __name__ == "__main__":
    write(".", "small")
    write(".", "other")
"""
TOOLS = ("bash", "cat", "cmp", "cp", "dirname", "rm")  # all that the scripts may need beside Python


def make_checkout(folder: Path) -> Path:
    """A checkout of a project that needs `small`, with a folder `tools` for its PATH, in which there is no uv."""
    for ours in ("scripts", "setup"):
        shutil.copytree(ROOT / ours, folder / ours)
    (folder / "osds").mkdir()
    (folder / "osds" / "__init__.py").write_text("import small\n", encoding="utf-8")
    for name, text in {"pyproject.toml": PROJECT, "backend.py": BACKEND, "wheels.py": WHEELS}.items():
        (folder / name).write_text(text, encoding="utf-8")
    subprocess.run([sys.executable, "wheels.py"], cwd=folder, check=True)
    small, other = (_pinned(folder, name) for name in ("small", "other"))
    (folder / "requirements.lock").write_text(small, encoding="utf-8")
    (folder / "requirements-dev.lock").write_text(small + other, encoding="utf-8")
    (folder / "tools").mkdir()
    for name in TOOLS:
        (folder / "tools" / name).symlink_to(shutil.which(name) or f"/missing/{name}")
    return folder


def _pinned(folder: Path, name: str) -> str:
    digest = hashlib.sha256((folder / f"{name}-0-py3-none-any.whl").read_bytes()).hexdigest()
    return f"{name}==0 --hash=sha256:{digest}\n"
