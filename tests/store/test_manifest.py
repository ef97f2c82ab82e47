from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from osds import __version__
from osds.errors import OutsideError, UsageError
from osds.store.bundle import Bundle, parse_bundle
from osds.store.data import NO_DATA
from osds.store.manifest import SourceFacts, identify, parse_manifest, render_manifest

APEX = hashlib.sha256(b"value\n1\n").hexdigest()
COMMIT = "a" * 40
SOURCE = SourceFacts(repository="https://github.com/os-data/budget", repository_id=7, commit=COMMIT)


def _bundle() -> Bundle:
    resource = {"name": "apex", "path": "apex.csv", "format": "csv", "bytes": 8, "hash": f"sha256:{APEX}"}
    descriptor = {"profile": "data-package", "name": "budget", "title": "Año", "resources": [resource]}
    return parse_bundle(json.dumps(descriptor | {"osds": {"format": "1.0", "generator": "osds 0"}}).encode())


def _render(bundle: Bundle, source: SourceFacts, sequence: int) -> bytes:
    first = render_manifest(bundle, source, None, NO_DATA, None)
    if sequence == 1:
        return first
    previous = replace(parse_manifest("x", first), sequence=sequence - 1)
    return render_manifest(bundle, source, previous, NO_DATA, None)


def test_render_manifest__says_all_that_a_reader_needs() -> None:
    bundle = _bundle()
    content = _render(bundle, SOURCE, 2)
    descriptor = f"objects/{bundle.descriptor.sha256}/datapackage.json"
    expected = {
        "profile": "data-package",
        "name": "budget",
        "title": "Año",
        "resources": [
            {
                "name": "apex",
                "path": f"objects/{APEX}/apex.csv",
                "format": "csv",
                "bytes": 8,
                "hash": f"sha256:{APEX}",
            }
        ],
        "osds": {
            "format": "1.1",
            "sequence": 2,
            "previous": "datapackage-000001.json",
            "previous_hash": f"sha256:{hashlib.sha256(_render(bundle, SOURCE, 1)).hexdigest()}",
            "generator": f"osds {__version__}",
            "source": {"repository": "https://github.com/os-data/budget", "repository_id": 7, "commit": COMMIT},
            "content": f"sha256:{bundle.content_sha256}",
            "bundle": descriptor,
            "files": {"aggregates/apex.csv": f"objects/{APEX}/apex.csv", "aggregates/datapackage.json": descriptor},
            "data": [],
        },
    }
    assert content.decode() == json.dumps(expected, indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("sequence", [1, 2, 1_000_000])
def test_parse_manifest__reads_what_was_rendered(sequence: int) -> None:
    bundle = _bundle()
    content = _render(bundle, SOURCE, sequence)
    manifest = parse_manifest("datapackage.json", content)
    assert manifest.content == content
    assert manifest.sequence == sequence
    assert manifest.identity == identify(bundle, SOURCE, NO_DATA)
    assert [(f.name, f.object_key, f.bytes) for f in manifest.files] == [
        ("apex.csv", f"objects/{APEX}/apex.csv", 8),
        ("datapackage.json", bundle.descriptor.object_key, None),
    ]
    assert manifest.descriptor.sha256 == bundle.descriptor.sha256


def _without(key: str) -> Callable[[Any], None]:
    return lambda raw: raw["osds"].pop(key)


def _with(**changes: Any) -> Callable[[Any], None]:
    return lambda raw: raw["osds"].update(changes)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw.pop("osds"),
        lambda raw: raw.pop("resources"),
        lambda raw: raw["resources"].clear(),
        *(_without(key) for key in ("format", "sequence", "previous", "source", "content", "bundle", "files")),
        _with(format="2.0"),
        _with(format=1),
        _with(sequence=0, previous=None),
        _with(sequence=True, previous=None),
        _with(sequence="1"),
        _with(sequence=1),
        _with(previous="datapackage-000007.json"),
        _with(source=[]),
        _with(files={}),
        _with(files=[]),
        _with(files={"aggregates/../x": f"objects/{APEX}/x"}),
        _with(files={"aggregates/apex.csv": "/etc/passwd"}),
        _with(files={"aggregates/apex.csv": f"objects/{APEX}/other.csv"}),
        _with(bundle=f"objects/{APEX}/datapackage.json"),
    ],
)
def test_parse_manifest__foreign(spoil: Callable[[Any], None]) -> None:
    raw = json.loads(_render(_bundle(), SOURCE, 2))
    spoil(raw)
    with pytest.raises(OutsideError, match=r"some/datapackage\.json in the store"):
        parse_manifest("some/datapackage.json", json.dumps(raw).encode())


@pytest.mark.parametrize("content", [b"", b"null", b"[]", b"{", b"\xff\xfe", b"<html>"])
def test_parse_manifest__not_even_json(content: bytes) -> None:
    with pytest.raises(OutsideError, match="left alone"):
        parse_manifest("datapackage.json", content)


def test_parse_manifest__a_newer_minor_format_is_understood() -> None:
    raw = json.loads(_render(_bundle(), SOURCE, 1))
    raw["osds"].update(format="1.7", more={"new": True})
    assert parse_manifest("datapackage.json", json.dumps(raw).encode()).sequence == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"repository": "https://user:secret@example.org/a"},
        {"repository": "https://example.org/a\nb"},
        {"commit": "main"},
        {"commit": "a" * 39},
        {"commit": "A" * 40},
    ],
)
def test_source_facts__refused(facts: dict[str, str]) -> None:
    with pytest.raises(UsageError) as caught:
        SourceFacts(**facts)  # type: ignore[arg-type]
    assert "secret" not in str(caught.value)


def test_source_facts__what_git_may_say() -> None:
    for repository in ("git@github.com:os-data/budget.git", "/srv/budget", "https://github.com/os-data/budget"):
        assert SourceFacts(repository=repository, commit="0" * 64).repository == repository


def test_render_manifest__longer_than_a_descriptor_may_be() -> None:
    resources = [
        {"name": f"r{i}", "path": f"r{i}-{'x' * 180}.csv", "bytes": 8, "hash": f"sha256:{APEX}"} for i in range(80_000)
    ]
    content = json.dumps({"name": "budget", "resources": resources, "osds": {"format": "1.0"}}).encode()
    with pytest.raises(UsageError, match="max-files"):
        _render(parse_bundle(content), SOURCE, 1)
