"""Azure Blob Storage on this machine, by Microsoft's own emulator. Without it the tests that need it say so."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from itertools import count
from pathlib import Path

import pytest

from scripts.azure_emulator import find_azurite

# The account that the emulator always has: https://learn.microsoft.com/azure/storage/common/storage-use-azurite
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_VERSION = "2021-12-02"
_numbers = count()


class Azurite:
    """The running emulator."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.endpoint = f"http://127.0.0.1:{port}/{ACCOUNT}"

    def new_container(self) -> str:
        """The name of a container that was just made."""
        name = f"container-{next(_numbers)}"
        assert self.request("PUT", f"/{name}", query="restype=container").status == 201
        return name

    def request(self, method: str, path: str, *, query: str = "") -> http.client.HTTPResponse:
        """The answer to a signed request without a body; its own body is read.

        https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
        """
        now = formatdate(usegmt=True)
        fields = f"x-ms-date:{now}\nx-ms-version:{_VERSION}\n"
        asked = f"{method}{chr(10) * 12}{fields}/{ACCOUNT}/{ACCOUNT}{path}"
        asked += f"\n{query.replace('=', ':')}" if query else ""
        signature = base64.b64encode(hmac.digest(base64.b64decode(KEY), asked.encode(), hashlib.sha256)).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        headers = {
            "x-ms-date": now,
            "x-ms-version": _VERSION,
            "Authorization": f"SharedKey {ACCOUNT}:{signature}",
            "Content-Length": "0" if method == "PUT" else "",
        }
        target = f"/{ACCOUNT}{path}" + (f"?{query}" if query else "")
        connection.request(method, target, headers={name: value for name, value in headers.items() if value})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer


def azure_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The credentials of the emulator's account."""
    for name in os.environ:
        if name.startswith("AZURE_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT)
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", KEY)


@contextmanager
def running_azurite(folder: Path) -> Iterator[Azurite]:
    """The emulator for as long as the context lasts."""
    command = find_azurite()
    if command is None:
        pytest.skip("azurite is not here: `.ci/run test` fetches it where there is npm")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ("--blobPort", str(port), "--location", str(folder), "--silent", "--skipApiVersionCheck")
    process = subprocess.Popen([*command, *options, "--disableTelemetry"], stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield Azurite(port)
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(400):
        assert process.poll() is None, "azurite has ended"
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("azurite does not answer")
