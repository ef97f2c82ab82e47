from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from osds.dataset.preflight import FileKind
from osds.edges.files import dataset_folder, digest, look, read_descriptor, read_file
from osds.errors import UsageError
from tests.dataset.test_lfs import OID, POINTER


def test_look__what_stands_there(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/a.csv").write_text("x\n")
    (tmp_path / "pointer.csv").write_bytes(POINTER)
    (tmp_path / "link.csv").symlink_to("folder/a.csv")
    (tmp_path / "linked").symlink_to("folder")
    os.mkfifo(tmp_path / "pipe")
    kinds = {
        "folder/a.csv": FileKind.FILE,
        "pointer.csv": FileKind.FILE,
        "folder": FileKind.FOLDER,
        "link.csv": FileKind.SYMLINK,
        "linked/a.csv": FileKind.SYMLINK,
        "pipe": FileKind.SPECIAL,
        "nowhere.csv": FileKind.MISSING,
        "folder/a.csv/b": FileKind.MISSING,
    }
    assert {path: look(tmp_path, path).kind for path in kinds} == kinds
    pointer = look(tmp_path, "pointer.csv").pointer
    assert pointer is not None
    assert pointer.oid == OID
    assert look(tmp_path, "folder/a.csv").bytes == 2


def test_read_file__bounded_and_only_ordinary_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 100)
    (tmp_path / "b").symlink_to("a")
    assert read_file(tmp_path, "a", 10) == b"x" * 11
    assert read_file(tmp_path, "b", 10) is None
    assert read_file(tmp_path, "c", 10) is None


def test_dataset_folder__folder_or_descriptor(tmp_path: Path) -> None:
    assert dataset_folder(tmp_path / "datapackage.json") == tmp_path
    assert dataset_folder(tmp_path) == tmp_path
    with pytest.raises(UsageError, match="no folder"):
        dataset_folder(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="osds init"):
        read_descriptor(tmp_path, 10)


def test_digest__as_hashlib(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"budget")
    for algorithm in ("md5", "sha256"):
        assert digest(tmp_path, "a", algorithm) == hashlib.new(algorithm, b"budget").hexdigest()
