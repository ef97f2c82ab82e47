"""Which files an update may write."""

from __future__ import annotations

import json

import pytest

from osds.refresh.paths import data_paths, refusal


def descriptor(*paths: object) -> bytes:
    return json.dumps({"resources": [{"name": str(n), "path": path} for n, path in enumerate(paths)]}).encode()


@pytest.mark.parametrize(
    ("content", "paths"),
    [
        (None, set()),
        (b"{", set()),
        (b"[]", set()),
        (b'{"resources": 3}', set()),
        (b'{"resources": [3]}', set()),
        (descriptor("data/a.csv", ["data/b.csv", "c.csv"]), {"data/a.csv", "data/b.csv", "c.csv"}),
        (descriptor("../a.csv", "/etc/passwd", ".github/workflows/x.yml", ".gitattributes", "osds.yml"), set()),
        (descriptor("a/.git/hooks/x", "data/.hidden/a.csv", "OSDS.YML", "a.csv\n", "data//b"), set()),
        (descriptor("https://example.org/data/far.csv"), {"far.csv"}),
    ],
)
def test_data_paths__are_the_descriptor_and_what_it_names(content: bytes | None, paths: set[str]) -> None:
    assert data_paths(content) == {"datapackage.json", *paths}


@pytest.mark.parametrize("path", ["datapackage.json", "data/lines.csv", "päth/wörd.csv", "data/osds.yml"])
def test_refusal__of_data_is_none(path: str) -> None:
    assert refusal(path) is None


@pytest.mark.parametrize(
    "path", [".github/workflows/a.yml", "a/.b", "osds.yml", "Osds.yml", "../a", "/a", "", ".git/x"]
)
def test_refusal__says_why(path: str) -> None:
    assert refusal(path)
