"""What another process runs in tests: a publication into a store that it opens itself."""

from __future__ import annotations

from pathlib import Path

from osds.commands.store.publish import publish_bundle
from osds.dataset.identity import DatasetId
from osds.edges.store.objects import open_store
from osds.progress import Silent
from osds.store.manifest import SourceFacts

DATASET = DatasetId(owner="os-data", name="budget")
SOURCE = SourceFacts(repository="https://github.com/os-data/budget", repository_id=7, commit="a" * 40)


def publish_into(url: str, bundle: Path, endpoint: str | None = None) -> None:
    """Publish the bundle as the dataset of the tests; what it loses is accepted."""
    store = open_store(url, endpoint=endpoint)
    publish_bundle(bundle, DATASET, SOURCE, store, dry_run=False, progress=Silent(), accept="a test")
