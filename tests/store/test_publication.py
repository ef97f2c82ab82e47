from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from osds.dataset.package import read_package
from osds.store.bundle import Bundle, parse_bundle
from osds.store.data import NO_DATA, Data, DataFile, DataResource, DataUrl
from osds.store.gate import Loss
from osds.store.manifest import Manifest, SourceFacts, parse_manifest, render_manifest
from osds.store.publication import HeldBack, Offer, Publication, plan

REPOSITORY = "https://github.com/os-data/budget"
LOSS = Loss(rule="lost-rows", what="rows of a", before="9", after="1", change="-88.9%")
SOURCE = SourceFacts(repository=REPOSITORY, repository_id=7, commit="a" * 40)


def _bundle(*, title: str = "Budget", sha256: str = "0" * 64, generator: str = "osds 0") -> Bundle:
    resource: dict[str, Any] = {"name": "apex", "path": "apex.csv", "bytes": 8, "hash": f"sha256:{sha256}"}
    osds = {"format": "1.0", "generator": generator}
    return parse_bundle(json.dumps({"name": "budget", "title": title, "resources": [resource], "osds": osds}).encode())


def _current(sequence: int) -> Manifest:
    first = parse_manifest("datapackage.json", render_manifest(_bundle(), SOURCE, None, NO_DATA, None))
    return replace(first, sequence=sequence)


def test_plan__the_first_version() -> None:
    bundle = _bundle()
    assert plan(Offer(bundle=bundle, source=SOURCE), None, ()) == Publication(
        changed=True, sequence=1, manifest=render_manifest(bundle, SOURCE, None, NO_DATA, None)
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
    intent = plan(Offer(bundle=bundle, source=source), _current(41), ())
    assert intent == Publication(
        changed=True, sequence=42, manifest=render_manifest(bundle, source, _current(41), NO_DATA, None)
    )


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
    unchanged = Publication(changed=False, sequence=41, manifest=current.content)
    assert plan(Offer(bundle=bundle, source=source), current, (LOSS,)) == unchanged


def test_plan__losses_hold_it_back() -> None:
    assert plan(Offer(bundle=_bundle(title="New"), source=SOURCE), _current(3), (LOSS,)) == HeldBack(
        sequence=3, losses=(LOSS,)
    )


def test_plan__accepted_losses_are_recorded() -> None:
    intent = plan(Offer(bundle=_bundle(title="New"), source=SOURCE, accept="merged offices"), _current(3), (LOSS,))
    assert isinstance(intent, Publication)
    losses = [{"rule": "lost-rows", "what": "rows of a", "before": "9", "after": "1", "change": "-88.9%"}]
    assert json.loads(intent.manifest)["osds"]["accepted"] == {"reason": "merged offices", "losses": losses}


def test_plan__a_reason_without_losses_is_not_recorded() -> None:
    intent = plan(Offer(bundle=_bundle(title="New"), source=SOURCE, accept="merged offices"), _current(3), ())
    assert isinstance(intent, Publication)
    assert "accepted" not in json.loads(intent.manifest)["osds"]


def test_plan__data_files_make_a_new_version() -> None:
    resource = read_package({"resources": [{"name": "budget", "path": "data/budget.csv"}]}).resources[0]
    file = DataFile(path="data/budget.csv", bytes=3, sha256="2" * 64)
    data = Data(resources=(DataResource(resource=resource, parts=(file, DataUrl(url="https://example.org/b.csv"))),))
    intent = plan(Offer(bundle=_bundle(), source=SOURCE, data=data), _current(3), ())
    assert isinstance(intent, Publication)
    manifest = parse_manifest("x", intent.manifest)
    assert [(f.path, f.object_key, f.bytes) for f in manifest.data] == [
        ("data/budget.csv", f"objects/{'2' * 64}/budget.csv", 3)
    ]
    assert manifest.raw["resources"][1] == {
        "name": "budget",
        "path": [f"objects/{'2' * 64}/budget.csv", "https://example.org/b.csv"],
    }
    again = plan(Offer(bundle=_bundle(), source=SOURCE, data=data), manifest, ())
    assert isinstance(again, Publication)
    assert not again.changed
