"""The same history gives the same bytes in a folder, on two S3 servers, and in the dialects of other clouds."""

from __future__ import annotations

from pathlib import Path

import pytest

from osds.commands.store.data_files import data_reader, gather_data
from osds.commands.store.place import Place
from osds.commands.store.publish import publish_bundle
from osds.commands.store.rollback import roll_back
from osds.dataset.package import read_package
from osds.progress import Silent
from tests.commands.conftest import maker_of_stores
from tests.store.publisher import DATASET, SOURCE
from tests.store.publishing import THREE, TWO, everything, publish, write_bundle


def history(kind: str, request: pytest.FixtureRequest, folder: Path) -> dict[str, bytes]:
    """What a store of this kind holds after three publications, one with data, and a way back."""
    store = maker_of_stores(kind, request)()
    bundle = write_bundle(folder / "first", TWO)
    resources = read_package({"resources": [{"name": "x", "path": "a/x.csv"}]}).resources
    (folder / "a").mkdir()
    (folder / "a/x.csv").write_bytes(b"a,b\n" * 3_000_000)
    data = gather_data(folder, resources, Silent())
    publish_bundle(
        bundle, DATASET, SOURCE, store, dry_run=False, progress=Silent(), data=data, read_data=data_reader(folder, None)
    )
    publish(write_bundle(folder / "second", THREE), store)
    publish(bundle, store)
    roll_back(Place(store=store, dataset=DATASET), 1, None, dry_run=False, progress=Silent())
    return everything(store)


@pytest.mark.parametrize("kind", ["moto", "versitygw", "azure", "gcs"])
def test_layout__is_the_same_everywhere(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    found = history(kind, request, tmp_path / "there")
    assert found == history("folder", request, tmp_path / "here")
    assert len([key for key in found if "/datapackage-0" in key]) == 4
