"""`bytes` and `hash` after an update."""

from __future__ import annotations

from typing import Any

import pytest

from osds.refresh.restating import restate

SIZES = {"a.csv": 10, "b.csv": 5}


def digest(path: str, algorithm: str) -> str:
    return f"{algorithm}-of-{path}"


@pytest.mark.parametrize(
    ("resource", "new"),
    [
        (
            {"path": "a.csv", "bytes": 1, "hash": "sha256:00"},
            {"path": "a.csv", "bytes": 10, "hash": "sha256:sha256-of-a.csv"},
        ),
        ({"path": "a.csv", "hash": "00ff"}, {"path": "a.csv", "hash": "md5-of-a.csv"}),
        ({"path": "a.csv", "hash": "SHA512:00"}, {"path": "a.csv", "hash": "SHA512:sha512-of-a.csv"}),
        ({"path": ["a.csv"], "bytes": 1}, {"path": ["a.csv"], "bytes": 10}),
        (
            {"path": ["a.csv", "b.csv"], "bytes": 1, "hash": "00"},
            {"path": ["a.csv", "b.csv"], "bytes": 15, "hash": "00"},
        ),
        ({"path": "a.csv"}, {"path": "a.csv"}),  # nothing stated, nothing added
        ({"path": "a.csv", "hash": "crc32:00"}, {"path": "a.csv", "hash": "crc32:00"}),
        ({"path": "a.csv", "hash": 3}, {"path": "a.csv", "hash": 3}),
        ({"path": "c.csv", "bytes": 1}, {"path": "c.csv", "bytes": 1}),  # not here
        ({"path": ["a.csv", "c.csv"], "bytes": 1}, {"path": ["a.csv", "c.csv"], "bytes": 1}),
        ({"path": 3, "bytes": 1}, {"path": 3, "bytes": 1}),
        ({"path": [], "bytes": 1}, {"path": [], "bytes": 1}),
        ({"data": [], "bytes": 1}, {"data": [], "bytes": 1}),
        (3, 3),
    ],
)
def test_restate__only_what_is_stated(resource: Any, new: Any) -> None:
    assert restate({"name": "x", "resources": [resource]}, SIZES, digest) == {"name": "x", "resources": [new]}


@pytest.mark.parametrize("descriptor", [None, 3, [], {}, {"resources": 3}])
def test_restate__leaves_alone_what_is_no_descriptor(descriptor: Any) -> None:
    assert restate(descriptor, SIZES, digest) == descriptor
