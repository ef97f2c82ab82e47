"""One lock per folder of this machine. The system releases it when the process ends, however it ends."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold the lock of an existing folder, after waiting for it. Raises `OSError` where it cannot be had."""
    if sys.platform == "win32":
        import msvcrt

        # Windows opens no folders: a file elsewhere, named after the folder, stands for it.
        name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()
        with (Path(tempfile.gettempdir()) / f"osds-{name}.lock").open("ab") as file:
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            yield
    else:
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
