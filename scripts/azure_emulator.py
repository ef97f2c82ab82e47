"""Fetch Azurite, Microsoft's own emulator of Azure Blob Storage, for the tests that hold osds to it.

    python -m scripts.azure_emulator

npm brings it with all that it needs (190 MB) into .cache, never into a commit. One hash names every package and its
content: npm resolves as it did on `BEFORE`, and installs only if that comes to the same. The second run does nothing.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

VERSION = "3.37.0"
BEFORE = "2026-11-20"
SMALLER = {
    "applicationinsights": "2.9.8"
}  # what reports to Microsoft is switched off, and need not bring 200 MB with it
LOCK = "e3462f300b9918c5856df262e0799b2986738de2357a2a0a1969565a3e3536d8"  # of all packages: see `digest`

FOLDER = Path(__file__).parent.parent / ".cache" / "azurite"
PROGRAM = FOLDER / "node_modules/azurite/dist/src/blob/main.js"
_NPM = ("npm", "--silent", "--ignore-scripts", "--no-audit", "--no-fund")


def main() -> None:
    """Install what is missing. Raises `SystemExit` if npm would install anything else than what was looked at."""
    if PROGRAM.is_file():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER.parent / ".gitignore").write_text("*\n")
    (FOLDER / "package.json").write_text(json.dumps({"dependencies": {"azurite": VERSION}, "overrides": SMALLER}))
    (FOLDER / "package-lock.json").unlink(missing_ok=True)
    _npm("install", "--package-lock-only", f"--before={BEFORE}")
    found = digest((FOLDER / "package-lock.json").read_bytes())
    if found != LOCK:
        raise SystemExit(f"npm resolves azurite {VERSION} to other packages than it did ({found}): it is left out")
    _npm("ci")


def digest(lock: bytes) -> str:
    """The SHA-256 of what a package-lock.json names: path, version and hash of every package."""
    packages = json.loads(lock)["packages"]
    lines = sorted(f"{path} {one['version']} {one['integrity']}" for path, one in packages.items() if path)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def find_azurite() -> Sequence[str] | None:
    """The command that runs it, if node and the program are here."""
    node = shutil.which("node")
    return (node, str(PROGRAM)) if node and PROGRAM.is_file() else None


def _npm(*arguments: str) -> None:
    subprocess.run([*_NPM, *arguments], check=True, cwd=FOLDER, timeout=600)


if __name__ == "__main__":
    main()
