"""Pulling: what is in the folder, what is not fetched again, what is resumed, what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from osds.commands.store.place import Place
from osds.commands.store.pull import Pulled, pull
from osds.commands.store.rollback import roll_back
from osds.edges.store.objects import ObjectStore, open_store
from osds.errors import OutsideError, UnsafeInputError, UsageError
from osds.progress import Silent
from tests.store.publisher import DATASET
from tests.store.publishing import CURRENT, ONE, PREFIX, TWO, Killed, Watched, content, publish, write_bundle


def fetch(store: ObjectStore, folder: Path, sequence: int | None = None, *, dry_run: bool = False) -> Pulled:
    return pull(Place(store=store, dataset=DATASET), folder, sequence, dry_run=dry_run, progress=Silent())


def sums(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in (folder / "aggregates").iterdir() if p.name != "datapackage.json"}


def test_pull__a_folder_that_describes_itself(store: ObjectStore, one: Path, tmp_path: Path) -> None:
    publish(one, store)
    done = fetch(store, tmp_path / "pulled")
    assert (done.sequence, len(done.fetched), done.kept, done.removed) == (1, 4, 0, ())
    assert sums(tmp_path / "pulled") == ONE
    assert (tmp_path / "pulled/aggregates/datapackage.json").read_bytes() == (one / "datapackage.json").read_bytes()
    described = json.loads((tmp_path / "pulled/datapackage.json").read_bytes())
    assert [resource["path"] for resource in described["resources"]] == [f"aggregates/{name}" for name in ONE]


def test_pull__again_fetches_nothing(store: ObjectStore, one: Path, tmp_path: Path) -> None:
    publish(one, store)
    fetch(store, tmp_path / "pulled")
    reads: list[str] = []
    watched = Watched(store, lambda when, call, key: reads.append(key) if call == "stream" else None)
    again = fetch(watched, tmp_path / "pulled")
    assert (again.fetched, again.kept, reads) == ((), 4, [])


def test_pull__the_next_version_takes_the_old_ones_files_away(
    store: ObjectStore, one: Path, two: Path, tmp_path: Path
) -> None:
    publish(one, store)
    fetch(store, tmp_path / "pulled")
    (tmp_path / "pulled/notes.txt").write_text("mine")
    publish(two, store)
    done = fetch(store, tmp_path / "pulled")
    assert done.removed == ("aggregates/by-old.csv",)
    assert sorted(done.fetched) == [
        "aggregates/by-new.csv", "aggregates/by-year.csv", "aggregates/datapackage.json"
    ]  # fmt: skip
    assert sums(tmp_path / "pulled") == TWO
    assert (tmp_path / "pulled/notes.txt").exists()


def test_pull__a_file_that_somebody_changed_is_not_removed(
    store: ObjectStore, one: Path, two: Path, tmp_path: Path
) -> None:
    publish(one, store)
    fetch(store, tmp_path / "pulled")
    (tmp_path / "pulled/aggregates/by-old.csv").write_text("my own")
    publish(two, store)
    assert fetch(store, tmp_path / "pulled").removed == ()


def test_pull__any_version(store: ObjectStore, one: Path, two: Path, tmp_path: Path) -> None:
    publish(one, store)
    publish(two, store)
    fetch(store, tmp_path / "1", 1)
    fetch(store, tmp_path / "2", 2)
    assert (sums(tmp_path / "1"), sums(tmp_path / "2")) == (ONE, TWO)
    with pytest.raises(UsageError, match="no version 3"):
        fetch(store, tmp_path / "3", 3)


def test_pull__dry_run_writes_nothing(store: ObjectStore, one: Path, tmp_path: Path) -> None:
    publish(one, store)
    done = fetch(store, tmp_path / "pulled", dry_run=True)
    assert (len(done.fetched), done.bytes) == (4, 0)
    assert not (tmp_path / "pulled").exists()


def test_pull__goes_on_where_it_was_cut_off(store: ObjectStore, tmp_path: Path) -> None:
    large = {"apex.csv": b"value\n1\n", "by-year.csv": b"0123456789" * 3_000_000}
    publish(write_bundle(tmp_path / "large", large), store)

    class Cut(Watched):
        def stream(self, key: str, *, start: int = 0) -> Iterator[bytes] | None:
            whole = super().stream(key, start=start)
            assert whole is not None
            return self._cut(whole) if key.endswith("by-year.csv") else whole

        def _cut(self, whole: Iterator[bytes]) -> Iterator[bytes]:
            yield next(whole)
            raise Killed

    with pytest.raises(Killed):
        fetch(Cut(store, lambda *_: None), tmp_path / "pulled")
    part = tmp_path / "pulled/aggregates/by-year.csv.osds-part"
    came = part.stat().st_size
    assert 0 < came < 30_000_000
    assert not (tmp_path / "pulled/aggregates/by-year.csv").exists()
    done = fetch(store, tmp_path / "pulled")
    assert sums(tmp_path / "pulled") == large
    assert done.bytes <= 30_000_000 - came + 8 + content_size(tmp_path / "large")
    assert not part.exists()


def content_size(folder: Path) -> int:
    return (folder / "datapackage.json").stat().st_size


def test_pull__a_part_that_is_bad_is_fetched_anew(store: ObjectStore, one: Path, tmp_path: Path) -> None:
    publish(one, store)
    part = tmp_path / "pulled/aggregates/by-year.csv.osds-part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"somebody")
    fetch(store, tmp_path / "pulled")
    assert sums(tmp_path / "pulled") == ONE


def test_pull__an_older_version_than_before_is_refused(
    store: ObjectStore, one: Path, two: Path, tmp_path: Path
) -> None:
    publish(one, store)
    first = content(store, CURRENT)
    publish(two, store)
    fetch(store, tmp_path / "pulled")
    store.put(CURRENT, first, content_type="application/json", cache_control="no-cache")
    with pytest.raises(UnsafeInputError, match=r"offers version 1 .* but version 2 was pulled before"):
        fetch(store, tmp_path / "pulled")
    assert sums(tmp_path / "pulled") == TWO
    fetch(store, tmp_path / "elsewhere")


def test_pull__another_version_under_the_same_number_is_refused(tmp_path: Path, one: Path, two: Path) -> None:
    store, other = open_store(str(tmp_path / "store")), open_store(str(tmp_path / "other"))
    publish(one, store)
    publish(two, other)
    fetch(store, tmp_path / "pulled")
    with pytest.raises(UnsafeInputError, match=r"offers version 1 .* but version 1 was pulled before"):
        fetch(other, tmp_path / "pulled")


def test_pull__going_back_on_purpose_is_told(store: ObjectStore, one: Path, two: Path, tmp_path: Path) -> None:
    publish(one, store)
    publish(two, store)
    fetch(store, tmp_path / "pulled")
    place = Place(store=store, dataset=DATASET)
    roll_back(place, 1, "Two lacks a year", dry_run=False, progress=Silent())
    done = fetch(store, tmp_path / "pulled")
    assert (done.sequence, done.note) == (3, "It is version 1 again: Two lacks a year")
    assert sums(tmp_path / "pulled") == ONE


@pytest.mark.parametrize("path", ["../x.csv", "/etc/passwd", "a/../../x", "C:/x", ".git/config", "a\\b"])
def test_pull__no_path_leads_out_of_the_folder(tmp_path: Path, one: Path, path: str) -> None:
    store = open_store(str(tmp_path / "store"))
    publish(one, store)
    raw: dict[str, Any] = json.loads(content(store, CURRENT))
    entry = raw["resources"][0]
    raw["osds"]["data"] = [
        {"resource": "x", "path": path, "object": entry["path"], "bytes": entry["bytes"], "hash": entry["hash"]}
    ]
    for key in (CURRENT, f"{PREFIX}/datapackage-000001.json"):
        store.put(key, json.dumps(raw).encode(), content_type="", cache_control="")
    with pytest.raises(OutsideError, match="not written by this version of osds"):
        fetch(store, tmp_path / "pulled")
    assert not (tmp_path / "pulled").exists()


@pytest.mark.parametrize("memory", [b"", b"[]", b'{"sequence": "x"}', b'{"files": {"../../x": "0"}}'])
def test_pull__a_memory_that_is_not_ours(tmp_path: Path, one: Path, memory: bytes) -> None:
    store = open_store(str(tmp_path / "store"))
    publish(one, store)
    (tmp_path / "pulled").mkdir()
    (tmp_path / "pulled/.osds-pull.json").write_bytes(memory)
    assert fetch(store, tmp_path / "pulled").removed == ()
    assert sums(tmp_path / "pulled") == ONE


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_pull__the_disk_takes_no_more(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    large = {"apex.csv": b"value\n1\n", "by-year.csv": b"0123456789" * 300_000}
    publish(write_bundle(tmp_path / "large", large), store)
    script = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))\n"
        "from osds.cli import run; sys.exit(run(sys.argv[1:]))"
    )
    command = ["store", "pull", str(DATASET), "--store", store.url, "--output", str(tmp_path / "pulled")]
    done = subprocess.run([sys.executable, "-c", script, *command], capture_output=True, text=True)
    assert done.returncode == 4
    assert done.stderr.splitlines()[-1].startswith("osds: There is no room for ")
    assert f"osds store pull {DATASET} --store {store.url}" in done.stderr
    fetch(store, tmp_path / "pulled")
    assert sums(tmp_path / "pulled") == large
