"""The process that meets hostile tables, ended in every way that a process can end."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from osds.edges.local.child import Child, open_child

QUESTION: dict[str, Any] = {
    "question": {
        "folder": "/",
        "descriptor": {"name": "x", "resources": [{"name": "a", "data": [], "schema": {"fields": []}}]},
        "limit_errors": 9,
    },
    "writes": False,
}


def said(messages: list[dict[str, Any]], told: dict[str, Any]) -> None:
    messages.append(told)


@pytest.fixture
def scripted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A child that runs a script in place of our module: what a broken one could do."""

    def make(script: str, seconds: int = 20) -> Child:
        program = tmp_path / "python"
        program.write_text(f"#!{sys.executable}\nimport os, sys, time\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(program))
        return Child("osds.tables.child", memory=10**9, seconds=seconds, folder=tmp_path)

    return make


def test_ask__an_answer_and_another_from_the_same_process() -> None:
    with open_child("osds.tables.child", memory=10**9, seconds=60) as child:
        first = child.ask(QUESTION, print)
        process = child._process
        assert child.ask(QUESTION, print) == first
        assert child._process is process
        assert set(first) == {"answer"}
    assert process is not None
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("sys.exit(0)", "crash"),
        ("sys.exit(1)", "crash"),
        ("os.abort()", "crash"),
        ("os.kill(os.getpid(), 9)", "memory"),
        ("os.kill(os.getpid(), 24)", "time"),
        ("print('garbage', flush=True); time.sleep(60)", "crash"),
        ("print('[1]', flush=True); time.sleep(60)", "crash"),
        ("print('[' * 100000, flush=True)", "crash"),
        ('print(\'{"ended": "memory"}\', flush=True)', "memory"),
        ("os.write(1, b'x' * (17 << 20))", "crash"),
        ("os.write(1, bytes(range(256)))", "crash"),
        ("os.close(1); time.sleep(60)", "crash"),
    ],
)
def test_ask__however_it_ends_there_is_a_reason(scripted: Any, script: str, reason: str) -> None:
    child = scripted(script)
    assert child.ask(QUESTION, print) == {"ended": reason}
    assert child._process is None
    child.close()


def test_ask__time_is_up(scripted: Any) -> None:
    child = scripted("while True: print('{\"rows\": 1}', flush=True)", seconds=1)
    messages: list[dict[str, Any]] = []
    started = time.monotonic()
    assert child.ask(QUESTION, lambda told: said(messages, told)) == {"ended": "time"}
    assert time.monotonic() - started < 10
    assert messages[0] == {"rows": 1}


def test_ask__killed_by_somebody_else_and_started_again() -> None:
    with open_child("osds.tables.child", memory=10**9, seconds=60) as child:
        child.ask(QUESTION, print)
        assert child._process is not None
        os.kill(child._process.pid, signal.SIGKILL)
        assert child.ask(QUESTION, print) == {"ended": "memory"}
        assert set(child.ask(QUESTION, print)) == {"answer"}


def test_ask__it_has_nothing(scripted: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary")
    script = "import json\nprint(json.dumps({'answer': [sorted(os.environ), os.getcwd()]}), flush=True)"
    child = scripted(script)
    environment, folder = child.ask(QUESTION, print)["answer"]
    child.close()
    assert set(environment) <= {"TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LC_CTYPE"}
    assert folder == str(tmp_path)


def test_open_child__leaves_nothing_behind_when_interrupted() -> None:
    threads = threading.active_count()
    used: list[Any] = []

    def interrupted() -> None:
        with open_child("osds.tables.child", memory=10**9, seconds=60) as child:
            child.ask(QUESTION, print)
            used.extend([child._process, child._folder])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    process, folder = used
    assert process.returncode is not None
    assert not folder.exists()
    assert threading.active_count() == threads
