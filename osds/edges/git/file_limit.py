"""A limit on the files that another program writes, for programs that fetch what strangers made."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress


def limit_files(largest: int) -> Callable[[subprocess.Popen[bytes]], AbstractContextManager[None]]:
    """A guard that lets a process, and what it starts, write at most `largest` bytes into one file. Linux only."""

    @contextmanager
    def guard(process: subprocess.Popen[bytes]) -> Iterator[None]:
        if sys.platform == "linux":
            import resource

            with suppress(ProcessLookupError):
                resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (largest, largest))
        yield

    return guard
