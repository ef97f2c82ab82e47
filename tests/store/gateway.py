"""A second S3 server that nobody here wrote: versitygw over a folder. Without it the tests that need it say so."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from tests.store.s3 import SECRET

_numbers = count()


class Gateway:
    """The running server: its endpoint, and the folder whose folders are its buckets."""

    def __init__(self, endpoint: str, folder: Path) -> None:
        self.endpoint = endpoint
        self._folder = folder

    def new_bucket(self) -> str:
        """The name of a bucket that was just made."""
        name = f"bucket-{next(_numbers)}"
        (self._folder / name).mkdir()
        return name


def find_gateway() -> str | None:
    """The program, if there is one: on PATH, or where .ci/run puts it."""
    return shutil.which("versitygw") or shutil.which(str(Path(__file__).parents[2] / ".cache/bin/versitygw"))


@contextmanager
def running_gateway(folder: Path) -> Iterator[Gateway]:
    """The server for as long as the context lasts."""
    program = find_gateway()
    if program is None:
        pytest.skip("versitygw is not here: `.ci/run test` compiles it where there is Go")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ = {**os.environ, "ROOT_ACCESS_KEY": "AKIAIOSFODNN7EXAMPLE", "ROOT_SECRET_KEY": SECRET}
    process = subprocess.Popen(
        [program, "--port", f"127.0.0.1:{port}", "--quiet", "posix", str(folder)],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, process)
        yield Gateway(f"http://127.0.0.1:{port}", folder)
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if process.poll() is not None:
            pytest.skip("versitygw does not run on this disk (it needs extended attributes)")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("versitygw does not answer")
