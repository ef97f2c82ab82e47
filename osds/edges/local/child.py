"""A module of ours in a process of its own, which has nothing, may use little, and can be ended at any time.

It gets an empty environment, an empty folder as working directory and for temporary files, and its own session, so that
Ctrl-C reaches only us. It sets its own limits on memory and files before it meets anything foreign; the clock runs here.
Windows has no such limits: there only the clock protects.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

MAX_MESSAGE = 16 << 20  # bytes
REASONS = ("time", "memory", "answer", "crash")
_EXIT_SECONDS = 1.0
# Python itself needs these: Windows' own libraries, and a libpython that lies elsewhere.
_NEEDED = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


class Child:
    """Answers questions, one after the other. It is started when it is needed, also after it ended.

    `memory` is bytes, `seconds` what one question may take, `folder` an empty one.
    """

    def __init__(self, module: str, *, memory: int, seconds: int, folder: Path) -> None:
        self._module = module
        self._memory = memory
        self._seconds = seconds
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, question: Mapping[str, Any], on_progress: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        """The message that has an `answer`, or `{"ended": reason}`: time, memory, answer (too long) or crash.

        `on_progress` gets every message before that one.
        """
        process = self.start()
        expired = threading.Event()

        def end() -> None:
            expired.set()
            process.kill()

        timer = threading.Timer(self._seconds, end)
        timer.daemon = True
        timer.start()
        try:
            message = _converse(process, {**question, "seconds": self._seconds}, on_progress)
        finally:
            timer.cancel()
            timer.join()
        if message is not None and "answer" in message and not expired.is_set():
            return message
        reason = "" if message is None else message.get("ended", "")
        told = _reason(self._exit_code())
        return {"ended": "time" if expired.is_set() else reason or told or "crash"}

    def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            _close_pipes(process)

    def start(self) -> subprocess.Popen[bytes]:
        """The process; a new one if there is none."""
        self._process = self._process or self._new()
        return self._process

    def _new(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", "-m", self._module, str(self._memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            env={"TMPDIR": str(self._folder), **{name: os.environ[name] for name in _NEEDED if name in os.environ}},
            start_new_session=True,
        )

    def _exit_code(self) -> int | None:
        """How the process ended by itself; None if it had to be ended."""
        code = None
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = self._process.wait(_EXIT_SECONDS)
        self.close()
        return code


def _close_pipes(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):  # what it has not read yet, nobody will
            pipe.close()  # type: ignore[union-attr]


@contextlib.contextmanager
def open_child(module: str, *, memory: int, seconds: int) -> Iterator[Child]:
    """A child, started at once so that it gets ready meanwhile; it is ended and cleaned up after, whatever happens."""
    with tempfile.TemporaryDirectory(prefix="osds-", ignore_cleanup_errors=True) as folder:
        child = Child(module, memory=memory, seconds=seconds, folder=Path(folder))
        try:
            child.start()
            yield child
        finally:
            child.close()


def _converse(
    process: subprocess.Popen[bytes], question: Mapping[str, Any], on_progress: Callable[[dict[str, Any]], None]
) -> dict[str, Any] | None:
    """The last message on a question; None if none came, or something that is no message."""
    try:
        _send(process, question)
        while line := process.stdout.readline(MAX_MESSAGE):  # type: ignore[union-attr]
            message = json.loads(line)
            if not isinstance(message, dict):
                return None
            if "answer" in message or message.get("ended") in REASONS:
                return message
            on_progress(message)
    except (OSError, ValueError, RecursionError):
        return None  # it ended while we spoke, or it speaks no JSON
    return None


def _send(process: subprocess.Popen[bytes], message: Mapping[str, Any]) -> None:
    process.stdin.write(json.dumps(message).encode("ascii") + b"\n")  # type: ignore[union-attr]
    process.stdin.flush()  # type: ignore[union-attr]


def _reason(code: int | None) -> str:
    """What the exit code tells. A kill that was not ours is mostly the system's, when memory runs out."""
    if sys.platform == "win32" or code is None:
        return ""
    return {-signal.SIGXCPU: "time", -signal.SIGKILL: "memory"}.get(code, "")
