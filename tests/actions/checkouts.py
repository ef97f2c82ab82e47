"""A repository of the double as a runner has it: cloned, with GitHub's address, and a workflow in words that act knows."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.forge.at_home import Home

Act = Any  # conftest.Act, which a test module cannot import

_CALLED = re.compile(r"openspending/osds/\.github/workflows/([\w-]+\.yml)@v0")


def check_out(
    home: Home, full_name: str, target: Path, *, act: Act, setup: str, workflow: str, **inputs: object
) -> Path:
    """The clone. Its ci.yml is its own `workflow`, with further inputs for the workflow of ours that it calls.

    `setup` stands in the place of `$/setup`: `act.setup` installs osds, `act.ready` has it already.
    """
    bare = home.forge.repositories[full_name].folder
    subprocess.run(["git", "clone", "--quiet", str(bare), str(target)], check=True)
    url = f"https://github.com/{full_name}"
    subprocess.run(["git", "-C", str(target), "remote", "set-url", "origin", url], check=True)
    workflows = target / ".github" / "workflows"
    caller = yaml.safe_load((workflows / workflow).read_text("utf-8"))
    [call] = caller["jobs"].values()
    match = _CALLED.fullmatch(call["uses"])
    assert match is not None
    call["uses"] = "./.github/workflows/called.yml"
    call["with"] = {**(call.get("with") or {}), **{name.replace("_", "-"): value for name, value in inputs.items()}}
    called = (act.project / ".github" / "workflows" / match[1]).read_text("utf-8")
    (workflows / "called.yml").write_text(called.replace("uses: $/setup", f"uses: {setup}"), "utf-8")
    text = yaml.safe_dump({"on" if key is True else key: value for key, value in caller.items()})
    (workflows / "ci.yml").write_text(text, "utf-8")
    return target
