"""Stores to publish into: a folder, two S3 servers that nobody here wrote, and the dialects of other clouds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from osds.edges.store.objects import ObjectStore, open_store
from tests.store.azure import Azurite, azure_environment, running_azurite
from tests.store.gateway import Gateway, running_gateway
from tests.store.gcs_front import gcs_environment, running_gcs_front
from tests.store.publishing import ONE, TWO, write_bundle
from tests.store.s3 import new_bucket, running_s3, s3_environment
from tests.store.s3_front import Front

NewStore = Callable[[], ObjectStore]


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The endpoint of a moto server."""
    with running_s3() as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A versitygw, if there is one."""
    with running_gateway(tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    """An emulator of Azure, if there is one."""
    with running_azurite(tmp_path_factory.mktemp("azurite")) as running:
        yield running


@pytest.fixture(scope="session")
def gcs() -> Iterator[Front]:
    """A server in the dialect of Google Cloud Storage."""
    with running_gcs_front() as front:
        yield front


def maker_of_stores(kind: str, request: pytest.FixtureRequest) -> NewStore:
    """A function that makes stores of this kind, each one empty."""
    numbers = count()
    if kind == "folder":
        folder: Path = request.getfixturevalue("tmp_path")
        return lambda: open_store(str(folder / f"store-{next(numbers)}"))
    if kind == "azure":
        azure_environment(request.getfixturevalue("monkeypatch"))
        azurite: Azurite = request.getfixturevalue("azurite")
        return lambda: open_store(f"az://{azurite.new_container()}/pre", endpoint=azurite.endpoint)
    if kind == "gcs":
        gcs_environment(request.getfixturevalue("monkeypatch"))
        front: Front = request.getfixturevalue("gcs")
        return lambda: open_store(f"gs://{front.shelf.new_bucket()}/pre", endpoint=front.endpoint)
    s3_environment(request.getfixturevalue("monkeypatch"))
    if kind == "versitygw":
        gateway: Gateway = request.getfixturevalue("gateway")
        return lambda: open_store(f"s3://{gateway.new_bucket()}/pre", endpoint=gateway.endpoint)
    endpoint: str = request.getfixturevalue("s3")
    return lambda: open_store(f"s3://{new_bucket(endpoint)}/pre", endpoint=endpoint)


@pytest.fixture(params=["folder", "moto", "versitygw", "azure", "gcs"])
def new_store(request: pytest.FixtureRequest) -> NewStore:
    """Makes stores of each kind in turn, each one empty."""
    return maker_of_stores(request.param, request)


@pytest.fixture
def store(new_store: NewStore) -> ObjectStore:
    """One empty store of each kind in turn."""
    return new_store()


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """A small bundle."""
    return write_bundle(tmp_path / "one", ONE)


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """The next version of it."""
    return write_bundle(tmp_path / "two", TWO)
