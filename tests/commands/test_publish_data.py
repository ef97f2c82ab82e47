"""The dataset's own files in the store: streamed, verified, told apart from pointers and addresses; and the gate."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from osds.cli import run
from osds.commands.store.data_files import OpenPointer, data_reader, gather_data
from osds.commands.store.publish import Published, publish_bundle
from osds.dataset.lfs import Pointer
from osds.dataset.lfs_content import DamagedContentError, verified
from osds.dataset.package import read_package
from osds.edges.store.object_store import PART
from osds.edges.store.objects import ObjectStore, open_store
from osds.errors import OsdsError, UnsafeInputError, UsageError
from osds.progress import Silent
from tests.store.example import example_dataset
from tests.store.publisher import DATASET, SOURCE
from tests.store.publishing import CURRENT, PREFIX, Watched, content, everything, writes
from tests.store.s3 import request_s3

LARGE = b"0123456789abcdef" * (PART // 16) + b"the end"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n"


def offer(
    bundle: Path,
    folder: Path,
    resources: list[dict[str, Any]],
    store: ObjectStore,
    open_pointer: OpenPointer | None = None,
    *,
    dry_run: bool = False,
) -> Published:
    data = gather_data(folder, read_package({"resources": resources}).resources, Silent())
    return publish_bundle(
        bundle, DATASET, SOURCE, store, dry_run=dry_run, progress=Silent(),
        data=data, read_data=data_reader(folder, open_pointer),
    )  # fmt: skip


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A folder with a small and a large file."""
    (tmp_path / "dataset/data").mkdir(parents=True)
    (tmp_path / "dataset/data/small.csv").write_bytes(b"a,b\n1,2\n")
    (tmp_path / "dataset/data/large.csv").write_bytes(LARGE)
    return tmp_path / "dataset"


SMALL_AND_LARGE = [{"name": "small", "path": "data/small.csv"}, {"name": "large", "path": "data/large.csv"}]


