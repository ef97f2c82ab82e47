from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from osds.errors import OsdsError, UnsafeInputError
from osds.store.bundle import parse_bundle

SHA = hashlib.sha256(b"value\n1\n").hexdigest()


def _descriptor(**changes: Any) -> dict[str, Any]:
    resource = {"name": "apex", "path": "apex.csv", "bytes": 8, "hash": f"sha256:{SHA}"}
    return {"name": "budget", "resources": [resource], "osds": {"format": "1.0", "generator": "osds 0.1.0"}} | changes


def _content(descriptor: object) -> bytes:
    return json.dumps(descriptor).encode()


def _resource(**changes: Any) -> bytes:
    descriptor = _descriptor()
    descriptor["resources"][0].update(changes)
    return _content(descriptor)


def test_parse_bundle__files_in_order_and_the_descriptor_last() -> None:
    content = _content(_descriptor())
    bundle = parse_bundle(content)
    assert bundle.name == "budget"
    assert [(f.name, f.bytes, f.sha256) for f in bundle.files] == [
        ("apex.csv", 8, SHA),
        ("datapackage.json", len(content), hashlib.sha256(content).hexdigest()),
    ]
    assert bundle.resources == bundle.files[:1]
    assert bundle.descriptor == bundle.files[1]
    assert bundle.files[0].object_key == f"objects/{SHA}/apex.csv"


def test_content_sha256__is_blind_to_the_generator_and_the_layout_only() -> None:
    one = parse_bundle(_content(_descriptor()))
    newer = parse_bundle(_content(_descriptor(osds={"generator": "osds 9", "format": "1.0"})))
    spaced = parse_bundle(json.dumps(_descriptor(), indent=3).encode())
    assert one.content_sha256 == newer.content_sha256 == spaced.content_sha256
    titled = parse_bundle(_content(_descriptor(title="Budget")))
    measured = parse_bundle(_content(_descriptor(osds={"format": "1.0", "measures": {}})))
    assert len({one.content_sha256, titled.content_sha256, measured.content_sha256}) == 3


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff",
        b"[" * 100_000,
        b'{"name": "a", "name": "b"}',
        _content(_descriptor(osds=None)),
        _content(_descriptor(osds={"format": "2.0"})),
        _content(_descriptor(name=None)),
        _content(_descriptor(name="../x")),
        _content(_descriptor(resources=None)),
        _content(_descriptor(resources=[])),
        _content(_descriptor(resources=["apex.csv"])),
        _content(_descriptor(resources=_descriptor()["resources"] * 2)),
        _content(_descriptor(title="@")).replace(b'"@"', b"1e999"),
        _content(_descriptor(title="@")).replace(b'"@"', b"NaN"),
        _resource(path="../apex.csv"),
        _resource(path="/etc/passwd"),
        _resource(path="a/apex.csv"),
        _resource(path=["apex.csv"]),
        _resource(path="datapackage.json"),
        _resource(path="DataPackage.JSON"),
        _resource(path="apex.csv\n"),
        _resource(bytes=-1),
        _resource(bytes="8"),
        _resource(bytes=True),
        _resource(bytes=None),
        _resource(hash=None),
        _resource(hash=SHA),
        _resource(hash="md5:" + SHA),
        _resource(hash="sha256:../" + SHA[3:]),
    ],
)
def test_parse_bundle__refused(content: bytes) -> None:
    with pytest.raises(UnsafeInputError):
        parse_bundle(content)


def test_parse_bundle__a_name_that_is_none() -> None:
    with pytest.raises(OsdsError):
        parse_bundle(_content(_descriptor(name="Budget 2024")))
