"""The streams that people read. Progress on long work: a bar on a terminal, a plain line now and then elsewhere, on stderr.

Work that takes less than two seconds says nothing. rich is imported only when there is a bar to draw.
"""

from __future__ import annotations

import io
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from osds.progress import Progress, Silent, Task
from osds.untrusted import one_line

PATIENCE = 2.0  # seconds before work says that it goes on
INTERVAL = 10.0  # seconds between two plain lines


def speak_plainly(*streams: TextIO) -> None:
    """Let no stream fail at a character that it does not have, such as those of Windows when they are redirected.

    A runner reads UTF-8. Elsewhere a stream keeps its encoding, and a mark stands for what it lacks.
    """
    encoding = "utf-8" if os.environ.get("GITHUB_ACTIONS") == "true" else None
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=encoding, errors="replace")


def open_progress(stream: TextIO | None = None, *, quiet: bool = False) -> Progress:
    """The way to show progress that suits the stream (stderr by default)."""
    stream = stream or sys.stderr
    if quiet:
        return Silent()
    can_draw = stream.isatty() and os.environ.get("TERM") != "dumb"
    return Bars(stream) if can_draw else Lines(stream)


class _Count:
    """How far a piece of work is; counted in one thread, read in another."""

    def __init__(self, text: str, total: int | None) -> None:
        self.text = one_line(text, 100)
        self.total = total
        self.done = 0
        self.started = time.monotonic()

    def advance(self, count: int = 1) -> None:
        self.done += count

    def share(self) -> int | None:
        """Per cent done, at most 99 while it goes on; None if nobody knows."""
        return min(99, 100 * self.done // self.total) if self.total and self.done else None


class _Announced:
    """Work that is told of by another thread while it goes on. Subclasses say how, in `_tell`."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @contextmanager
    def task(self, text: str, total: int | None = None) -> Iterator[Task]:
        """Announce work and tell how far it is."""
        count = _Count(text, total)
        finished = threading.Event()
        teller = threading.Thread(target=self._tell, args=(count, finished), daemon=True)
        teller.start()
        try:
            yield count
        finally:
            finished.set()
            teller.join()

    def _tell(self, count: _Count, finished: threading.Event) -> None:
        """Tell of the work until it is finished."""
        raise NotImplementedError


class Lines(_Announced):
    """A line after two seconds and then every ten: for logs, where a bar would be noise."""

    def _tell(self, count: _Count, finished: threading.Event) -> None:
        wait = PATIENCE
        while not finished.wait(wait):
            wait = INTERVAL
            share = count.share()
            known = f"{share} %, " if share is not None else ""
            print(f"{count.text} … {known}{time.monotonic() - count.started:.0f} s", file=self._stream, flush=True)


class Bars(_Announced):
    """A bar that appears after two seconds and disappears when the work is done."""

    def _tell(self, count: _Count, finished: threading.Event) -> None:
        if finished.wait(PATIENCE):
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
        console = Console(file=self._stream)
        with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bar:
            shown = bar.add_task(count.text, total=count.total)
            while not finished.wait(0.1):
                bar.update(shown, completed=count.done)
