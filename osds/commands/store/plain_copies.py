"""The copies of the current version at OSEP-06's plain paths: each file whole, refreshed after the commit point."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from osds.commands.parallel import in_parallel
from osds.commands.store.place import ROUNDS, Place, read_current
from osds.errors import OutsideError
from osds.progress import Progress
from osds.store import layout
from osds.store.manifest import Manifest, PublishedFile

Read = Callable[[PublishedFile], bytes]


def copies_are_right(place: Place, manifest: Manifest) -> bool:
    """False if a publisher was killed before it finished the copies, or somebody changed the folder since."""
    descriptor = place.store.get(place.key(layout.plain_key(manifest.descriptor.name)))
    if descriptor is None or hashlib.sha256(descriptor[0]).hexdigest() != manifest.descriptor.sha256:
        return False
    expected = {
        place.key(layout.plain_key(file.name)): len(descriptor[0]) if file.bytes is None else file.bytes
        for file in manifest.files
    }
    return place.store.list(place.key(layout.PLAIN)) == expected


def refresh_copies(place: Place, read: Read, progress: Progress) -> int:
    """Copy the current version to the plain paths, until it is still current afterwards. Returns the bytes sent.

    Of several publishers at this, the last one to write looks last: so the copies end up as the current version's.
    `read` gives the content of a file of the current version.
    """
    sent = 0
    target = _require_current(place)
    for _ in range(ROUNDS):
        sent += _copy(place, target, read, progress)
        latest = _require_current(place)
        if latest.content == target.content:
            return sent
        target = latest
    raise OutsideError(f"Other publishers of {place.prefix} were faster {ROUNDS} times", next_step="Run it again later")


def read_object(place: Place, file: PublishedFile) -> bytes:
    """The content of a published file, from the store. Raises `OutsideError` if it is not what the manifest says."""
    found = place.store.get(place.key(file.object_key))
    if found is None or hashlib.sha256(found[0]).hexdigest() != file.sha256:
        raise OutsideError(
            f"{place.key(file.object_key)} is missing or damaged", next_step="Restore it from a backup of the store"
        )
    return found[0]


def _require_current(place: Place) -> Manifest:
    current = read_current(place)
    if current is None:
        raise OutsideError(f"{place.key(layout.CURRENT)} disappeared meanwhile", next_step="Run the command again")
    return current.manifest


def _copy(place: Place, manifest: Manifest, read: Read, progress: Progress) -> int:
    def copy(file: PublishedFile) -> int:
        content = read(file)
        place.store.put(
            place.key(layout.plain_key(file.name)),
            content,
            content_type=layout.content_type(file.name),
            cache_control=layout.CHANGING,
            disposition=layout.disposition(place.dataset.name, file.name),
        )
        return len(content)

    *tables, descriptor = manifest.files
    sent = sum(in_parallel(copy, tables, "Refreshing the plain paths", progress))
    wanted = {place.key(layout.plain_key(file.name)) for file in manifest.files}
    for key in sorted(place.store.list(place.key(layout.PLAIN)).keys() - wanted):
        place.store.delete(key)
    return sent + copy(descriptor)  # last: it says that the rest is there
