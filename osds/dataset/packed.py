"""Which packed files may be unpacked: one plain table in each, and not too much of it. Pure; `edges.unpacking` unpacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from osds.dataset import checks
from osds.dataset.paths import path_problem
from osds.report import Check

MAX_UNPACKED = 20 << 30  # bytes
MAX_RATIO = 200  # a table of numbers shrinks to a tenth, a very repetitive one to a fiftieth
FREE_UNPACKED = 32 << 20  # bytes that every file may unpack to, however small it is
MAX_ZIP_DIRECTORY = 1 << 16  # bytes of the list of members
PACKINGS = ("gz", "zip")
_PACKED = ("gz", "zip", "bz2", "xz", "7z", "rar", "tar", "tgz", "zst")


class PackedError(Exception):
    """Raised if a packed file is not to be unpacked, or not further: the check that does not hold, and why in words."""

    def __init__(self, check: Check, words: str) -> None:
        super().__init__(words)
        self.check = check
        self.words = words


@dataclass(frozen=True, kw_only=True)
class Member:
    """One entry of a zip file, as the file itself lists it."""

    name: str
    encrypted: bool = False


def packing_of(path: str) -> str:
    """How a file is packed, by its name: `gz`, `zip`, or empty for not at all."""
    ending = path.lower().rsplit(".", 1)[-1]
    return ending if ending in PACKINGS else ""


def check_members(members: Sequence[Member]) -> None:
    """Raise `PackedError` unless there is one member, a plain file with a harmless name."""
    for member in members:
        problem = path_problem(member.name.removesuffix("/"))
        if problem is not None:
            raise PackedError(checks.PATH_UNSAFE, f"a zip file has the member {member.name[:200]!r}: {problem}")
    if len(members) != 1 or members[0].name.endswith("/"):
        raise PackedError(checks.PACKED_UNUSUAL, f"the zip file has {len(members):,} members, not one plain file")
    if members[0].encrypted:
        raise PackedError(checks.PACKED_UNUSUAL, "the zip file is encrypted")
    if members[0].name.lower().rsplit(".", 1)[-1] in _PACKED:
        raise PackedError(checks.PACKED_UNUSUAL, f"the zip file holds another packed file, {members[0].name[:200]!r}")


def check_unpacked(packed: int, unpacked: int) -> None:
    """Raise `PackedError` if `packed` bytes have become more than they may, `unpacked` bytes so far."""
    if unpacked > MAX_UNPACKED:
        raise PackedError(checks.UNPACKED_LIMIT, f"it unpacks to more than {MAX_UNPACKED >> 30} GB")
    if unpacked > max(FREE_UNPACKED, MAX_RATIO * packed):
        message = f"its {packed:,} bytes unpack to more than {MAX_RATIO} times as many"
        raise PackedError(checks.UNPACKED_LIMIT, message)
