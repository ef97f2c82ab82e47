"""Fetch giftless, a git-lfs server that others wrote, for the test in which osds reads from it what git-lfs put there.

    python -m scripts.giftless_server

PyPI brings it (13 MB) into .cache. It states no requirements of its own, so they stand here; what osds and its tests have
anyway is left out. The second run finds it and does nothing.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from scripts.npm import CACHE

FOLDER = CACHE / "giftless"
REQUIREMENTS = (
    "blinker==1.9.0",
    "cachetools==8.0.2",
    "click==8.5.1",
    "figcan==0.0.4",
    "flask==3.1.3",
    "flask-classful==0.16.0",
    "flask-marshmallow==1.5.0",
    "giftless==0.6.2",
    "itsdangerous==2.2.0",
    "jinja2==3.1.6",
    "markupsafe==3.0.4",
    "marshmallow==4.4.0",
    "marshmallow-enum==1.5.1",
    "pyjwt==2.9.0",
    "python-dotenv==1.2.4",
    "pyyaml==6.0.4",
    "webargs==8.7.1",
    "werkzeug==3.1.9",
)


def main() -> None:
    """Install what is missing."""
    if not (FOLDER / "giftless").is_dir():
        CACHE.mkdir(exist_ok=True)
        (CACHE / ".gitignore").write_text("*\n")
        uv = Path(sys.executable).parent / "uv"
        command = [str(uv), "pip", "install", "--quiet", "--no-deps", "--python", sys.executable]
        subprocess.run([*command, "--target", str(FOLDER), *REQUIREMENTS], check=True, timeout=300)


if __name__ == "__main__":
    main()
