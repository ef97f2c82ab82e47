"""`osds store show` and `osds store versions`: what is published, as the store itself says it. Reads only."""

from __future__ import annotations

from dataclasses import dataclass

from osds.commands.store.place import Place, list_versions, require_current, require_version
from osds.dataset.identity import DatasetId
from osds.edges.store.objects import ObjectStore
from osds.errors import OsdsError
from osds.store import layout
from osds.store.manifest import Manifest


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One version: `bytes` is the size of all its objects, `note` says why it is there if that is not plain."""

    dataset: str
    sequence: int
    title: str
    files: int
    data_files: int
    bytes: int
    repository: str | None
    commit: str | None
    generator: str
    note: str
    url: str


def list_datasets(store: ObjectStore) -> tuple[DatasetId, ...]:
    """Every dataset of the store; what is not named like one is passed over."""
    found = []
    owners, _ = store.children(layout.DATASETS)
    for owner in owners:
        names, _ = store.children(owner)
        for name in names:
            try:
                found.append(DatasetId.parse(name.removeprefix(f"{layout.DATASETS}/")))
            except OsdsError:
                continue
    return tuple(found)


def show_current(place: Place) -> Shown:
    """The version that is current. Raises `UsageError` if there is none."""
    return _shown(place, require_current(place))


def show_versions(place: Place) -> tuple[Shown, ...]:
    """All versions, the first one first. One that was written and never became current is not among them."""
    current = require_current(place)
    numbers = [number for number in list_versions(place) if number <= current.sequence]
    return tuple(_shown(place, require_version(place, number)) for number in numbers)


def _shown(place: Place, manifest: Manifest) -> Shown:
    osds = manifest.raw["osds"]
    sizes = place.store.list(place.key(layout.OBJECTS))
    title = manifest.raw.get("title")
    return Shown(
        dataset=str(place.dataset),
        sequence=manifest.sequence,
        title=title if isinstance(title, str) else "",
        files=len(manifest.files),
        data_files=len(manifest.data),
        bytes=sum(sizes.get(place.key(key), 0) for key in manifest.objects),
        repository=manifest.identity.repository,
        commit=osds["source"].get("commit"),
        generator=str(osds.get("generator", "")),
        note=_note(osds),
        url=place.url(layout.version_key(manifest.sequence)),
    )


def _note(osds: dict[str, object]) -> str:
    rollback, accepted = osds.get("rollback"), osds.get("accepted")
    if isinstance(rollback, dict):
        reason = f": {rollback.get('reason')}" if rollback.get("reason") else ""
        return f"back to version {rollback.get('to')}{reason}"
    return f"losses accepted: {accepted.get('reason')}" if isinstance(accepted, dict) else ""
