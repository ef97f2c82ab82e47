from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from osds.dataset.preflight import FileKind
from osds.edges.local.files import copy_file, dataset_folder, digest, look, read_descriptor, read_file
from osds.errors import OutsideError, UnsafeInputError, UsageError
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


@pytest.mark.parametrize("size", [0, 1, 3_000_001])
def test_copy_file__takes_the_place_of_a_file(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(content)
    target.write_bytes(b"a pointer")
    target.chmod(0o755)
    (tmp_path / ".target.osds-new-killed").touch()
    copy_file(source, tmp_path, "target")
    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (content, 0o755)
    target.write_bytes(b"another")
    assert source.read_bytes() == content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source", "target"]


def test_copy_file__only_in_the_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"1")
    (tmp_path / "link").symlink_to("source")
    with pytest.raises(UnsafeInputError, match="not an ordinary file"):
        copy_file(tmp_path / "source", tmp_path, "link")
    with pytest.raises(OutsideError, match="target cannot be written"):
        copy_file(tmp_path / "nowhere", tmp_path, "target")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "source"]
