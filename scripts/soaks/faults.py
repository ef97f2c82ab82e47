"""Publications against a server that fails in every way, and what they leave."""

from __future__ import annotations

import hashlib
import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from osds.commands.store.publish import publish_bundle
from osds.edges.store.objects import ObjectStore, open_store
from osds.edges.store.patience import Patience
from osds.errors import OutsideError
from osds.progress import Silent
from tests.store.publisher import DATASET, SOURCE
from tests.store.publishing import CURRENT, PREFIX, content, everything, sequence_of, write_bundle
from tests.store.s3_faults import CONFLICT, FLIPPED, PASSING, no_faults, seeded, too_early
from tests.store.s3_front import Front, running_front

_BUCKET = "soak-bucket"
_FILES = 8


def soak_faults(folder: Path, *, faults: int, seed: int) -> Iterator[str]:
    """Publish one version after the other until the server has failed so often."""
    folder.mkdir(parents=True)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_REGION="us-east-1")
    outcomes: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    early = 0
    with running_front(_BUCKET) as front:
        version = 0
        while sum(kinds.values()) < faults:
            outcomes[_publish(front, folder, version, seed)] += 1
            version += 1
            timeline = front.timeline
            front.forget()
            kinds.update(_name(one.fault) for one in timeline if one.fault is not None)
            early += len(too_early(timeline))
        wrong = _what_is_wrong(_open(front), version)
    told = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())
    yield f"faults: {sum(kinds.values()):,} in {version:,} publications ({told})"
    yield (
        f"{outcomes['complete']:,} complete in spite of them, {outcomes['again']:,} after exit 4 and a second run, "
        f"{outcomes['failed']} not even then; {early} requests before the time that Retry-After named"
    )
    yield f"{len(wrong)} objects duplicate, torn or missing at the end"
    if wrong or outcomes["failed"] or early:
        yield f"WRONG: {wrong[:3]}"


def _publish(front: Front, folder: Path, version: int, seed: int) -> str:
    """Publish the next content; what became of it."""
    bundle = write_bundle(
        folder / f"bundle-{version}", {f"by-{n}.csv": b"%d,%d\n" % (version, n) * 100 for n in range(_FILES)}
    )
    rate = random.Random(f"{seed} {version}").choice((0.05, 0.2, 0.4))
    front.plan = seeded(seed + version, rate=rate, faults=(*PASSING, CONFLICT, FLIPPED))
    outcome = "complete"
    try:
        _run(bundle, _open(front))
    except OutsideError:
        outcome = "again"
        front.plan = no_faults
        try:
            _run(bundle, _open(front))
        except OutsideError:
            return "failed"
    front.plan = no_faults
    return outcome if json.loads(content(_open(front), CURRENT))["osds"]["sequence"] == version + 1 else "failed"


def _run(bundle: Path, store: ObjectStore) -> None:
    publish_bundle(bundle, DATASET, SOURCE, store, dry_run=False, progress=Silent(), accept="a soak")


def _open(front: Front) -> ObjectStore:
    return open_store(f"s3://{_BUCKET}/pre", endpoint=front.endpoint, patience=Patience(scale=0.002))


def _what_is_wrong(store: ObjectStore, versions: int) -> list[str]:
    """Keys that should not be there, or whose content is not what the key says."""
    found = everything(store)
    wrong = []
    for key, data in found.items():
        relative = key.removeprefix(f"{PREFIX}/")
        if relative.startswith("objects/") and relative.split("/")[1] != hashlib.sha256(data).hexdigest():
            wrong.append(key)
        if relative.startswith("publishing/"):
            wrong.append(key)
    if sequence_of(store) != versions:  # reads every version, whole and chained
        wrong.append(f"{sequence_of(store)} versions in place of {versions}")
    objects = [key for key in found if "/objects/" in key]
    if len(objects) != versions * (_FILES + 1):
        wrong.append(f"{len(objects)} objects in place of {versions * (_FILES + 1)}")
    return wrong


def _name(fault: object) -> str:
    from dataclasses import asdict, is_dataclass

    assert is_dataclass(fault)
    said = asdict(fault)  # type: ignore[arg-type]
    return "+".join(f"{k}" if v is True else f"{k} {v}" for k, v in said.items() if v not in (None, False, 0, "", 0.0))
