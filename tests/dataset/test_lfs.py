from __future__ import annotations

import pytest

from osds.dataset.lfs import Pointer, check_config, read_pointer

OID = "d0aef70b638e3b37bd8b66704f188bdf90d4e4bdd90dc1510e66fffb1260cc5f"
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize 81128743\n".encode()


def test_read_pointer__a_pointer() -> None:
    assert read_pointer(POINTER) == Pointer(oid=OID, size=81128743)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"year,amount\n2014,1\n",
        POINTER.replace(b"v1", b"v9"),
        POINTER.replace(b"size", b"length"),
        POINTER.replace(b"d0aef7", b"XYZXYZ"),
        POINTER + b"x" * 1024,
    ],
)
def test_read_pointer__ordinary_files(content: bytes) -> None:
    assert read_pointer(content) is None


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1:8080/os-data/x/", "plain http"),
        ("https://127.0.0.1/x", "private"),
        ("https://10.0.0.7/x", "private"),
        ("https://[::1]/x", "private"),
        ("https://localhost/x", "this machine"),
        ("http://lfs.example.org/x", "plain http"),
    ],
)
def test_check_config__servers_nobody_else_reaches(url: str, told: str) -> None:
    (finding,) = check_config(f"[lfs]\n\turl = {url}\n")
    assert finding.code == "lfs-config"
    assert told in finding.message


def test_check_config__a_public_server_is_fine() -> None:
    assert check_config("[lfs]\n\turl = https://lfs.example.org/x\n") == ()
    assert check_config("") == ()
