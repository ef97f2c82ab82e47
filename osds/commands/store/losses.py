"""What the gate finds between a published version and the bundle that is offered in its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from osds.commands.store.place import Place
from osds.commands.store.plain_copies import read_object
from osds.edges.local.bundles import read_bundle_file
from osds.store.bundle import Bundle, parse_bundle
from osds.store.figures import Figures, member_files, read_figures
from osds.store.gate import Loss, find_losses
from osds.store.manifest import Manifest
from osds.thresholds import Thresholds


def losses_between(
    place: Place, current: Manifest, folder: Path, bundle: Bundle, limits: Thresholds
) -> tuple[Loss, ...]:
    """What the bundle in `folder` loses of the current version beyond the limits. Reads a few small files of both."""
    return find_losses(_published_figures(place, current), offered_figures(folder, bundle), limits)


def _published_figures(place: Place, manifest: Manifest) -> Figures:
    files = {file.name: file for file in manifest.files}
    bundle = parse_bundle(read_object(place, manifest.descriptor))
    return _figures(bundle, lambda name: read_object(place, files[name]))


def offered_figures(folder: Path, bundle: Bundle) -> Figures:
    """The figures of the bundle in `folder`."""
    files = {file.name: file for file in bundle.files}
    return _figures(bundle, lambda name: read_bundle_file(folder, files[name]))


def _figures(bundle: Bundle, read: Callable[[str], bytes]) -> Figures:
    return read_figures(bundle.raw, {dimension: read(name) for dimension, name in member_files(bundle.raw).items()})
