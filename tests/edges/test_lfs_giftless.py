"""osds reads from giftless, a git-lfs server that others wrote, what git-lfs itself put there, over http."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from osds.edges.web.lfs_server import LfsServer, Pace
from osds.edges.web.waiting import Waits
from osds.errors import OsdsError
from scripts.giftless_server import FOLDER
from tests.edges.git_backend import git
from tests.edges.lfs_client import LOOPBACK, fetched, pointer_to
from tests.edges.lfs_repository import commit_files, git_lfs, needs_git_lfs

TABLE = b"year,amount\n" + b"2024,1.50\n" * 100_000
SETTINGS = """
TRANSFER_ADAPTERS:
  basic:
    factory: giftless.transfer.basic_streaming:factory
    options:
      storage_class: giftless.storage.local_storage:LocalStorage
      storage_options: {{ path: {folder} }}
AUTH_PROVIDERS: [ "giftless.auth.allow_anon:read_write" ]
"""


@pytest.fixture
def giftless(tmp_path: Path) -> Iterator[str]:
    """The address of a running giftless."""
    if not (FOLDER / "giftless").is_dir():
        pytest.skip("giftless is not here; `python -m scripts.giftless_server` fetches it")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (tmp_path / "giftless.yml").write_text(SETTINGS.format(folder=tmp_path / "objects"), "utf-8")
    environ = {**os.environ, "PYTHONPATH": str(FOLDER), "GIFTLESS_CONFIG_FILE": str(tmp_path / "giftless.yml")}
    command = [sys.executable, "-m", "flask", "--app", "giftless.wsgi_entrypoint", "run", "--port", str(port)]
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
    try:
        _wait_for(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert server.poll() is None
            time.sleep(0.1)
        else:
            return
    raise AssertionError("giftless does not answer")


@needs_git_lfs
def test_giftless__gives_what_git_lfs_put_there_and_knows_nothing_else(giftless: str, tmp_path: Path) -> None:
    source, repository = tmp_path / "source", f"{giftless}/alice/budget"
    commit_files(source, {"budget.csv": TABLE})
    git(tmp_path, "clone", "--quiet", "--bare", str(source), "remote.git")
    git(source, "remote", "add", "origin", (tmp_path / "remote.git").as_uri())
    git_lfs(source, "-c", f"lfs.url={repository}.git/info/lfs", "lfs", "push", "--all", "origin")
    waits = Waits(budget=60, scale=0.001)
    server = LfsServer(repository=repository, token=None, reach=LOOPBACK, waits=waits, pace=Pace(grace=20))
    assert fetched(server, pointer_to(TABLE)) == TABLE
    with pytest.raises(OsdsError):
        fetched(server, pointer_to(b"nobody has this"))
