from __future__ import annotations

import json
from pathlib import Path

import pytest

from osds.aggregates.folder import fresh_folder, put_in_place
from osds.errors import OutsideError, UnsafeInputError, UsageError


def fill(folder: Path, amount: str = "1") -> None:
    descriptor = {"osds": {"reconciliation": {}}, "resources": [{"path": "apex.csv"}]}
    folder.mkdir(exist_ok=True)
    (folder / "datapackage.json").write_text(json.dumps(descriptor))
    (folder / "apex.csv").write_text(amount)


def write(output: Path, amount: str = "1") -> bool:
    with fresh_folder(output) as folder:
        fill(folder, amount)
        return put_in_place(folder, output)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_put_in_place__a_new_folder_with_its_parents(tmp_path: Path) -> None:
    assert write(tmp_path / "a" / "b")
    assert names(tmp_path / "a") == ["b"]
    assert names(tmp_path / "a" / "b") == ["apex.csv", "datapackage.json"]


def test_put_in_place__replaces_an_earlier_bundle(tmp_path: Path) -> None:
    write(tmp_path / "out", "1")
    assert write(tmp_path / "out", "2")
    assert (tmp_path / "out" / "apex.csv").read_text() == "2"
    assert names(tmp_path) == ["out"]


def test_put_in_place__the_same_bytes_stay_untouched(tmp_path: Path) -> None:
    write(tmp_path / "out")
    inode = (tmp_path / "out").stat().st_ino
    assert not write(tmp_path / "out")
    assert (tmp_path / "out").stat().st_ino == inode
    assert names(tmp_path) == ["out"]


def test_put_in_place__an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert write(tmp_path / "out")


def test_put_in_place__a_file_that_the_new_bundle_lacks_goes(tmp_path: Path) -> None:
    write(tmp_path / "out")
    with fresh_folder(tmp_path / "out") as folder:
        (folder / "datapackage.json").write_text("{}")
        assert put_in_place(folder, tmp_path / "out")
    assert names(tmp_path / "out") == ["datapackage.json"]


@pytest.mark.parametrize(
    "descriptor",
    [
        None,
        "{}",
        "not json",
        '{"osds": {"format": "1.0"}, "resources": [{"path": "data.csv"}]}',
        '{"osds": {"reconciliation": {}}}',
        '{"osds": 1, "resources": {}}',
        "[" * 100_000,
    ],
)
def test_fresh_folder__refuses_what_is_no_bundle(tmp_path: Path, descriptor: str | None) -> None:
    output = tmp_path / "out"
    output.mkdir()
    (output / "data.csv").write_text("precious")
    if descriptor is not None:
        (output / "datapackage.json").write_text(descriptor)
    with pytest.raises(UsageError, match="which osds did not write"), fresh_folder(output):
        pass
    assert (output / "data.csv").read_text() == "precious"
    assert names(tmp_path) == ["out"]


def test_fresh_folder__refuses_a_bundle_with_a_foreign_file(tmp_path: Path) -> None:
    write(tmp_path / "out")
    (tmp_path / "out" / "NOTES.md").write_text("mine")
    with pytest.raises(UsageError, match=r"NOTES\.md"):
        write(tmp_path / "out", "2")
    assert names(tmp_path / "out") == ["NOTES.md", "apex.csv", "datapackage.json"]


def test_fresh_folder__refuses_a_file(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(UsageError, match="not a folder"):
        write(tmp_path / "out")


def test_fresh_folder__refuses_a_symbolic_link(tmp_path: Path) -> None:
    fill(tmp_path / "elsewhere")
    (tmp_path / "out").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnsafeInputError, match="symbolic link"):
        write(tmp_path / "out", "2")
    assert (tmp_path / "elsewhere" / "apex.csv").read_text() == "1"


@pytest.mark.parametrize("output", [".", "..", "/"])
def test_fresh_folder__refuses_a_place_without_a_name(output: str) -> None:
    with pytest.raises(UsageError), fresh_folder(Path(output)):
        pass


def test_fresh_folder__an_error_leaves_nothing_behind(tmp_path: Path) -> None:
    write(tmp_path / "out")
    with pytest.raises(KeyboardInterrupt):
        _interrupt(tmp_path / "out")
    assert names(tmp_path) == ["out"]
    assert (tmp_path / "out" / "apex.csv").read_text() == "1"


def _interrupt(output: Path) -> None:
    with fresh_folder(output) as folder:
        fill(folder, "2")
        raise KeyboardInterrupt


def test_fresh_folder__a_run_killed_while_writing(tmp_path: Path) -> None:
    write(tmp_path / "out", "old")
    fill(tmp_path / ".out.osds-new-0123", "half")
    assert (tmp_path / "out" / "apex.csv").read_text() == "old"
    write(tmp_path / "out", "new")
    assert names(tmp_path) == ["out"]
    assert (tmp_path / "out" / "apex.csv").read_text() == "new"


def test_fresh_folder__a_run_killed_between_the_renames(tmp_path: Path) -> None:
    """The old bundle is whole, beside its place; the next run brings it back even if it fails itself."""
    fill(tmp_path / ".out.osds-old", "old")
    fill(tmp_path / ".out.osds-new-0123", "new")
    with pytest.raises(ValueError, match="failed"), fresh_folder(tmp_path / "out"):
        raise ValueError("failed")
    assert names(tmp_path) == ["out"]
    assert (tmp_path / "out" / "apex.csv").read_text() == "old"


def test_fresh_folder__a_run_killed_after_the_renames(tmp_path: Path) -> None:
    fill(tmp_path / ".out.osds-old", "old")
    fill(tmp_path / "out", "new")
    assert not write(tmp_path / "out", "new")
    assert names(tmp_path) == ["out"]


def test_fresh_folder__only_its_own_leftovers_are_removed(tmp_path: Path) -> None:
    fill(tmp_path / ".other.osds-new-0123")
    fill(tmp_path / ".out1.osds-old")
    write(tmp_path / "out[1]")
    assert names(tmp_path) == [".other.osds-new-0123", ".out1.osds-old", "out[1]"]


def test_fresh_folder__a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutsideError, match="could not be read or written"):
        write(tmp_path / "file" / "out")
