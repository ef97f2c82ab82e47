"""Which of a dataset's own files are published, and how a manifest names them."""

from __future__ import annotations

from typing import Any

import pytest

from osds.dataset.package import Resource, read_package
from osds.errors import UsageError
from osds.store.data import NO_DATA, Data, DataFile, DataResource, DataUrl, choose_resources

A, B = "a" * 64, "b" * 64


def resources(*raw: dict[str, Any]) -> tuple[Resource, ...]:
    return read_package({"resources": list(raw)}).resources


BUDGET, REMOTE, INLINE = resources(
    {"name": "budget", "path": "data/budget.csv", "schema": {"fields": []}, "hash": "sha256:old", "bytes": 1},
    {"name": "remote", "path": "https://example.org/x.csv", "hash": "sha256:abc"},
    {"name": "inline", "data": [[1]]},
)
FILE = DataFile(path="data/budget.csv", bytes=3, sha256=A)


@pytest.mark.parametrize(
    ("wanted", "names"),
    [(None, []), ("all", ["budget", "remote"]), ("remote", ["remote"]), (" budget , budget", ["budget"])],
)
def test_choose_resources(wanted: str | None, names: list[str]) -> None:
    assert [one.name for one in choose_resources([BUDGET, REMOTE, INLINE], wanted)] == names


@pytest.mark.parametrize("wanted", ["", "inline", "budget,nothing", "true"])
def test_choose_resources__unknown(wanted: str) -> None:
    with pytest.raises(UsageError, match="Give `all`, or some of: budget, remote"):
        choose_resources([BUDGET, REMOTE, INLINE], wanted)


def test_described__one_file_with_its_hash() -> None:
    described = DataResource(resource=BUDGET, parts=(FILE,)).described(())
    key = f"objects/{A}/budget.csv"
    assert described == {
        "name": "budget", "path": key, "schema": {"fields": []}, "bytes": 3, "hash": f"sha256:{A}"
    }  # fmt: skip


def test_described__the_name_of_a_cuboid_is_taken() -> None:
    assert DataResource(resource=BUDGET, parts=(FILE,)).described(["budget"])["name"] == "data-budget"


def test_described__an_address_keeps_its_hash() -> None:
    described = DataResource(resource=REMOTE, parts=(DataUrl(url="https://example.org/x.csv"),)).described(())
    assert described == {"name": "remote", "path": "https://example.org/x.csv", "hash": "sha256:abc"}


def test_data__files_once_and_what_has_no_hash() -> None:
    url = DataUrl(url="https://example.org/y.csv")
    data = Data(
        resources=(
            DataResource(resource=BUDGET, parts=(FILE, url)),
            DataResource(resource=REMOTE, parts=(FILE,)),
            DataResource(resource=REMOTE, parts=(url,)),
        )
    )
    assert data.files == (FILE,)
    assert data.unhashed == ("https://example.org/y.csv",)  # of a resource in parts; the other states its hash
    assert [entry.get("path", entry.get("url")) for entry in data.entries] == [
        "data/budget.csv", url.url, "data/budget.csv", url.url
    ]  # fmt: skip


def test_content_sha256__nothing_added_is_the_bundles_own() -> None:
    assert NO_DATA.content_sha256(B) == B
    one = Data(resources=(DataResource(resource=BUDGET, parts=(FILE,)),))
    other = Data(
        resources=(DataResource(resource=BUDGET, parts=(DataFile(path="data/budget.csv", bytes=3, sha256=B),)),)
    )
    assert len({NO_DATA.content_sha256(B), one.content_sha256(B), other.content_sha256(B), one.content_sha256(A)}) == 4
