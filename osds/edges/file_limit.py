"""A limit on the files that another program writes, for programs that fetch what strangers made."""

from __future__ import annotations

import contextlib
import sys


def limit_files(pid: int, largest: int | None) -> None:
    """Let the process, and what it starts from now on, write at most `largest` bytes into one file. Linux only."""
    if largest is None or sys.platform != "linux":
        return
    import resource

    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (largest, largest))
