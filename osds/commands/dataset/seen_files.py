"""The hashes of files, which are not read again while the system says that they are as they were.

As git does for its index: a file is the same if its size, its times and its place on the disk are. A file that was written
in the two seconds before it was read is read again, because a later write might not show in its times.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from osds.edges.git.past import Hashes, Past
from osds.edges.local.notes import Notes

Stamp = tuple[int, ...]
_SETTLED = 2 * 10**9  # nanoseconds; the coarsest times are those of FAT


@dataclass(frozen=True, kw_only=True)
class SeenFiles:
    """Files below `past.folder`. What was read is noted beside git's own files, for the next run."""

    past: Past
    notes: Notes
    _read: dict[str, Hashes] = field(default_factory=dict)

    def hashes(self, path: str) -> Hashes:
        """The hashes of a file; read at most once in a run."""
        if path not in self._read:
            self._read[path] = self._known(path) or self._look(path)
        return self._read[path]

    def stamps(self, paths: tuple[str, ...]) -> tuple[Stamp, ...]:
        """What changes when a file does, as far as the system tells."""
        return tuple(_stamp(self.past.folder / path) for path in paths)

    def _known(self, path: str) -> Hashes | None:
        note = self.notes.read(self._key(path))
        if not isinstance(note, dict) or note.keys() != {"stamp", "sha256", "blob"}:
            return None
        hashes = Hashes(sha256=note["sha256"], blob=note["blob"])
        return hashes if note["stamp"] == list(_stamp(self.past.folder / path)) else None

    def _look(self, path: str) -> Hashes:
        place = self.past.folder / path
        before, now = _stamp(place), time.time_ns()
        hashes = self.past.hashes(path)
        if before == _stamp(place) and max(before[:2]) < now - _SETTLED:
            self.notes.write(self._key(path), {"stamp": before, **asdict(hashes)})
        return hashes

    def _key(self, path: str) -> str:
        place = str((self.past.folder / path).absolute())
        return hashlib.sha256(place.encode("utf-8", "surrogateescape")).hexdigest()


def _stamp(place: Path) -> Stamp:
    status = place.stat()
    return (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, status.st_dev)
