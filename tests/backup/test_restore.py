"""What comes back of a backup, and that damage is found."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from osds.commands.backup.backups import list_backups
from osds.edges.store.objects import ObjectStore, open_store
from osds.errors import OutsideError, UsageError
from tests.backup.backing import DATASET, MORE, PREFIX, backed_up, restored
from tests.edges.lfs_repository import commit_files, needs_git_lfs
from tests.samples import ROWS

pytestmark = needs_git_lfs


def test_restore__into_a_folder_in_use(source: Path, folder: ObjectStore, tmp_path: Path) -> None:
    backed_up(source, folder)
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "mine").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        restored(folder, tmp_path / "used")
    (tmp_path / "empty").mkdir()
    restored(folder, tmp_path / "empty")
    assert (tmp_path / "empty" / "budget.csv").read_text() == ROWS


def test_restore__what_is_not_there(source: Path, folder: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no backup of os-data/town-budget"):
        restored(folder, tmp_path / "back")
    backed_up(source, folder)
    with pytest.raises(UsageError, match=r"no version 2 .*There are 1 to 1"):
        restored(folder, tmp_path / "back", at=2)
    assert list_backups(folder) == (DATASET,)


def test_restore__a_lost_content_is_told_and_the_next_backup_heals_it(
    source: Path, folder: ObjectStore, tmp_path: Path
) -> None:
    done = backed_up(source, folder)
    for key in done.created[:-1]:
        folder.delete(key)
        with pytest.raises(OutsideError, match="is damaged: it is missing"):
            restored(folder, tmp_path / "back")
        assert not (tmp_path / "back").exists()
        assert backed_up(source, folder).bytes_sent > 0
        restored(folder, tmp_path / "back")
        shutil.rmtree(tmp_path / "back")


def test_restore__finds_200_of_200_flipped_bits(source: Path, tmp_path: Path) -> None:
    """One bit each, in objects, bundles and versions, of a store in a folder."""
    store = open_store(str(tmp_path / "store"))
    backed_up(source, store)
    commit_files(source, {"budget.csv": MORE.encode()})
    backed_up(source, store)
    needed = sorted(key for key in store.list(PREFIX) if not key.endswith("000001.json"))
    chance = random.Random(7)
    found = 0
    for number in range(200):
        path = tmp_path / "store" / needed[number % len(needed)]
        content = path.read_bytes()
        place, bit = chance.randrange(len(content)), chance.randrange(8)
        path.write_bytes(content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :])
        try:
            restored(store, tmp_path / "back")
        except OutsideError as error:
            found += "damaged" in str(error)
        assert not (tmp_path / "back").exists()
        path.write_bytes(content)
    assert found == 200
    restored(store, tmp_path / "back")
