from __future__ import annotations

import pytest

from osds.dataset.lfs import Pointer
from osds.dataset.package import DataPackage, read_package
from osds.dataset.preflight import FileFacts, FileKind, check_files, check_hash, readable, wanted_files, wanted_hashes
from osds.report import Finding
from tests.samples import SCHEMA, descriptor

POINTER = FileFacts(kind=FileKind.FILE, bytes=130, pointer=Pointer(oid="0" * 64, size=81_128_743))


def package(**resource: object) -> DataPackage:
    return read_package(descriptor(resources=[{"name": "budget", "path": "budget.csv", "schema": SCHEMA, **resource}]))


@pytest.mark.parametrize(
    ("resource", "facts", "code"),
    [
        ({}, FileFacts(kind=FileKind.FILE, bytes=10), None),
        ({"bytes": 10}, FileFacts(kind=FileKind.FILE, bytes=10), None),
        ({"bytes": 11}, FileFacts(kind=FileKind.FILE, bytes=10), "bytes-stale"),
        ({}, FileFacts(kind=FileKind.MISSING), "file-missing"),
        ({}, FileFacts(kind=FileKind.SYMLINK), "path-unsafe"),
        ({}, FileFacts(kind=FileKind.FOLDER), "path-unsafe"),
        ({}, FileFacts(kind=FileKind.SPECIAL), "path-unsafe"),
        ({}, POINTER, "lfs-pointer"),
        ({"path": "../budget.csv"}, FileFacts(kind=FileKind.FILE), "path-unsafe"),
        ({"path": "https://example.org/b.csv"}, FileFacts(kind=FileKind.FILE), "path-remote"),
    ],
)
def test_check_files__what_stands_at_a_path(resource: dict[str, object], facts: FileFacts, code: str | None) -> None:
    found = package(**resource)
    findings = list(check_files(found, {"budget.csv": facts}))
    assert [f.code for f in findings] == ([code] if code else [])
    assert readable(found.resources[0], {"budget.csv": facts}) is (code in {None, "bytes-stale"})


def test_check_files__a_pointer_beside_a_remote_path_is_named() -> None:
    found = package(path="https://storage.example.org/x/budget.csv")
    assert wanted_files(found) == ("budget.csv",)
    findings = list(check_files(found, {"budget.csv": POINTER}))
    assert [f.code for f in findings] == ["lfs-pointer", "path-remote"]
    assert "81,128,743 bytes" in findings[0].message
    assert "git lfs pull" in findings[0].advice


def test_wanted_files__only_safe_paths() -> None:
    assert wanted_files(package(path=["a.csv", "../b.csv", "/c.csv", "a.csv"])) == ("a.csv",)


@pytest.mark.parametrize(
    ("stated", "algorithm"),
    [("d41d8cd98f00b204e9800998ecf8427e", "md5"), ("sha256:00ff", "sha256"), ("SHA512:00", "sha512")],
)
def test_wanted_hashes__the_algorithm(stated: str, algorithm: str) -> None:
    (wanted,) = wanted_hashes(package(hash=stated), {"budget.csv": FileFacts(kind=FileKind.FILE)})
    assert not isinstance(wanted, Finding)
    assert wanted.algorithm == algorithm
    assert list(check_hash(wanted, wanted.hex)) == []
    assert [f.code for f in check_hash(wanted, "ab")] == ["hash-wrong"]


@pytest.mark.parametrize("stated", ["crc32:00", "sha256:xyz", "what?"])
def test_wanted_hashes__unknown_ones_are_said(stated: str) -> None:
    (found,) = wanted_hashes(package(hash=stated), {"budget.csv": FileFacts(kind=FileKind.FILE)})
    assert isinstance(found, Finding)
    assert found.code == "hash-unknown"
