"""Hostile datasets, made on the spot, through the command line: refused or reported, in time, in few words, and no more.

Every case ends with the exit code it names, without a traceback, with at most 1 MB of output, within a minute, without
a connection, and without a word of a file outside the dataset. The cases follow the ways in which Data Packages, CSV, JSON,
zip and regular expressions have been abused.
"""

from __future__ import annotations

import gc
import http.server
import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from osds.cli import run
from tests.hostile.cases import Case, one
from tests.hostile.contents import JSON, NAMED, PATTERNS, SHOWN, SIZES, TABLES, VALUES
from tests.hostile.engine import ENGINE
from tests.hostile.files import FILES, PACKED, PATHS, REMOTE

CANARY = "CANARY-5d1f"
SECONDS = 60

CASES = [*PATHS, *FILES, *REMOTE, *PACKED, *SIZES, *JSON, *PATTERNS, *TABLES, *VALUES, *NAMED, *SHOWN, *ENGINE]


class Heard(http.server.BaseHTTPRequestHandler):
    """Notes that somebody asked."""

    asked: list[str]

    def parse_request(self) -> bool:
        self.asked.append("asked")
        return False


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[int, list[str]]]:
    """A server on this machine that nothing may ask: it also hears what the judge's process asks."""
    asked: list[str] = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Listening", (Heard,), {"asked": asked}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1], asked
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def in_time() -> Iterator[None]:
    """A case that hangs fails, and does not hang the others."""

    def late(*_: object) -> None:
        raise AssertionError(f"it took more than {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def unconnected(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every address that this process asks for or connects to."""
    asked: list[object] = []

    def note(*arguments: object, **_: object) -> None:
        asked.append(arguments[1:])
        raise OSError("no network here")

    for owner, name in ((socket.socket, "connect"), (socket.socket, "connect_ex"), (socket, "getaddrinfo")):
        monkeypatch.setattr(owner, name, note)
    return asked


def write(case: Case, root: Path, port: int) -> Path:
    folder = root / "dataset"
    case.write(folder)
    (root / "canary.csv").write_text(f"year,code,label,amount\n{CANARY},1,x,1\n")
    for name in ("datapackage.json", ".lfsconfig"):
        if (folder / name).is_file():
            (folder / name).write_bytes((folder / name).read_bytes().replace(b"PORT", str(port).encode()))
    return folder


# frictionless leaves packed files open until they are collected; collect them here, where the warning is expected.
@pytest.mark.filterwarnings("ignore:Exception ignored in.*FileIO:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
@pytest.mark.filterwarnings("ignore:Implicitly cleaning up:ResourceWarning")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_hostile(
    case: Case,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    listener: tuple[int, list[str]],
    unconnected: list[object],
) -> None:
    port, asked = listener
    folder = write(case, tmp_path, port)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CANARY)
    before = {path for path in tmp_path.rglob("*") if path != folder}
    code = run(["validate", str(folder), "--json", *case.arguments])
    if folder.joinpath("b.csv.gz").exists() or folder.joinpath("b.csv.zip").exists():
        gc.collect()
    out, err = capfd.readouterr()
    assert code in ({0, 1} if case.exit < 0 else {case.exit}), (out + err)[:2000]
    assert "Traceback" not in out + err
    assert len(out + err) <= 1_000_000
    assert CANARY not in out + err
    assert not {c for c in out + err if (ord(c) < 32 and c != "\n") or 0x7F <= ord(c) < 0xA0}
    assert (unconnected, asked) == ([], [])
    assert {path for path in tmp_path.rglob("*") if path != folder} == before
    codes = {finding["code"] for finding in json.loads(out)["findings"]}
    assert not case.told or case.told in codes, codes


def test_hostile__there_are_many() -> None:
    assert len(CASES) >= 300
    assert len({case.name for case in CASES}) == len(CASES)


LURES = [case for case in REMOTE if case.exit == 0 and case.told != "path-remote"]


@pytest.mark.skipif(
    shutil.which("unshare") is None or subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode != 0,
    reason="this machine cannot take the network away from a process (unshare -rn)",
)
def test_hostile__without_any_network_nothing_changes(tmp_path: Path) -> None:
    """All lures in one descriptor: what is said is the same with and without a network."""
    case = one("lures", "", 0, resource={k: v for lure in LURES for k, v in lure.resource.items() if k != "schema"})
    folder = write(case, tmp_path, 9)
    command = [sys.executable, "-I", "-m", "osds", "validate", str(folder)]
    with_network = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    without = subprocess.run(["unshare", "-rn", *command], capture_output=True, text=True, timeout=SECONDS)
    assert (without.returncode, without.stdout) == (with_network.returncode, with_network.stdout)
    assert without.returncode == 0
