"""Which paths of a descriptor may be opened. Pure: nothing here touches the disk.

The Data Package standard asks for POSIX relative paths that stay below the descriptor's folder; osds allows nothing
else, and neither decodes nor expands anything.
"""

from __future__ import annotations

import re

MAX_PATH = 1000
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def is_url(path: str) -> bool:
    """True for an absolute URL of any scheme, which osds never fetches."""
    return _URL.match(path) is not None


def path_problem(path: str) -> str | None:
    """Why `path` must not be opened, in words; None if it is a relative POSIX path below the dataset's folder."""
    if not path:
        return "the path is empty"
    if len(path) > MAX_PATH:
        return f"the path is longer than {MAX_PATH} characters"
    if any(ord(character) < 32 or ord(character) == 127 for character in path):
        return "the path contains a control character"
    if "\\" in path:
        return "the path contains a backslash; write forward slashes"
    if path.startswith(("/", "~")) or re.match(r"[A-Za-z]:", path):
        return "the path is not relative to the dataset's folder"
    return _segment_problem(path.split("/"))


def _segment_problem(segments: list[str]) -> str | None:
    if any(segment in {"", ".", ".."} for segment in segments):
        return "the path contains `..`, `.` or an empty segment"
    if any(segment.casefold() == ".git" for segment in segments):
        return "the path lies in .git"
    return None
