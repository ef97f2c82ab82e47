"""Packages of npm for the tests: each named by version and SHA-512, put into .cache, and never into a commit."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

CACHE = Path(__file__).parent.parent / ".cache"


def install(folder: Path, packages: Mapping[str, str], needs: Mapping[str, Mapping[str, str]]) -> None:
    """Let npm follow a lock file that names every package by its hash.

    `packages` are `version sha512` by name, the first of them what is wanted; `needs` are the dependencies that a package
    states. Raises `CalledProcessError` if one cannot be had or is another.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (CACHE / ".gitignore").write_text("*\n")
    first = next(iter(packages))
    wanted = {first: packages[first].split()[0]}
    (folder / "package.json").write_text(json.dumps({"dependencies": wanted}))
    (folder / "package-lock.json").write_text(json.dumps(_lock(wanted, packages, needs)))
    command = ["npm", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, check=True, cwd=folder, timeout=300)


def _lock(
    wanted: Mapping[str, str], packages: Mapping[str, str], needs: Mapping[str, Mapping[str, str]]
) -> dict[str, object]:
    found: dict[str, object] = {"": {"dependencies": wanted}}
    for name, words in packages.items():
        version, sha = words.split()
        entry = {"version": version, "integrity": f"sha512-{sha}"}
        found[f"node_modules/{name}"] = entry | ({"dependencies": needs[name]} if name in needs else {})
    return {"name": "for-tests", "lockfileVersion": 3, "requires": True, "packages": found}
