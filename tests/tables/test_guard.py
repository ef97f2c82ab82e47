"""What the guard lets Python code do, tried in a process that has one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

START = (
    "import os, socket, subprocess, sys, tempfile, urllib.request; from pathlib import Path; "
    "from osds.tables.guard import Guard; "
    "guard = Guard(); sys.addaudithook(guard); guard.allow([sys.argv[1]]); "
)


def attempt(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run code under a guard in `folder`, where `asked.csv` may be read and `other.csv` lies beside it."""
    work = folder / "work"
    work.mkdir()
    for name in ("asked.csv", "other.csv"):
        (folder / name).write_text("a\n1\n")
    (work / "link.csv").symlink_to(folder / "asked.csv")
    return subprocess.run(
        [sys.executable, "-I", "-c", START + code, str(folder / "asked.csv")],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=work,
        env={**os.environ, "TMPDIR": str(work)},
    )


@pytest.mark.parametrize(
    "code",
    [
        "socket.create_connection(('127.0.0.1', PORT))",
        "socket.create_connection(('localhost', PORT))",
        "urllib.request.urlopen('http://127.0.0.1:PORT/')",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', PORT))",
        "subprocess.run(['true'])",
        "os.system('true')",
        "os.fork()",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "open('/etc/passwd')",
        "open(b'/etc/passwd')",
        "Path('/etc/passwd').read_bytes()",
        "os.open('/etc/passwd', os.O_RDONLY)",
        "open('/proc/self/environ')",
        "open('../other.csv')",
        "open('../asked.csv/../other.csv')",
        "open(sys.argv[1], 'a')",
        "open(sys.argv[1], 'r+')",
        "os.open(sys.argv[1], os.O_RDWR)",
        "open(sys.argv[1] + 'x', 'w')",
        "open(os.__file__, 'a')",
        "guard.allow([]); open(sys.argv[1])",
    ],
)
def test_guard__refuses(tmp_path: Path, code: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        done = attempt(code.replace("PORT", str(server.getsockname()[1])), tmp_path)
        assert done.returncode == 1
        assert "allowed here" in done.stderr or "opened here" in done.stderr
        with pytest.raises(TimeoutError):
            server.accept()
    assert {path.name: path.read_text() for path in tmp_path.glob("*.csv")} == {
        "asked.csv": "a\n1\n",
        "other.csv": "a\n1\n",
    }


@pytest.mark.parametrize(
    "code",
    [
        "open(sys.argv[1])",
        "open('../asked.csv', 'rb')",
        "os.open(sys.argv[1], os.O_RDONLY)",
        "open('link.csv')",
        "open('new.txt', 'w').write('x'); open('new.txt')",
        "tempfile.TemporaryFile()",
        "tempfile.NamedTemporaryFile()",
        "open(os.devnull, 'w')",
        "import frictionless, duckdb, dateutil.tz; dateutil.tz.gettz('Europe/Vienna')",
        "import mimetypes; mimetypes.guess_type('a.csv')",
    ],
)
def test_guard__lets_work_be_done(tmp_path: Path, code: str) -> None:
    done = attempt(code, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
