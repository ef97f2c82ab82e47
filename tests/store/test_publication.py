from __future__ import annotations

import json
from typing import Any

import pytest

from osds.store.bundle import Bundle, parse_bundle
from osds.store.manifest import Manifest, SourceFacts, parse_manifest, render_manifest
from osds.store.publication import Publication, plan

REPOSITORY = "https://github.com/os-data/budget"
SOURCE = SourceFacts(repository=REPOSITORY, repository_id=7, commit="a" * 40)


def _bundle(*, title: str = "Budget", sha256: str = "0" * 64, generator: str = "osds 0") -> Bundle:
    resource: dict[str, Any] = {"name": "apex", "path": "apex.csv", "bytes": 8, "hash": f"sha256:{sha256}"}
    osds = {"format": "1.0", "generator": generator}
    return parse_bundle(json.dumps({"name": "budget", "title": title, "resources": [resource], "osds": osds}).encode())


def _current(sequence: int) -> Manifest:
    return parse_manifest("datapackage.json", render_manifest(_bundle(), SOURCE, sequence))


def test_plan__the_first_version() -> None:
    bundle = _bundle()
    assert plan(bundle, SOURCE, None) == Publication(
        changed=True, sequence=1, manifest=render_manifest(bundle, SOURCE, 1), files=bundle.files
    )


@pytest.mark.parametrize(
    ("bundle", "source"),
    [
        (_bundle(title="Budget 2024"), SOURCE),
        (_bundle(sha256="1" * 64), SOURCE),
        (_bundle(), SourceFacts(repository="https://github.com/os-data/moved", repository_id=7)),
        (_bundle(), SourceFacts(repository=REPOSITORY, repository_id=8)),
    ],
)
def test_plan__what_makes_a_new_version(bundle: Bundle, source: SourceFacts) -> None:
    intent = plan(bundle, source, _current(41))
    assert (intent.changed, intent.sequence) == (True, 42)
    assert intent.manifest == render_manifest(bundle, source, 42)


@pytest.mark.parametrize(
    ("bundle", "source"),
    [
        (_bundle(), SOURCE),
        (_bundle(generator="osds 9"), SOURCE),
        (_bundle(), SourceFacts(repository=REPOSITORY, repository_id=7, commit="b" * 40)),
        (_bundle(), SourceFacts(repository=REPOSITORY, repository_id=7)),
    ],
)
def test_plan__what_does_not(bundle: Bundle, source: SourceFacts) -> None:
    current = _current(41)
    assert plan(bundle, source, current) == Publication(changed=False, sequence=41, manifest=current.content, files=())