def test_data__is_published_once(store: ObjectStore, one: Path, dataset: Path) -> None:
    planned = offer(one, dataset, SMALL_AND_LARGE, store, dry_run=True)
    assert everything(store) == {}
    done = offer(one, dataset, SMALL_AND_LARGE, store)
    assert planned.plan == done.plan
    assert sum(step.bytes for step in done.plan if step.key.endswith("large.csv")) == len(LARGE)
    described = {r["name"]: r for r in json.loads(content(store, CURRENT))["resources"]}
    for name, data in (("small", b"a,b\n1,2\n"), ("large", LARGE)):
        assert content(store, f"{PREFIX}/{described[name]['path']}") == data
        assert described[name]["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        assert described[name]["bytes"] == len(data)
    calls: list[tuple[str, str]] = []
    watched = Watched(store, lambda when, call, key: calls.append((call, key)))
    assert offer(one, dataset, SMALL_AND_LARGE, watched).changed is False
    assert writes(calls) == []


def test_data__only_what_is_new_travels(store: ObjectStore, one: Path, dataset: Path) -> None:
    offer(one, dataset, SMALL_AND_LARGE, store)
    (dataset / "data/small.csv").write_bytes(b"a,b\n3,4\n")
    done = offer(one, dataset, SMALL_AND_LARGE, store)
    assert (done.changed, done.sequence) == (True, 2)
    assert [step.key.rpartition("/")[2] for step in done.plan if step.key.startswith("objects/")] == ["small.csv"]


def test_data__a_file_that_changes_meanwhile_is_not_published(store: ObjectStore, one: Path, dataset: Path) -> None:
    def meddle(when: str, call: str, key: str) -> None:
        if call == "list":
            (dataset / "data/large.csv").write_bytes(LARGE[:-1] + b"X")

    with pytest.raises(UnsafeInputError, match=r"data/large\.csv is not the file that it was"):
        offer(one, dataset, SMALL_AND_LARGE, Watched(store, meddle))
    assert store.get(CURRENT) is None
    assert not any(key.endswith("large.csv") for key in everything(store))


def test_data__a_pointer_is_published_as_what_it_stands_for(store: ObjectStore, one: Path, dataset: Path) -> None:
    digest = hashlib.sha256(LARGE).hexdigest()
    (dataset / "data/large.csv").write_bytes(POINTER % (digest.encode(), len(LARGE)))
    with pytest.raises(UsageError, match=r"data/large\.csv is a git-lfs pointer to 8,388,615 bytes"):
        offer(one, dataset, SMALL_AND_LARGE, store)
    asked: list[tuple[Pointer, str]] = []

    def fetch(pointer: Pointer, path: str) -> Iterator[bytes]:
        asked.append((pointer, path))
        yield LARGE[:1000]
        yield LARGE[1000:]

    assert offer(one, dataset, SMALL_AND_LARGE, store, fetch).changed
    assert asked == [(Pointer(oid=digest, size=len(LARGE)), "data/large.csv")]
    assert content(store, f"{PREFIX}/objects/{digest}/large.csv") == LARGE


def test_data__what_a_server_sends_in_place_of_the_content(store: ObjectStore, one: Path, dataset: Path) -> None:
    (dataset / "data/small.csv").write_bytes(POINTER % (b"0" * 64, 3))
    with pytest.raises(DamagedContentError, match=r"there has other bytes for the git-lfs object 000000000000"):
        offer(one, dataset, SMALL_AND_LARGE, store, lambda pointer, _: verified([b"abc"], pointer, where="there"))
    assert store.get(CURRENT) is None


def test_data__addresses_are_referred_to(store: ObjectStore, one: Path, dataset: Path) -> None:
    url = "https://example.org/budget.csv"
    resources = [{"name": "remote", "path": url, "hash": "sha256:" + "1" * 64}]
    assert offer(one, dataset, resources, store).changed
    manifest = json.loads(content(store, CURRENT))
    assert manifest["resources"][-1] == resources[0]
    assert manifest["osds"]["data"] == [{"resource": "remote", "url": url, "hash": "sha256:" + "1" * 64}]


@pytest.mark.parametrize(
    "path", ["../x.csv", "/etc/passwd", "data/../../x.csv", "data/a b?.csv", "data", "none.csv", "link"]
)
def test_data__paths_that_are_refused(tmp_path: Path, one: Path, dataset: Path, path: str) -> None:
    (dataset / "link").symlink_to("/etc/passwd")
    (dataset / "data/a b?.csv").write_bytes(b"")
    with pytest.raises(OsdsError):
        offer(one, dataset, [{"name": "x", "path": path}], open_store(str(tmp_path / "store")))
    assert not (tmp_path / "store").exists()


def test_data__served_types(one: Path, dataset: Path, s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.store.s3 import new_bucket, s3_environment

    s3_environment(monkeypatch)
    bucket = new_bucket(s3)
    store = open_store(f"s3://{bucket}", endpoint=s3)
    offer(one, dataset, [{**SMALL_AND_LARGE[0], "encoding": "iso-8859-1"}, SMALL_AND_LARGE[1]], store)
    served = {}
    for key in everything(store):
        if "/objects/" in key:
            headers = request_s3("GET", s3, f"/{bucket}/{key}")
            served[key.rpartition("/")[2]] = (headers["Content-Type"], headers["Content-Disposition"])
    assert served["small.csv"] == ("text/csv; charset=iso-8859-1", 'inline; filename="budget-small.csv"')
    assert served["large.csv"] == ("text/csv; charset=utf-8", 'inline; filename="budget-large.csv"')


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is measured differently elsewhere")
def test_data__is_never_whole_in_memory(tmp_path: Path, one: Path) -> None:
    """A file of 400 MB, published by a process that stays below 200 MB."""
    (tmp_path / "dataset").mkdir()
    with (tmp_path / "dataset/huge.csv").open("wb") as file:
        file.truncate(400_000_000)
    script = (
        "import re, sys; from pathlib import Path\n"
        "from tests.commands.test_publish_data import offer\n"
        "from osds.edges.store.objects import open_store\n"
        "offer(Path(sys.argv[1]), Path(sys.argv[2]), [{'name': 'huge', 'path': 'huge.csv'}], open_store(sys.argv[3]))\n"
        "print(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])"
    )
    arguments = [str(one), str(tmp_path / "dataset"), str(tmp_path / "store")]
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) * 1024 < 200_000_000
    (published,) = (tmp_path / "store").rglob("huge.csv")
    assert published.stat().st_size == 400_000_000


# --- the gate, by the command ---


def command(dataset: Path, store: Path, *more: str) -> int:
    return run(["publish", str(dataset), "--store", str(store), "--owner", "demo", *more])


def test_gate__holds_back_until_a_person_accepts(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    whole, half = example_dataset(tmp_path / "whole"), example_dataset(tmp_path / "half", rows=30)
    store = tmp_path / "store"
    assert command(whole, store) == 0
    before = everything(open_store(str(store)))
    capfd.readouterr()
    for more in ((), ("--dry-run",)):
        assert command(half, store, *more) == 1
        told = capfd.readouterr().out
        assert told == HELD_BACK
        assert everything(open_store(str(store))) == before
    assert command(half, store, "--accept", "2024 is not final") == 0
    osds = json.loads((store / "datasets/demo/nerolithos-budget/datapackage.json").read_bytes())["osds"]
    assert osds["accepted"]["reason"] == "2024 is not final"
    assert [loss["rule"] for loss in osds["accepted"]["losses"]] == ["lost-rows", "lost-total", "lost-total"]
    assert command(whole, store) == 0  # more is never held back


HELD_BACK = """\
Not published: the new version of demo/nerolithos-budget loses more than it may, so version 1 stays

                          published           new  change  gate
  rows of budget                 46            30  -34.8%  lost-rows
  approved, 2024, EUR  3,711,900.00  1,046,800.00  -71.8%  lost-total
  executed, 2024, EUR  3,490,329.04  1,019,069.27  -70.8%  lost-total

If this is a mistake in the data, correct it: readers see nothing of it meanwhile.
If it is right, publish it with --accept "REASON"; the reason is recorded in the new version.
How much may go without asking is set in osds.yml, under `gate`.
"""


def test_gate__thresholds_of_the_dataset(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    whole, half = example_dataset(tmp_path / "whole"), example_dataset(tmp_path / "half", rows=30)
    store = tmp_path / "store"
    command(whole, store)
    (half / "osds.yml").write_text("gate:\n  lost-rows: 40\n  lost-total: 75\n  lost-members: 50\n")
    assert command(half, store) == 0
    assert "Published version 2" in capfd.readouterr().out


def test_gate__json_says_what_is_lost(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    store = tmp_path / "store"
    command(example_dataset(tmp_path / "whole"), store)
    capfd.readouterr()
    assert command(example_dataset(tmp_path / "half", rows=30), store, "--json") == 1
    document = json.loads(capfd.readouterr().out)
    assert (document["changed"], document["sequence"]) == (False, 1)
    assert document["losses"][0] == {
        "rule": "lost-rows", "what": "rows of budget", "before": "46", "after": "30", "change": "-34.8%"
    }  # fmt: skip


def test_publish_data__of_the_dataset(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    dataset, store = example_dataset(tmp_path / "whole"), tmp_path / "store"
    (dataset / "osds.yml").write_text("publish-data: all\n")
    assert command(dataset, store) == 0
    (published,) = store.rglob("budget.csv")
    assert published.read_bytes() == (dataset / "data/budget.csv").read_bytes()
    assert command(dataset, store) == 0
    assert "Unchanged" in capfd.readouterr().out


def test_publish_data__beside_a_bundle_of_the_same_dataset_only(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    dataset, store = example_dataset(tmp_path / "whole"), tmp_path / "store"
    assert run(["aggregate", str(dataset), "--output", str(tmp_path / "sums")]) == 0
    assert command(dataset, store, "--bundle", str(tmp_path / "sums"), "--publish-data", "all") == 0
    other = example_dataset(tmp_path / "other", rows=40)
    assert command(other, store, "--bundle", str(tmp_path / "sums"), "--publish-data", "all") == 2
    assert "was not made of the dataset in" in capfd.readouterr().err
