from __future__ import annotations

import hashlib

import pytest

from osds.dataset.lfs import Pointer
from osds.dataset.lfs_content import DamagedContentError, MissingContentError, QuotaError, verified, withheld
from osds.errors import OutsideError

CONTENT = b"year,amount\n2024,1.50\n"
POINTER = Pointer(oid=hashlib.sha256(CONTENT).hexdigest(), size=len(CONTENT))


@pytest.mark.parametrize("step", [1, 7, 100])
def test_verified__the_same_bytes(step: int) -> None:
    blocks = [CONTENT[start : start + step] for start in range(0, len(CONTENT), step)]
    assert b"".join(verified(blocks, POINTER, where="here")) == CONTENT


def test_verified__nothing() -> None:
    assert list(verified([], Pointer(oid=hashlib.sha256(b"").hexdigest(), size=0), where="here")) == []


@pytest.mark.parametrize(
    ("blocks", "told"),
    [
        ([], "here has 0 of 22 bytes"),
        ([CONTENT[:-1]], "21 of 22"),
        ([CONTENT, b"x"], "more than 22 bytes"),
        ([CONTENT.replace(b"5", b"6")], "other bytes"),
    ],
)
def test_verified__something_else(blocks: list[bytes], told: str) -> None:
    with pytest.raises(DamagedContentError, match=told):
        list(verified(blocks, POINTER, where="here"))


@pytest.mark.parametrize(
    ("status", "said", "kind", "told"),
    [
        (404, "", MissingContentError, "does not have the git-lfs object"),
        (410, "", MissingContentError, "pushes it again"),
        (403, "This repository is over its data quota. Purchase more data packs", QuotaError, "quota .* is spent"),
        (507, "", QuotaError, "quota"),
        (509, "Bandwidth limit exceeded", QuotaError, "quota"),
        (402, "", QuotaError, "quota"),
        (403, "", OutsideError, "refuses the git-lfs object .*OSDS_TOKEN"),
        (401, "", OutsideError, "refuses .*OSDS_TOKEN"),
        (500, "oh", OutsideError, "fails at .*“oh”"),
    ],
)
def test_withheld__says_why(status: int, said: str, kind: type[OutsideError], told: str) -> None:
    error = withheld(POINTER, status, said, where="lfs.example.org")
    assert type(error) is kind
    with pytest.raises(OutsideError, match=told):
        raise error


def test_withheld__of_everything() -> None:
    """A repository that is not there is not one object that is missing."""
    error = withheld(None, 404, "Not Found", where="lfs.example.org")
    assert not isinstance(error, MissingContentError)
    assert "Check the repository's address" in str(error)
