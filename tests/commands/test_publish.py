"""Publishing to a folder and to S3 (moto): what is there afterwards, and what is there after it was killed anywhere."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import re
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from osds.commands.store.publish import publish_bundle
from osds.dataset.identity import DatasetId
from osds.edges.store.objects import FolderStore, ObjectStore, open_store
from osds.errors import OutsideError, UnsafeInputError, UsageError
from osds.progress import Silent
from osds.store.manifest import SourceFacts
from osds.views.publishing import render_plan
from tests.store.publisher import SOURCE, publish_into
from tests.store.publishing import (
    CURRENT,
    ONE,
    PREFIX,
    THREE,
    TWO,
    Killed,
    Killer,
    Watched,
    assert_plain_paths_are_current,
    calls_of,
    content,
    everything,
    files_of,
    plain_files,
    publish,
    sequence_of,
    write_bundle,
    writes,
)
from tests.store.s3 import new_bucket, request_s3, s3_environment

# --- the layout, and publishing again ---


def test_publish__the_first_version(store: ObjectStore, one: Path) -> None:
    published = publish(one, store)
    assert (published.changed, published.sequence) == (True, 1)
    assert published.url == f"{store.url}/{CURRENT}"
    assert published.version_url == f"{store.url}/{PREFIX}/datapackage-000001.json"
    assert sequence_of(store) == 1
    assert files_of(store, CURRENT) == ONE
    assert plain_files(store) == {**ONE, "datapackage.json": (one / "datapackage.json").read_bytes()}
    objects = {
        f"{PREFIX}/objects/{hashlib.sha256(data).hexdigest()}/{name}" for name, data in plain_files(store).items()
    }
    manifests = {CURRENT, f"{PREFIX}/datapackage-000001.json"}
    plain = {f"{PREFIX}/aggregates/{name}" for name in (*ONE, "datapackage.json")}
    assert set(everything(store)) == objects | manifests | plain
    assert set(published.created) == objects | {f"{PREFIX}/datapackage-000001.json"}
    assert published.bytes_sent == 2 * sum(len(data) for data in plain_files(store).values())


def moments(bundle: Path, store: ObjectStore) -> range:
    """The numbers of the calls that publishing makes: all of them on a folder, every sixth on S3, to save time."""
    return range(0, len(calls_of(bundle, store)), 1 if isinstance(store, FolderStore) else 6)


def test_publish__the_order_of_the_writes(store: ObjectStore, one: Path, two: Path) -> None:
    publish(one, store)
    calls = writes(calls_of(two, store))
    kinds = [re.sub(r"objects/.*", "objects/", key.removeprefix(f"{PREFIX}/")) for _, key in calls]
    assert re.fullmatch(r"publishing/[0-9a-f]{64}\.json", kinds[0])
    assert kinds[1:4] == ["objects/"] * 3  # apex.csv is there already
    assert kinds[4:6] == ["datapackage-000002.json", "datapackage.json"]
    assert sorted(kinds[6:9]) == ["aggregates/apex.csv", "aggregates/by-new.csv", "aggregates/by-year.csv"]
    assert calls[9:] == [
        ("delete", f"{PREFIX}/aggregates/by-old.csv"),
        ("put", f"{PREFIX}/aggregates/datapackage.json"),
        ("delete", f"{PREFIX}/{kinds[0]}"),
    ]


@pytest.mark.parametrize(
    "source", [SOURCE, SourceFacts(repository=SOURCE.repository, repository_id=7, commit="b" * 40)]
)
def test_publish__unchanged_writes_nothing(store: ObjectStore, one: Path, source: SourceFacts) -> None:
    publish(one, store)
    before = everything(store)
    assert writes(calls_of(one, store, source=source)) == []
    again = publish(one, store, source=source)
    assert (again.changed, again.sequence, again.bytes_sent, again.created) == (False, 1, 0, ())
    assert again.plan == ()
    assert everything(store) == before


def test_publish__unchanged_touches_no_file(tmp_path: Path, one: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    publish(one, store)

    def look() -> list[tuple[str, int, int]]:
        return [(str(p), p.stat().st_mtime_ns, p.stat().st_ino) for p in sorted((tmp_path / "store").rglob("*"))]

    before = look()
    publish(one, store)
    assert look() == before


def test_publish__a_newer_osds_alone_is_no_new_version(store: ObjectStore, one: Path, tmp_path: Path) -> None:
    publish(one, store)
    before = everything(store)
    newer = write_bundle(tmp_path / "newer", ONE, generator="osds 9.9.9")
    assert publish(newer, store).changed is False
    assert everything(store) == before


def test_publish__changed_content_is_a_new_version(store: ObjectStore, one: Path, two: Path) -> None:
    publish(one, store)
    first = everything(store)
    published = publish(two, store)
    assert (published.changed, published.sequence) == (True, 2)
    assert sequence_of(store) == 2
    assert files_of(store, CURRENT) == TWO
    assert files_of(store, f"{PREFIX}/datapackage-000001.json") == ONE
    assert_plain_paths_are_current(store)
    kept = {key: data for key, data in first.items() if "/aggregates/" not in key and key != CURRENT}
    assert kept.items() <= everything(store).items()


def test_publish__back_to_the_first_content_is_a_third_version(store: ObjectStore, one: Path, two: Path) -> None:
    publish(one, store)
    publish(two, store)
    published = publish(one, store)
    assert published.sequence == 3
    assert published.created == (f"{PREFIX}/datapackage-000003.json",)
    assert files_of(store, CURRENT) == ONE
    assert_plain_paths_are_current(store)


def test_publish__files_that_the_bundle_does_not_list_stay_at_home(store: ObjectStore, one: Path) -> None:
    (one / "secret.txt").write_text("secret")
    publish(one, store)
    assert not any("secret" in key for key in everything(store))


def test_publish__served_types_and_cache_rules(
    one: Path, tmp_path: Path, s3: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3_environment(monkeypatch)
    bucket = new_bucket(s3)
    store = open_store(f"s3://{bucket}", endpoint=s3)
    publish(one, store)
    immutable = "public, max-age=31536000, immutable"
    for key in everything(store):
        headers = request_s3("GET", s3, f"/{bucket}/{key}")
        expected = "text/csv; charset=utf-8" if key.endswith(".csv") else "application/json"
        rule = "no-cache" if key == CURRENT or "/aggregates/" in key else immutable
        assert (key, headers["Content-Type"], headers["Cache-Control"]) == (key, expected, rule)


def test_publish__dry_run_writes_nothing_and_says_what_it_would(store: ObjectStore, one: Path, two: Path) -> None:
    assert writes(calls_of(one, store, dry_run=True)) == []
    assert everything(store) == {}
    publish(one, store)
    planned = publish(two, store, dry_run=True)
    assert sequence_of(store) == 1
    done = publish(two, store)
    assert planned.plan == done.plan
    assert planned.created == done.created
    assert (planned.sequence, planned.changed, planned.bytes_sent) == (2, True, 0)
    described, manifest = (two / "datapackage.json").stat().st_size, len(content(store, CURRENT))
    assert [(s.action, re.sub(r"objects/\w+", "objects/…", s.key), s.bytes) for s in planned.plan] == [
        ("create", "objects/…/by-year.csv", 30),
        ("create", "objects/…/by-new.csv", 1),
        ("create", "objects/…/datapackage.json", described),
        ("create", "datapackage-000002.json", manifest),
        ("commit", "datapackage.json", manifest),
        ("copy", "aggregates/apex.csv", 13),
        ("copy", "aggregates/by-year.csv", 30),
        ("copy", "aggregates/by-new.csv", 1),
        ("copy", "aggregates/datapackage.json", described),
    ]
    text = render_plan("os-data/budget", planned.plan, sequence=2, changed=True)
    assert text.splitlines()[-3:] == [
        "  set datapackage.json to version 2",
        f"  copy 4 files to aggregates/ ({44 + described:,} bytes)",
        f"{2 * (31 + described + manifest) + 13:,} bytes in all",
    ]


# --- plain paths heal ---


@pytest.mark.parametrize(
    "spoil",
    [
        lambda store: store.delete(f"{PREFIX}/aggregates/datapackage.json"),
        lambda store: store.delete(f"{PREFIX}/aggregates/apex.csv"),
        lambda store: store.put(f"{PREFIX}/aggregates/more.csv", b"", content_type="", cache_control=""),
        lambda store: store.put(f"{PREFIX}/aggregates/apex.csv", b"cut", content_type="", cache_control=""),
        lambda store: store.put(f"{PREFIX}/aggregates/datapackage.json", b"{}", content_type="", cache_control=""),
    ],
)
def test_publish__unchanged_heals_the_plain_paths(
    store: ObjectStore, one: Path, spoil: Callable[[ObjectStore], None]
) -> None:
    publish(one, store)
    before = everything(store)
    spoil(store)
    assert publish(one, store).changed is False
    assert everything(store) == before


def test_publish__heals_from_the_store_what_the_bundle_has_differently(
    store: ObjectStore, one: Path, tmp_path: Path
) -> None:
    publish(one, store)
    before = everything(store)
    store.delete(f"{PREFIX}/aggregates/datapackage.json")
    publish(write_bundle(tmp_path / "newer", ONE, generator="osds 9.9.9"), store)
    assert everything(store) == before


# --- killed anywhere ---


@pytest.mark.parametrize("when", ["before", "after"])
def test_publish__killed_at_every_call(new_store: Callable[[], ObjectStore], one: Path, two: Path, when: str) -> None:
    """Readers always see version 1 or 2, whole; running it again ends in the same bytes as if nothing had happened."""
    undisturbed = new_store()
    publish(one, undisturbed)
    numbers = moments(two, undisturbed)
    expected = everything(undisturbed)
    for at in numbers:
        store = new_store()
        publish(one, store)
        with pytest.raises(Killed):
            publish(two, Watched(store, Killer(when, at)))
        assert files_of(store, CURRENT) in (ONE, TWO)
        publish(two, store)
        assert everything(store) == expected


@pytest.mark.parametrize("when", ["before", "after"])
def test_publish__killed_at_every_call_then_other_content(tmp_path: Path, one: Path, two: Path, when: str) -> None:
    """Whoever comes next with other content loses nothing: a manifest that was written becomes a version."""
    three = write_bundle(tmp_path / "three", THREE)
    for at in moments(two, _published(tmp_path / "calls", one)):
        store = _published(tmp_path / f"store-{at}", one)
        with pytest.raises(Killed):
            publish(two, Watched(store, Killer(when, at)))
        was_written = store.get(f"{PREFIX}/datapackage-000002.json") is not None
        publish(three, store)
        assert sequence_of(store) == (3 if was_written else 2)
        assert files_of(store, CURRENT) == THREE
        assert_plain_paths_are_current(store)


def _published(folder: Path, bundle: Path) -> ObjectStore:
    store = open_store(str(folder))
    publish(bundle, store)
    return store


def test_publish__outside_failure_at_every_call(tmp_path: Path, one: Path, two: Path) -> None:
    for at in moments(two, _published(tmp_path / "calls", one)):
        store = _published(tmp_path / f"store-{at}", one)
        numbers = iter(range(10_000))

        def fail(when: str, call: str, key: str, at: int = at, numbers: Iterator[int] = numbers) -> None:
            if when == "before" and next(numbers) == at:
                raise OutsideError("the network is gone")

        with pytest.raises(OutsideError, match="network is gone"):
            publish(two, Watched(store, fail))
        assert files_of(store, CURRENT) in (ONE, TWO)
        publish(two, store)
        assert sequence_of(store) == 2
        assert_plain_paths_are_current(store)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_publish__kill_9_at_any_moment(tmp_path: Path, one: Path) -> None:
    """Thirty real processes, killed one after the other a little later, each on a store of its own."""
    many = {f"by-{number}.csv": b"%d\n" % number * 20_000 for number in range(12)}
    bundle = write_bundle(tmp_path / "many", many)
    expected = everything(_twice_published(tmp_path / "undisturbed", one, bundle))
    start = time.monotonic()
    _twice_published(tmp_path / "timed", one, bundle)
    duration = time.monotonic() - start
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.publisher"])
    outcomes = []
    for number in range(30):
        store = _published(tmp_path / f"store-{number}", one)
        process = context.Process(
            target=publish_into,
            args=(store.url, bundle),
        )
        process.start()
        process.join(2 * duration * number / 30)
        process.kill()
        process.join()
        process.close()
        files = files_of(store, CURRENT)
        assert files in (ONE, many)
        outcomes.append((files == many, everything(store) == expected))
        publish(bundle, store)
        assert everything(store) == expected
    assert (False, False) in outcomes  # some died before the commit point


def _twice_published(folder: Path, one: Path, two: Path) -> ObjectStore:
    store = _published(folder, one)
    publish(two, store)
    return store


# --- beside others ---


@pytest.mark.parametrize("when", ["before", "after"])
def test_publish__another_publishes_during_every_call(
    new_store: Callable[[], ObjectStore], one: Path, two: Path, tmp_path: Path, when: str
) -> None:
    """At each call in turn, another publisher comes and finishes: both versions exist, and all ends as the last one."""
    three = write_bundle(tmp_path / "three", THREE)
    calls = new_store()
    publish(one, calls)
    for at in moments(two, calls):
        store = new_store()
        publish(one, store)
        numbers = iter(range(10_000))

        def intrude(
            now: str, call: str, key: str, at: int = at, numbers: Iterator[int] = numbers, store: ObjectStore = store
        ) -> None:
            if now == when and next(numbers) == at:
                publish(three, store)

        published = publish(two, Watched(store, intrude))
        assert published.changed
        assert sequence_of(store) == 3
        versions = [files_of(store, f"{PREFIX}/datapackage-{sequence:06}.json") for sequence in (2, 3)]
        assert versions in ([TWO, THREE], [THREE, TWO])
        assert versions[published.sequence - 2] == TWO
        assert_plain_paths_are_current(store)


def test_publish__the_same_content_twice_at_once_is_one_version(
    new_store: Callable[[], ObjectStore], one: Path, two: Path
) -> None:
    calls = new_store()
    publish(one, calls)
    for at in moments(two, calls):
        store = new_store()
        publish(one, store)
        numbers = iter(range(10_000))

        def intrude(
            now: str, call: str, key: str, at: int = at, numbers: Iterator[int] = numbers, store: ObjectStore = store
        ) -> None:
            if now == "before" and next(numbers) == at:
                publish(two, store)

        assert publish(two, Watched(store, intrude)).sequence == 2
        assert sequence_of(store) == 2
        assert_plain_paths_are_current(store)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no forkserver")
def test_publish__eight_processes_at_once(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    contents = [{"apex.csv": b"value\n%d\n" % number, f"by-{number}.csv": b"x\n"} for number in range(8)]
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.publisher"])
    processes = [
        context.Process(
            target=publish_into,
            args=(store.url, write_bundle(tmp_path / f"bundle-{number}", files)),
        )
        for number, files in enumerate(contents)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert_eight_versions(store, contents)


def test_publish__eight_threads_at_once(store: ObjectStore, tmp_path: Path) -> None:
    contents = [{"apex.csv": b"value\n%d\n" % number, f"by-{number}.csv": b"x\n"} for number in range(8)]
    bundles = [write_bundle(tmp_path / f"bundle-{number}", files) for number, files in enumerate(contents)]
    with ThreadPoolExecutor(8) as pool:
        published = list(pool.map(lambda bundle: publish(bundle, store), bundles))
    assert sorted(p.sequence for p in published) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert_eight_versions(store, contents)


def assert_eight_versions(store: ObjectStore, contents: list[dict[str, bytes]]) -> None:
    assert sequence_of(store) == 8
    versions = [files_of(store, f"{PREFIX}/datapackage-{sequence:06}.json") for sequence in range(1, 9)]
    assert sorted(versions, key=str) == sorted(contents, key=str)
    assert_plain_paths_are_current(store)


def test_publish__gives_up_when_others_are_always_faster(store: ObjectStore, one: Path) -> None:
    class Contended(Watched):
        def replace(self, key: str, content: bytes, **kwargs: Any) -> bool:
            return False

    with pytest.raises(OutsideError, match="were faster 20 times"):
        publish(one, Contended(store, lambda *_: None))


# --- what is not as it should be ---


def test_publish__a_manifest_that_nobody_finished_is_finished(store: ObjectStore, one: Path, two: Path) -> None:
    """Version 2 was written but never became current; version 3 comes."""
    publish(one, store)
    first = content(store, CURRENT)
    publish(two, store)
    store.put(CURRENT, first, content_type="application/json", cache_control="no-cache")
    assert publish(one, store).changed is False
    published = publish(write_bundle(one.parent / "three", THREE), store)
    assert published.sequence == 3
    assert sequence_of(store) == 3


@pytest.mark.parametrize("foreign", [b"", b"[]", b'{"osds": {"format": "2.0"}}'])
@pytest.mark.parametrize("key", [CURRENT, f"{PREFIX}/datapackage-000002.json"])
def test_publish__foreign_manifest_is_left_alone(
    store: ObjectStore, one: Path, two: Path, key: str, foreign: bytes
) -> None:
    publish(one, store)
    store.put(key, foreign, content_type="application/json", cache_control="no-cache")
    before = {k: v for k, v in everything(store).items() if "/objects/" not in k and "/publishing/" not in k}
    with pytest.raises(OutsideError, match=re.escape(key)):
        publish(two, store)
    assert {k: v for k, v in everything(store).items() if "/objects/" not in k and "/publishing/" not in k} == before


def test_publish__a_version_with_another_number_is_left_alone(store: ObjectStore, one: Path, two: Path) -> None:
    publish(one, store)
    store.put(f"{PREFIX}/datapackage-000002.json", content(store, CURRENT), content_type="", cache_control="")
    with pytest.raises(OutsideError, match=r"datapackage-000002\.json exists already with other content"):
        publish(two, store)
    assert files_of(store, CURRENT) == ONE


def test_publish__an_object_that_was_damaged_is_not_published(store: ObjectStore, one: Path) -> None:
    digest = hashlib.sha256(ONE["apex.csv"]).hexdigest()
    store.put(f"{PREFIX}/objects/{digest}/apex.csv", b"value\n1", content_type="", cache_control="")
    with pytest.raises(OutsideError, match=r"apex\.csv exists already with other content"):
        publish(one, store)
    assert store.get(CURRENT) is None


def _change(path: str, value: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        file = folder / "datapackage.json"
        package = json.loads(file.read_bytes())
        package["resources"][0][path] = value
        file.write_text(json.dumps(package))

    return change


def _link(folder: Path) -> None:
    target = folder.parent / "outside.csv"
    target.write_bytes(ONE["apex.csv"])
    (folder / "apex.csv").unlink()
    (folder / "apex.csv").symlink_to(target)


def _folder(folder: Path) -> None:
    (folder / "apex.csv").unlink()
    (folder / "apex.csv").mkdir()


@pytest.mark.parametrize(
    "spoil",
    [
        _link,
        _folder,
        lambda folder: (folder / "apex.csv").unlink(),
        lambda folder: (folder / "apex.csv").write_bytes(ONE["apex.csv"] + b"\n"),
        lambda folder: (folder / "apex.csv").write_bytes(ONE["apex.csv"].replace(b"1", b"9")),
        _change("path", "../one/apex.csv"),
        _change("path", "/etc/passwd"),
        _change("path", "./apex.csv"),
        _change("path", "sub/apex.csv"),
        _change("hash", "sha256:" + "0" * 64),
        _change("bytes", 10**15),
        _change("bytes", 0),
        lambda folder: (folder / "datapackage.json").write_bytes(b"["),
    ],
)
def test_publish__hostile_bundle(tmp_path: Path, one: Path, spoil: Callable[[Path], None]) -> None:
    spoil(one)
    store = open_store(str(tmp_path / "store"))
    with pytest.raises(UnsafeInputError):
        publish(one, store)
    assert not (tmp_path / "store").exists()


def test_publish__a_file_that_changes_meanwhile(store: ObjectStore, one: Path) -> None:
    """What is sent is what was compared, not what stands there a moment later."""

    def meddle(when: str, call: str, key: str) -> None:
        if call == "list":
            (one / "by-year.csv").write_bytes(ONE["by-year.csv"].replace(b"6", b"9"))

    with pytest.raises(UnsafeInputError, match=r"by-year\.csv"):
        publish(one, Watched(store, meddle))
    assert store.get(CURRENT) is None


def test_publish__no_bundle(tmp_path: Path, store: ObjectStore) -> None:
    with pytest.raises(UsageError, match="There is no bundle"):
        publish(tmp_path / "nowhere", store)


def test_publish__the_bundle_of_another_dataset(store: ObjectStore, one: Path) -> None:
    other = DatasetId(owner="os-data", name="other")
    with pytest.raises(UsageError, match="of the dataset 'budget', not of 'other'"):
        publish_bundle(one, other, SOURCE, store, dry_run=False, progress=Silent())


def test_publish__no_bucket(one: Path, s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    s3_environment(monkeypatch)
    with pytest.raises(OutsideError, match="There is no bucket for s3://nowhere"):
        publish(one, open_store("s3://nowhere", endpoint=s3))
