"""A token planted in the environment of `osds register` is nowhere else: not in what it prints, writes, runs or requests."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.commands.registering import FILES
from tests.edges.http_faults import Fault, answer_with
from tests.forge.people import REGISTRY, inhabit
from tests.forge.server import serve
from tests.forge.state import Forge

TOKEN = "ghp_" + "Planted0" * 4 + "abcd"
Make = Callable[..., Path]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Forge]:
    with serve(tmp_path / "github") as forge:
        inhabit(forge)
        forge.add(REGISTRY, FILES)
        forge.tokens[TOKEN] = forge.tokens["alice-token"]
        yield forge


def register(server: Forge, dataset: Path, folder: Path, *, url: str = "https://github.com/alice/town-budget") -> str:
    """All that a run leaves behind: what it prints with `--debug`, and what it writes for the runner."""
    (folder / "home").mkdir(parents=True)
    tools, log = folder / "tools", folder / "argv"
    tools.mkdir()
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    (tools / "git").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {log}\nexec {real} "$@"\n')
    (tools / "git").chmod(0o755)
    runner = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_SERVER_URL": server.url,
        "GITHUB_API_URL": server.api_url,
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
    }
    places = {"HOME": str(folder / "home"), "TMPDIR": str(folder / "home"), "PATH": f"{tools}:{os.environ['PATH']}"}
    command = [sys.executable, "-I", "-m", "osds", "register", str(dataset), "--registry", REGISTRY, "--debug"]
    done = subprocess.run(
        [*command, "--owner", "alice", "--url", url],
        env=runner | places | {"OSDS_TOKEN": TOKEN},
        capture_output=True,
        text=True,
    )
    written = [path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file()]
    return "\n".join([str(done.returncode), done.stdout, done.stderr, *written])


def said_of_the_token(text: str) -> list[str]:
    """Where the token stands in a text, plain or as git sends it."""
    hidden = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
    return [line for line in text.split("\n") if TOKEN in line or TOKEN[4:20] in line or hidden[:40] in line]


@pytest.mark.parametrize(
    ("key", "fault", "code", "said"),
    [
        (None, None, 0, "By pull request from alice:osds/register/alice/town-budget"),
        (("GET", "/user"), answer_with(401, f"Bad credentials {TOKEN}"), 0, "::warning"),
        (("POST", "/pulls"), answer_with(403, "Resource not accessible"), 0, "compare/main...alice"),
        (("POST", "/pulls"), answer_with(422, f"Not with {TOKEN}"), 2, "Not with …"),
        (("GET", "/user"), answer_with(429, "slow", {"Retry-After": "86400"}), 4, "Run the same command again after"),
        (("GET", "/info/refs"), answer_with(503, "busy"), 4, "Traceback"),
        (("POST", "/git-receive-pack"), answer_with(503, f"busy {TOKEN}"), 4, "git push failed"),
    ],
)
def test_token__is_in_no_output(
    server: Forge, make_dataset: Make, tmp_path: Path, key: tuple[str, str] | None, fault: Fault, code: int, said: str
) -> None:
    if key:
        server.faults[key] = [fault] * 9
    text = register(server, make_dataset(), tmp_path / "run")
    assert text.startswith(f"{code}\n"), text
    assert said in text
    assert said_of_the_token(text) == []
    asked = [f"{request.path} {request.query} {request.body}" for request in server.requests]
    configured = [path.read_text() for path in (tmp_path / "github/git").rglob("config")]
    assert said_of_the_token("\n".join(asked + configured)) == []
    assert any(TOKEN in request.authorization or "Basic" in request.authorization for request in server.requests)
