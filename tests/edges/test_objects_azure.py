"""What is different in Azure Blob Storage, on Microsoft's own emulator; what is the same, `test_objects` tries."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from osds.edges.store.objects import DifferentContentError, open_store
from osds.edges.store.patience import Patience
from osds.errors import OsdsError, OutsideError, UsageError
from tests.edges.test_objects import create, put, replace
from tests.store.azure import KEY, Azurite, azure_environment, running_azurite


@pytest.fixture(scope="module")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    with running_azurite(tmp_path_factory.mktemp("azurite")) as running:
        yield running


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    azure_environment(monkeypatch)


def test_create__is_told_at_once_that_it_is_there(azurite: Azurite) -> None:
    """Azure says 409, as S3 does when it wants to be asked again."""
    slept: list[float] = []
    store = open_store(
        f"az://{azurite.new_container()}", endpoint=azurite.endpoint, patience=Patience(sleep=slept.append)
    )
    assert create(store, "k", b"1") is True
    assert create(store, "k", b"1") is False
    with pytest.raises(DifferentContentError):
        create(store, "k", b"2")
    assert replace(store, "k", b"2", None) is False
    assert slept == []


def test_put__is_served_with_its_headers(azurite: Azurite) -> None:
    container = azurite.new_container()
    store = open_store(f"az://{container}/pre", endpoint=azurite.endpoint)
    disposition = 'inline; filename="budget-apex.csv"'
    store.create("a.csv", b"1", content_type="text/csv", cache_control="immutable", disposition=disposition)
    store.upload(
        "b.csv",
        lambda: iter([bytes(9_000_000)]),
        content_type="text/csv",
        cache_control="immutable",
        disposition=disposition,
    )
    replace(store, "c.json", b"2", None)
    served = {}
    for key in ("a.csv", "b.csv", "c.json"):
        headers = azurite.request("HEAD", f"/{container}/pre/{key}").headers
        served[key] = tuple(headers[name] for name in ("Content-Type", "Cache-Control", "Content-Disposition"))
    table = ("text/csv", "immutable", disposition)
    assert served == {"a.csv": table, "b.csv": table, "c.json": ("application/json", "no-cache", None)}


def test_failure__no_container(azurite: Azurite) -> None:
    for error in failures("az://no-such-container", azurite.endpoint):
        assert "There is no bucket for az://no-such-container" in str(error)


def test_failure__another_key(azurite: Azurite, monkeypatch: pytest.MonkeyPatch) -> None:
    container = azurite.new_container()
    other = base64.b64encode(b"another key").decode()
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", other)
    for error in failures(f"az://{container}", azurite.endpoint):
        assert "refuses access to k (the answer was 403 AuthorizationFailure)" in str(error)
        assert other not in str(error)
        assert KEY not in str(error)


def failures(url: str, endpoint: str) -> Iterator[OsdsError]:
    """What each operation raises."""
    store = open_store(url, endpoint=endpoint, patience=Patience(scale=0.001))
    for operation in (
        lambda: store.get("k"),
        lambda: store.list("k"),
        lambda: store.children("k"),
        lambda: put(store, "k", b""),
        lambda: create(store, "k", b""),
        lambda: replace(store, "k", b"", None),
    ):
        with pytest.raises(OutsideError) as caught:
            operation()
        assert "\n" not in str(caught.value)
        yield caught.value


def test_account__none_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_NAME")
    with pytest.raises(UsageError, match="check the variables with its credentials"):
        open_store("az://container")
