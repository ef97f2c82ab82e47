"""The dataset's own update command as a process: run in its folder, without a shell, its words handed on line by line.

It is foreign code with the rights of whoever runs osds, so nothing secret may be near it: the caller gives it its
environment, and it has no standard input.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from osds.dataset.paths import path_problem
from osds.dataset.preflight import FileKind
from osds.edges.local.files import look
from osds.errors import OutsideError, UsageError

_LONGEST = 4096  # bytes of one line that are shown
_DRAIN_SECONDS = 2.0


def run_command(
    words: Sequence[str], folder: Path, environ: Mapping[str, str], say: Callable[[str], None], *, seconds: float
) -> None:
    """Run the command to its end; `say` gets every line of both its streams, from a thread of its own.

    A first word that is the path of a file in the folder is that file. Raises `UsageError` if there is no such program,
    `OutsideError` if it fails or takes longer than `seconds`; then it is ended with all that it started.
    """
    process = _start([_program(words[0], folder), *words[1:]], folder, environ)
    told: deque[str] = deque(maxlen=1)
    reader = threading.Thread(target=_hand_on, args=(process.stdout, told, say), daemon=True)
    reader.start()
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        raise OutsideError(
            f"The update command took longer than {seconds / 60:.0f} minutes",
            next_step="Let it do less in one run, or allow more with --max-minutes",
        ) from None
    finally:
        _end(process)
        reader.join(_DRAIN_SECONDS)  # what it started and sent away may hold the stream for ever
        if not reader.is_alive() and process.stdout is not None:
            process.stdout.close()
    if code != 0:
        said = f": {told[0]}" if told else ""
        raise OutsideError(
            f"The update command failed with exit code {code}{said}", next_step="Look at what it printed"
        )


def _program(word: str, folder: Path) -> str:
    """The first word as what the system runs."""
    path = word.removeprefix("./")
    if path_problem(path) is not None or look(folder, path).kind is not FileKind.FILE:
        return word
    if not os.access(folder / path, os.X_OK):
        raise UsageError(
            f"{path} may not be run: it is not executable",
            next_step=f"Say how in osds.yml, for instance `update: bash {path}`, or `git update-index --chmod=+x {path}`",
        )
    return str((folder / path).resolve())


def _start(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise UsageError(
            f"The update command cannot be started: {command[0]!r}: {error.strerror}",
            next_step="Correct `update` in osds.yml, for instance `update: scripts/update.sh`",
        ) from error


def _hand_on(stream: IO[bytes], told: deque[str], say: Callable[[str], None]) -> None:
    """Say each line that comes; one that is very long comes in parts. `told` keeps the last one that says something."""
    while line := stream.readline(_LONGEST):
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        say(text)
        if text.strip():
            told.append(text.strip())


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and what it started in its session, if any of it is left."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (AttributeError, ProcessLookupError, PermissionError):  # Windows has no groups of this kind
        process.kill()
    process.wait()
