"""Verifying and pulling: every single bit that flips is found by both; what is missing or does not add up is told."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from osds.commands.store.data_files import data_reader, gather_data
from osds.commands.store.place import Place
from osds.commands.store.publish import publish_bundle
from osds.commands.store.pull import pull
from osds.commands.store.rollback import roll_back
from osds.commands.store.verify import Damage, Verified, verify
from osds.dataset.identity import DatasetId
from osds.dataset.package import read_package
from osds.edges.store.objects import ObjectStore, open_store
from osds.errors import OsdsError, OutsideError, UsageError
from osds.progress import Silent
from osds.store.manifest import SourceFacts
from tests.store.example import example_bundle
from tests.store.publishing import ONE, everything, write_bundle

DATASET = DatasetId(owner="demo", name="nerolithos-budget")
PREFIX = "datasets/demo/nerolithos-budget"
FLIPS = 200


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The example, published with its data in two versions: what the store holds."""
    folder = tmp_path_factory.mktemp("published")
    store = open_store(str(folder / "store"))
    dataset = folder / "half/dataset"
    for name, rows in (("half", 30), ("whole", None)):
        bundle = example_bundle(folder / name, rows=rows)
        dataset = folder / name / "dataset"
        package = read_package(json.loads((dataset / "datapackage.json").read_bytes()))
        publish_bundle(
            bundle,
            DATASET,
            SourceFacts(),
            store,
            dry_run=False,
            progress=Silent(),
            data=gather_data(dataset, package.resources, Silent()),
            read_data=data_reader(dataset, None),
            accept="a test",
        )
    return everything(store)


def restored(folder: Path, contents: dict[str, bytes]) -> ObjectStore:
    for key, content in contents.items():
        (folder / key).parent.mkdir(parents=True, exist_ok=True)
        (folder / key).write_bytes(content)
    return open_store(str(folder))


def look(store: ObjectStore) -> Verified:
    return verify(Place(store=store, dataset=DATASET), Silent())


def test_verify__whole(tmp_path: Path, published: dict[str, bytes]) -> None:
    found = look(restored(tmp_path, published))
    objects = [key for key in published if "/objects/" in key]
    assert found == Verified(
        dataset=str(DATASET),
        versions=2,
        objects=len(objects),
        bytes=sum(len(published[key]) for key in objects),
        sums=2,
        damage=(),
    )


def test_flips__every_one_is_found_by_verify_and_by_pull(tmp_path: Path, published: dict[str, bytes]) -> None:
    """Single bits of objects, versions and the commit point; versions and the commit point are hit as often as objects."""
    chance = random.Random(2026)
    store = restored(tmp_path / "store", published)
    objects = [key for key in published if "/objects/" in key]
    others = [key for key in published if "/objects/" not in key and "/aggregates/" not in key]
    found_by_verify = found_by_pull = 0
    for number in range(FLIPS):
        key = chance.choice(objects if number % 2 else others)
        content = bytearray(published[key])
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        (tmp_path / "store" / key).write_bytes(content)
        found_by_verify += bool(_damage(store))
        found_by_pull += _pull_fails(store, tmp_path / "pulled")
        (tmp_path / "store" / key).write_bytes(published[key])
    assert (found_by_verify, found_by_pull) == (FLIPS, FLIPS)
    assert look(store).damage == ()


def _damage(store: ObjectStore) -> tuple[Damage, ...]:
    try:
        return look(store).damage
    except OsdsError as error:
        raise AssertionError(f"verify has to tell damage, not to fail: {error}") from error


def _pull_fails(store: ObjectStore, folder: Path) -> bool:
    """True if pulling one of the versions fails."""
    failed = False
    for sequence in (1, None):
        try:
            pull(
                Place(store=store, dataset=DATASET), folder / str(sequence), sequence, dry_run=False, progress=Silent()
            )
        except OutsideError:
            failed = True
    shutil.rmtree(folder, ignore_errors=True)
    return failed


@pytest.mark.parametrize(
    ("spoil", "key", "what"),
    [
        (
            lambda folder: (folder / PREFIX / "datapackage-000001.json").unlink(),
            "datapackage-000001.json",
            "is missing",
        ),
        (
            lambda folder: (folder / PREFIX / "datapackage-000002.json").unlink(),
            "datapackage.json",
            "not the same as datapackage-000002.json",
        ),
        (
            lambda folder: (folder / PREFIX / "datapackage-000001.json").write_bytes(
                (folder / PREFIX / "datapackage-000002.json").read_bytes()
            ),
            "datapackage-000001.json",
            "says that it is version 2",
        ),
        (lambda folder: (folder / PREFIX / "aggregates/apex.csv").unlink(), "aggregates/apex.csv", "copy is missing"),
        (
            lambda folder: (folder / PREFIX / "aggregates/apex.csv").write_bytes(b"year\n"),
            "aggregates/apex.csv",
            "not a copy of the current version",
        ),
    ],
)
def test_verify__what_is_missing_or_in_the_wrong_place(
    tmp_path: Path, published: dict[str, bytes], spoil: Callable[[Path], None], key: str, what: str
) -> None:
    store = restored(tmp_path, published)
    spoil(tmp_path)
    assert any(damage.key == key and what in damage.what for damage in look(store).damage)


def test_verify__an_object_that_is_missing(tmp_path: Path, published: dict[str, bytes]) -> None:
    gone = next(key for key in published if key.endswith("/by-unit.csv") and "/objects/" in key)
    store = restored(tmp_path, {key: content for key, content in published.items() if key != gone})
    assert Damage(key=gone.removeprefix(f"{PREFIX}/"), what="it is missing") in look(store).damage


def test_verify__sums_that_were_published_wrong(tmp_path: Path) -> None:
    """All hashes are right, and the figures are not: a cuboid that does not add up to what its bundle states."""
    store = open_store(str(tmp_path / "store"))
    bundle = write_bundle(tmp_path / "bundle", ONE)
    place = DatasetId(owner="demo", name="budget")
    publish_bundle(bundle, place, SourceFacts(), store, dry_run=False, progress=Silent())
    found = verify(Place(store=store, dataset=place), Silent())
    assert [damage.what for damage in found.damage] == ["it does not describe a bundle"]


def test_verify__after_going_back(tmp_path: Path, published: dict[str, bytes]) -> None:
    store = restored(tmp_path, published)
    roll_back(Place(store=store, dataset=DATASET), 1, "a test", dry_run=False, progress=Silent())
    found = look(store)
    assert (found.versions, found.sums, found.damage) == (3, 2, ())


def test_verify__no_such_dataset(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no demo/nerolithos-budget in"):
        look(open_store(str(tmp_path)))
