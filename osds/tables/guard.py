"""What Python code in the judges' process may do: read its own library and the files it is asked about, and write below
its own folder. It can connect to nobody and start no program, whatever a dataset talks frictionless into.

A second wall: the rewritten descriptor names nothing else, and preflight has seen that the files are ordinary ones. It holds
for what Python does (https://docs.python.org/3/library/audit_events.html); the engine has a guard of its own
(`osds.tables.proof.engine`).
"""

from __future__ import annotations

import mimetypes
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

_FORBIDDEN = frozenset(
    "socket.connect socket.bind socket.sendto socket.sendmsg socket.getaddrinfo socket.gethostbyname socket.gethostbyaddr "
    "urllib.Request http.client.connect ftplib.connect smtplib.connect subprocess.Popen os.system os.exec os.fork "
    "os.forkpty os.posix_spawn os.spawn os.startfile pty.spawn".split()
)
_SYSTEM = ("/dev/urandom", "/etc/localtime", "/usr/share/zoneinfo", *map(str, mimetypes.knownfiles))
_WRITING = frozenset("wax+")


class Guard:
    """An audit hook (`sys.addaudithook`): raises `PermissionError` for what is not allowed. It cannot be taken off."""

    def __init__(self) -> None:
        library = {sys.prefix, sys.base_prefix, sys.exec_prefix, *filter(None, sys.path)}
        self._own = tuple(_spellings((os.curdir, tempfile.gettempdir(), os.devnull)))
        self._readable = (*self._own, *_spellings((*library, *_SYSTEM)))
        self._asked: tuple[str, ...] = ()

    def allow(self, paths: Iterable[str]) -> None:
        """Let these files be read, and no longer those that were named before."""
        self._asked = tuple(_spellings(paths))

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        """Look at one event."""
        if event == "open":
            path, mode, flags = arguments
            if isinstance(path, (str, bytes, os.PathLike)):
                self._look(os.fsdecode(path), writes=_writes(mode, flags))
        elif event in _FORBIDDEN:
            raise PermissionError(f"{event} is not allowed here")

    def _look(self, path: str, *, writes: bool) -> None:
        allowed = self._own if writes else (*self._readable, *self._asked)
        if not any(each == root or each.startswith(root + os.sep) for each in _spellings((path,)) for root in allowed):
            raise PermissionError(f"{path} is not to be opened here")


def _spellings(paths: Iterable[str]) -> Iterator[str]:
    """Absolute paths, as they are written and, where that is not the same, where they lead: a folder of the system's may
    be a link."""
    for path in paths:
        yield os.path.abspath(path)  # noqa: PTH100 (links are to be followed only in the second spelling)
        yield str(Path(path).resolve())


def _writes(mode: object, flags: object) -> bool:
    if isinstance(mode, str):
        return bool(_WRITING & set(mode))
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC))
