"""Small JSON notes in a folder, one file each, under names that are hashes. A note that cannot be read is none.

Written whole or not at all; when there are too many, the oldest go.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_BYTES = 10_000  # of a note
MAX_NOTES = 2_000
_KEY = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Notes:
    """The notes in `folder`, which is made when the first is written."""

    folder: Path

    def read(self, key: str) -> Any:  # noqa: ANN401 (any JSON; the caller looks at it)
        """The note under a key; None if there is none."""
        try:
            with self._path(key).open("rb") as file:
                return json.loads(file.read(MAX_BYTES))
        except (OSError, ValueError, RecursionError):
            return None

    def write(self, key: str, value: Any) -> None:  # noqa: ANN401
        """Keep a note. Where that cannot be done (a read-only checkout) nothing is kept, and nothing is said."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._forget()
            handle, name = tempfile.mkstemp(dir=self.folder, prefix=".note-")
            with os.fdopen(handle, "w", encoding="ascii") as file:
                json.dump(value, file)
            Path(name).replace(self._path(key))

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"{key!r} is no key")
        return self.folder / key

    def _forget(self) -> None:
        notes = list(self.folder.iterdir())
        if len(notes) >= MAX_NOTES:
            for note in sorted(notes, key=lambda path: path.lstat().st_mtime)[: len(notes) // 2]:
                note.unlink(missing_ok=True)
