"""What a publication intends, decided from the bundle, its source and the version that is current. Nothing is done here."""

from __future__ import annotations

from dataclasses import dataclass

from osds.store.bundle import Bundle, BundleFile
from osds.store.manifest import Manifest, SourceFacts, identify, render_manifest


@dataclass(frozen=True, kw_only=True)
class Publication:
    """Version `sequence` as it will be, or as it is already if nothing `changed`."""

    changed: bool
    sequence: int
    manifest: bytes
    files: tuple[BundleFile, ...]  # whose objects must exist before the manifest does


def plan(bundle: Bundle, source: SourceFacts, current: Manifest | None) -> Publication:
    """The version to publish after `current`: the next one, or the same one if it says the same."""
    if current is not None and current.identity == identify(bundle, source):
        return Publication(changed=False, sequence=current.sequence, manifest=current.content, files=())
    sequence = current.sequence + 1 if current is not None else 1
    return Publication(
        changed=True,
        sequence=sequence,
        manifest=render_manifest(bundle, source, sequence),
        files=bundle.files,
    )
