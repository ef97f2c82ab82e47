"""Real git for tests: run as a person would, and served over smart HTTP by `git http-backend` (RFC 3875)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

GIT = ["git", "-c", "user.name=Keeper", "-c", "user.email=keeper@example.org", "-c", "init.defaultBranch=main"]


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, as a person would; its output."""
    done = subprocess.run([*GIT, "-C", str(folder), *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.removesuffix("\n")


def fake_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """A `git` that comes first on PATH: a shell script."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "git").write_text(f"#!/bin/sh\n{script}\n")
    (tools / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    return tools


def make_bare(folder: Path, files: Mapping[str, bytes]) -> None:
    """A bare repository whose branch `main` has one commit with these files, in as few processes as can be."""
    git(folder.parent, "init", "--quiet", "--bare", "--template=", folder.name)
    lines = [b"commit refs/heads/main\ncommitter Keeper <keeper@example.org> 1700000000 +0000\ndata 6\nBegin\n"]
    lines += [b"M 100644 inline %s\ndata %d\n%s\n" % (p.encode(), len(c), c) for p, c in sorted(files.items())]
    command = [*GIT, "-C", str(folder), "fast-import", "--quiet"]
    subprocess.run(command, input=b"".join(lines), check=True)


def tip(folder: Path, branch: str) -> str | None:
    """The commit of a branch."""
    command = [*GIT, "-C", str(folder), "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}"]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip() or None


def is_ancestor(folder: Path, commit: str, branch: str) -> bool:
    """True if `branch` has `commit` in its history already."""
    command = [*GIT, "-C", str(folder), "merge-base", "--is-ancestor", commit, f"refs/heads/{branch}"]
    return subprocess.run(command, capture_output=True).returncode == 0


def run_backend(
    root: Path, method: str, path: str, query: str, headers: Mapping[str, str], content: bytes, user: str
) -> tuple[int, dict[str, str], bytes]:
    """Status, header fields and body with which git answers a request of an authenticated `user`."""
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "GIT_PROJECT_ROOT": str(root),
        "GIT_HTTP_EXPORT_ALL": "1",
        "REMOTE_USER": user,
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_TYPE": headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(content)),
        "HTTP_CONTENT_ENCODING": headers.get("Content-Encoding", ""),
        "HTTP_GIT_PROTOCOL": headers.get("Git-Protocol", ""),
    }
    done = subprocess.run(["git", "http-backend"], input=content, env=environment, capture_output=True)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
    return int(fields.pop("Status", "200").split()[0]), fields, body
