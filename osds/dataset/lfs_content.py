"""The content that a git-lfs pointer stands for: compared with the pointer as it passes, and why it may be missing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

from osds.dataset.lfs import Pointer
from osds.errors import OutsideError

_QUOTA = re.compile(r"quota|bandwidth|data pack|storage limit|insufficient storage", re.IGNORECASE)
_QUOTA_STATUS = frozenset({402, 507, 509})
_ABSENT_STATUS = frozenset({404, 410, 422})


class MissingContentError(OutsideError):
    """Raised if nobody has the content: it was never pushed, or it was deleted."""


class DamagedContentError(OutsideError):
    """Raised if what came is not what the pointer says."""


class QuotaError(OutsideError):
    """Raised if the server gives nothing because the repository's quota is spent."""


def verified(blocks: Iterable[bytes], pointer: Pointer, *, where: str) -> Iterator[bytes]:
    """The same blocks; after the last one `DamagedContentError` if they were not the pointer's content, and where from.

    So nothing is right before the iterator has ended by itself.
    """
    digest, size = hashlib.sha256(), 0
    for block in blocks:
        size += len(block)
        if size > pointer.size:
            break
        digest.update(block)
        yield block
    if size != pointer.size:
        amount = f"more than {pointer.size:,}" if size > pointer.size else f"{size:,} of {pointer.size:,}"
        raise DamagedContentError(f"{where} has {amount} bytes of {short(pointer)}", next_step=_PUSH_AGAIN)
    if digest.hexdigest() != pointer.oid:
        raise DamagedContentError(
            f"{where} has other bytes for {short(pointer)}: their SHA-256 is {digest.hexdigest()}",
            next_step=_PUSH_AGAIN,
        )


def withheld(pointer: Pointer | None, status: int, said: str, *, where: str) -> OutsideError:
    """The error for content that a server did not give: its HTTP `status` and its own words. None: for all it has."""
    what = "the content" if pointer is None else short(pointer)
    words = f", and says “{said[:200]}”" if said else ""
    if status in _QUOTA_STATUS or (status in (403, 429) and _QUOTA.search(said)):
        return QuotaError(
            f"The git-lfs quota of the repository is spent: {where} answers {status}{words}",
            next_step="Wait until the next month, or let its owner buy more; the pointers stay as they are",
        )
    if pointer is not None and status in _ABSENT_STATUS:
        return MissingContentError(f"{where} does not have {what} (it answers {status})", next_step=_PUSH_AGAIN)
    if status in (401, 403, 404):
        return OutsideError(
            f"{where} refuses {what} (it answers {status}{words})",
            next_step="Check the repository's address; for a private one set OSDS_TOKEN to a token that may read it",
        )
    return OutsideError(f"{where} fails at {what} (it answers {status}{words})", next_step="Try again in a few minutes")


def short(pointer: Pointer) -> str:
    """How an object is named to people."""
    return f"the git-lfs object {pointer.oid[:12]}…"


_PUSH_AGAIN = "Whoever has the file pushes it again: git lfs push --all origin"
